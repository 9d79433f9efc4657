/* The cascade as the kernels walk it: rectangles and corners as offsets into the integral picture,
 * the features of a stage sorted by kind. Private to vision/faces/. */
#ifndef VISION_SCAN_LAYOUT_H
#define VISION_SCAN_LAYOUT_H

#include "integral.h"
#include "scan_kernels.h"

struct scan_point {
    int x, y, factor;
};

struct scan_layout {
    const struct cascade *cascade;
    struct scan_stump *stumps;
    struct scan_feature *features;
    struct scan_stage *stages;
    struct scan_point (*corners)[SCAN_CORNERS]; /* of the features, in the window */
    int stride, step;                           /* of the integrals that it is laid out for */
};

/* `cascade` must be sound and outlive the layout. Returns 0, -ENOTSUP (a feature of no kind that
 * the kernels know) or -ENOMEM; scan_layout_finish is due in any case. */
int scan_layout_init(struct scan_layout *layout, const struct cascade *cascade);
void scan_layout_finish(struct scan_layout *layout);

/* Sets the offsets for pictures that are laid out as this one. */
void scan_layout_fit(struct scan_layout *layout, const struct integral *integral);

/* Offsets of a rectangle's corners. */
void scan_layout_rect(const struct integral *integral, const struct cascade_rect *rect,
                      int32_t *corner);

#endif
