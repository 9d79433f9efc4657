/* A cascade of stumps over sums of upright rectangles, as OpenCV's XML files describe it.
 * Private to vision/faces/. */
#ifndef VISION_CASCADE_H
#define VISION_CASCADE_H

#include "mien/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CASCADE_RECTS = 3, CASCADE_WINDOW_MIN = 4, CASCADE_WINDOW_MAX = 128 };

/* In pixels of the window. Rectangles that are not needed have no area and the weight 0. */
struct cascade_rect {
    int x, y, width, height;
    float weight;
};

/* Adds `left` where the feature lies below the threshold, else `right`. */
struct cascade_stump {
    struct cascade_rect rects[CASCADE_RECTS];
    float threshold, left, right;
};

/* A window goes on when the sum over its stumps reaches the threshold. */
struct cascade_stage {
    int first, count;
    float threshold;
};

struct cascade {
    int width, height; /* of the window, pixels */
    int stage_count, stump_count;
    struct cascade_stage *stages;
    struct cascade_stump *stumps;
};

/* Whether every number makes sense: rectangles lie in the window, stages follow each other. */
int cascade_is_sound(const struct cascade *cascade);

/* Makes `to` a copy of the first stages of `from`, at most so many. Returns 0 or -ENOMEM, with `to`
 * as it was. */
int cascade_copy(struct cascade *to, const struct cascade *from, int stages);

/* Releases what is in it and zeroes it. */
void cascade_free(struct cascade *cascade);

#ifdef __cplusplus
}
#endif
#endif
