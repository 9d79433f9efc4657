/* A picture made smaller and summed up: what the cascade looks at. Private to vision/faces/. */
#ifndef VISION_INTEGRAL_H
#define VISION_INTEGRAL_H

#include <stddef.h>
#include <stdint.h>

#include "mien/error.h"
#include "mien/picture.h"

/* Sums (modulo 2³²) of the pixels, and of their squares, above and left of each corner. Corner
 * (x, y) is entry y * stride + integral_place(x). With `step` 2 the even columns of a row come
 * first, then the odd ones, so that windows two pixels apart lie side by side as well. */
struct integral {
    int width;  /* pixels of the small picture; there is one more corner */
    int step;   /* 1 or 2 */
    int stride; /* entries of a row, even */
    uint32_t *sum, *squares;
    size_t entries; /* allocated for each */
    struct integral_tap *taps;
    int tap_count; /* allocated */
};

static inline int integral_place(const struct integral *integral, int x)
{
    return integral->step == 1 ? x : (x & 1) * (integral->stride / 2) + x / 2;
}

/* Makes room for a picture of this size and `slack` entries beyond. Returns 0 or -ENOMEM. */
int integral_reserve(struct integral *integral, int width, int height, int slack,
                     struct mien_error *error);
void integral_free(struct integral *integral);

/* Shrinks the picture to width × height with OpenCV's INTER_LINEAR_EXACT, bit for bit, and sums up
 * its rows from `top` on, `rows` of them. `stride` must hold width + 2 entries. */
struct integral_size {
    int width, height, top, rows;
};
void integral_fill(struct integral *integral, const struct mien_picture *gray,
                   const struct integral_size *size, int stride, int step);

#endif
