/* What `mien kiosk --status` prints: how the running kiosk is, as one line of JSON. */
#ifndef APP_KIOSK_ANSWER_H
#define APP_KIOSK_ANSWER_H

#include <stdio.h>

#include "camera/camera.h"
#include "stream/session.h"

struct answer {
    struct session *session;
    struct mien_camera_status camera;
    double began, now;     /* seconds */
    uint64_t shown;        /* times the screen was drawn */
    uint32_t faces_so_far; /* number of the newest face */
    const char *complaint; /* of a configuration that was not taken over; empty: none */
};

void answer_write(const struct answer *answer, FILE *file);

#endif
