/* Which sizes of faces a search goes through, and where in the search each of them lies. Private to
 * vision/faces/. */
#ifndef VISION_SCAN_SCALES_H
#define VISION_SCAN_SCALES_H

#include "scan.h"

enum { SCAN_SCALES_MAX = 1024 };

/* One size of faces. */
struct scan_scale {
    float factor;        /* from the window to the picture */
    int width, height;   /* of the picture made small */
    int step;            /* from one window to the next */
    int columns, rows;   /* window corners lie in 0…columns-1, 0…rows-1 */
    double begin, share; /* of the whole search, in work */
};

/* Plans a search for windows of the cascade's size: the scales in their order, the largest small
 * picture first, each with its share of the work. Returns how many there are. */
int scan_scales_plan(struct scan_scale *scales, const struct cascade *cascade,
                     const struct mien_picture *gray, const struct scan_sizes *sizes);

/* A length of the small picture in the picture itself, rounded as OpenCV does. */
int scan_scale_side(float factor, int side);

/* How many rows of windows there are, whose corners are `step` apart. */
int scan_scale_rows(const struct scan_scale *scale);

/* Where in the search, 0…1, the walk comes to row number `row`; the first row at or behind `place`.
 */
double scan_scale_place(const struct scan_scale *scale, int row);
int scan_scale_row(const struct scan_scale *scale, double place);

#endif
