/* The table of functions that do a network's work, one set for each level of CPU.
 *
 * A map lies in memory as [block of 16 channels][row][column][16], with zeros around it as wide
 * as the next kernel looks beyond the edge, so kernels test no bounds. Channels beyond the real
 * ones are zero. The network's input is the exception: one channel, [row][column]. */
#ifndef CORE_KERNELS_H
#define CORE_KERNELS_H

#include <stddef.h>

#include "mien/error.h"

enum { LANES = 16 }; /* channels in a block */

struct call;
typedef void kernel_function(const struct call *call);

/* One map as a kernel sees it; steps are in floats. */
struct view {
    float *data; /* value of row 0, column 0 (inside the border), block 0 */
    ptrdiff_t row, block;
};

/* Everything one kernel needs, resolved before the first run. */
struct call {
    kernel_function *function;
    struct view input, output;
    struct view add;           /* data NULL: nothing to add */
    int height, width;         /* of the part of the output that is computed */
    int map_height, map_width; /* of the whole input; zeros lie around it */
    int input_blocks, output_blocks;
    int kernel_height, kernel_width; /* odd */
    int relu;
    /* [output block][input block][kernel row][kernel column][16 inputs][16 outputs];
     * for a planar input [output block][kernel row][kernel column][16 outputs] */
    const void *weights;                            /* float; of conv_half IEEE half precision */
    const float *multiplier, *bias, *scale, *shift; /* for each output channel */
};

/* output = relu(sum * multiplier + bias + add) * scale + shift in all of these, where sum is
 *   conv      the convolution of the input
 *   conv_half the same for weights in half precision; NULL where the level has none
 *   planar    the same for an input of one channel
 *   pointwise the input itself
 * and pool takes the largest of 2×2 inputs, average the mean of kernel_height × kernel_width. */
struct kernels {
    const char *level;
    kernel_function *conv, *conv_half, *planar, *pointwise, *pool, *average;
};

/* Fills the table with the best this CPU has, up to the level `limit` (NULL: no limit).
 * Returns 0, or -EINVAL where the level is unknown or this CPU lacks it. */
int kernels_choose(struct kernels *kernels, const char *limit, struct mien_error *error);

/* The name of level `index`, the plainest first, NULL beyond the last of this build. */
const char *kernels_level(int index);

/* The portable reference, the truth that the others are tested against. */
void kernels_fill_c(struct kernels *kernels);

#endif
