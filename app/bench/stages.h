/* What each stage of a camera's picture costs, from its bytes to the screen. */
#ifndef APP_STAGES_H
#define APP_STAGES_H

#include <stdbool.h>

#include "bench/scene.h"
#include "draw/window.h"
#include "mien/recogniser.h"

enum stage {
    STAGE_DECODE, /* JPEG or packed pixels to planes */
    STAGE_CONVERT,
    STAGE_DETECT, /* and follow */
    STAGE_CROP,
    STAGE_CLASSIFY, /* and smooth */
    STAGE_DRAW,
    STAGE_PRESENT,
    STAGE_ALL,
    STAGES
};

struct stages_result {
    int width, height, faces; /* faces there are */
    bool mjpeg;
    double seen;                        /* faces a picture that were found */
    int pictures;                       /* measured */
    double median[STAGES], p95[STAGES]; /* milliseconds */
};

struct stages_options {
    const struct mien_recogniser_options *recogniser; /* `times` is overwritten */
    const struct mien_recogniser *other;              /* lends its network; NULL: nobody does */
    struct window *window;                            /* where they are shown */
    double seconds; /* how long to measure; at least 15 pictures */
};

/* Takes the pictures of a scene with so many faces through the same code as `mien live` does, one
 * stage after the other, on this thread. Main thread. Returns 0 or −errno. */
int stages_measure(struct stages_result *result, const struct stages_options *options,
                   const struct scene *scene, int faces, struct mien_error *error);

#endif
