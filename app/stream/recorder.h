/* Records what live pictures show, faces marked, into a video: on a thread of its own, so that the
 * encoder holds up nobody. */
#ifndef APP_RECORDER_H
#define APP_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/frame.h"
#include "draw/overlay.h"
#include "mien/error.h"

struct recorder; /* one thread */

/* Starts a video at `path` (.mp4, .mkv, …) of pictures of this size. `model` must outlive it.
 * Returns 0, -EEXIST (without `overwrite`) or an error of mien_writer_open. */
int recorder_start(struct recorder **recorder, const char *path, const struct mien_frame *first,
                   double fps, bool overwrite, const struct mien_model_info *model,
                   struct mien_error *error);

/* Copies a picture; never waits. One of another size than the first is scaled into that, black
 * where it has another shape; one that comes before the encoder is done with the last ones is
 * dropped and counted. Of `style` bars and blur are used. Returns 0, or with its message the error
 * at which the recording ended. */
int recorder_add(struct recorder *recorder, const struct mien_frame *frame,
                 const struct mien_faces *faces, const struct overlay_style *style,
                 struct mien_error *error);

uint64_t recorder_dropped(struct recorder *recorder);

/* Finishes the file, which has its name only when it is complete; frees and sets NULL in any case.
 * NULL is fine. */
int recorder_stop(struct recorder **recorder, struct mien_error *error);

#endif
