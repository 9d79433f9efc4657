/* The table of functions that do a network's work, one set for each level of CPU.
 *
 * A map lies in memory as [block of 16 channels][row][column][16], with a border around it as wide
 * as the next kernel looks beyond the edge, so kernels test no bounds; the border holds what stands
 * for zero. Channels beyond the real ones are zero. The network's input is the exception: one
 * channel of floats, [row][column].
 *
 * Whatever its format, a map is read in units of 4 bytes: one float, two bfloats, or four bytes of
 * neighbouring channels. A unit meets as many weights for each output channel at once. */
#ifndef CORE_KERNELS_H
#define CORE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "mien/error.h"

enum { LANES = 16, UNIT = 4 }; /* channels in a block; bytes in a unit */

/* How a map's values are stored, and the weights that meet them. */
enum format {
    FORMAT_FLOAT,
    FORMAT_BFLOAT, /* the upper half of a float; sums are floats */
    FORMAT_BYTE,   /* values 0…255, weights -127…127; sums are whole numbers, hence exact */
};
enum { FORMATS = 3 };

/* Bytes of one value. */
static inline ptrdiff_t format_size(enum format format)
{
    return format == FORMAT_FLOAT ? 4 : format == FORMAT_BFLOAT ? 2 : 1;
}

/* One map as a kernel sees it; steps are in bytes. */
struct view {
    uint8_t *data; /* value of row 0, column 0 (inside the border), block 0 */
    ptrdiff_t row, block;
    enum format format;
};

/* The part of the output that one run of a kernel computes, so that threads can share a call. */
struct slice {
    int first_block, last_block; /* the last ones are not in it */
    int top, bottom;
};

struct call;
typedef void kernel_function(const struct call *call, struct slice slice);

/* Everything one kernel needs, resolved before the first run. */
struct call {
    kernel_function *function;
    struct view input, output;
    struct view add;           /* data NULL: nothing to add */
    int height, width;         /* of the part of the output that is computed */
    int map_height, map_width; /* of the whole input; its border lies around it */
    int input_blocks, output_blocks;
    int depth;                       /* channels stored together: 16, or 1 for the input */
    int kernel_height, kernel_width; /* odd */
    int last_units; /* of a pixel in the last input block: the rest meet no weights */
    int tile;       /* winograd: 3 or 4, the side of its tiles of outputs */
    int relu;
    /* [output block][input block][kernel row][kernel column][unit of inputs][16 outputs][unit] */
    const void *weights;
    /* Of bytes in a small convolution: what the map's border adds to each sum, so that it need not
     * be multiplied; [output block][row][column][16 outputs]. */
    const int32_t *padding;
    const float *multiplier, *bias, *add_multiplier, *scale, *shift; /* for each output channel */
};

/* output = relu(sum * multiplier + bias + add * add_multiplier) * scale + shift, where sum is
 *   conv      the convolution of the input, one function for each format of it
 *   conv_half the same for floats and weights of IEEE half precision; NULL where there is none
 *   winograd  the same for 3×3 kernels and weights as winograd.h has them,
 *             [output block][position][input block][unit of inputs][16 outputs][unit]; NULL where
 *             there is none
 *   pointwise the input itself
 * and pool takes the largest of 2×2 inputs, average the mean of kernel_height × kernel_width; both
 * keep the format, but average writes floats. Bytes are rounded to the nearest and kept in range.
 */
struct kernels {
    const char *level;
    enum format fastest[FORMATS]; /* formats for a whole network, the fastest first */
    /* In a network of bytes, formats of the first map, in which bytes would lose faint pictures,
     * and of maps that are read in Winograd's tiles of at least `tiled_outputs` a side. */
    enum format first, tiled;
    int tiled_outputs;
    kernel_function *conv[FORMATS], *conv_half, *winograd[FORMATS], *pointwise, *pool, *average;
};

static inline int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Whether a 3×3 kernel reads a map of 3×3, where more taps than not meet padding. */
enum { SMALL = 3, SMALL_PIXELS = SMALL * SMALL };

static inline int is_small_convolution(int kernel_height, int kernel_width, int map_height,
                                       int map_width)
{
    return kernel_height == SMALL && kernel_width == SMALL && map_height == SMALL &&
           map_width == SMALL;
}

/* Unlike fmaxf this is one instruction, for it need not care about NaN. */
static inline float larger(float a, float b)
{
    return a > b ? a : b;
}

/* Fills the table with the best this CPU has, up to the level `limit` (NULL: no limit).
 * Returns 0, or -EINVAL where the level is unknown or this CPU lacks it. */
int kernels_choose(struct kernels *kernels, const char *limit, struct mien_error *error);

/* The name of level `index`, the plainest first, NULL beyond the last of this build. */
const char *kernels_level(int index);

/* The portable reference, the truth that the others are tested against. */
void kernels_fill_c(struct kernels *kernels);

#endif
