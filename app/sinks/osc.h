/* What each face expresses, as Open Sound Control by UDP: for TouchDesigner, Max, SuperCollider and
 * others. Source: the specification of OSC 1.0, opensoundcontrol.stanford.edu/spec-1_0.html. */
#ifndef APP_SINKS_OSC_H
#define APP_SINKS_OSC_H

#include <stdint.h>

#include "mien/error.h"
#include "mien/recogniser.h"
#include "sink.h"

/* `address` is HOST:PORT, or [IPV6]:PORT. A name is looked up by the sink's thread. Returns 0,
 * -EINVAL (no such address) or -ENOMEM. */
int osc_start(struct sink **sink, const char *address, struct mien_error *error);

/* For each picture a bundle with the time of the wall clock: /mien/faces COUNT, and for each face
 * /mien/face/ID/box X Y WIDTH HEIGHT (pixels), /mien/face/ID/label NAME, /mien/face/ID/confidence
 * and /mien/face/ID/emotion/NAME (0…1). More faces than a datagram holds go on in the next one. A
 * sink that is NULL is fine. */
void osc_send(struct sink *sink, const struct mien_model_info *model, int64_t utc_ns,
              const struct mien_faces *faces);

#endif
