/* Winograd's convolution of 3×3 kernels: fewer multiplications, at the price of additions before
 * and after them (Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", 2015).
 *
 * A tile of outputs × outputs needs side × side inputs, side = outputs + 2. Along either axis both
 * the inputs and the weights are taken for coefficients of polynomials and evaluated at `side`
 * points; products at the same point are summed over the input channels, and the outputs follow
 * from these sums. Tiles of 3 × 3 take 25 multiplications instead of 81, at the points 0, ±A, B
 * and infinity; tiles of 4 × 4 take 36 instead of 144, at 0, ±A, ±B and infinity. */
#ifndef CORE_WINOGRAD_H
#define CORE_WINOGRAD_H

#include "kernels.h"

/* Of the points that floats hold exactly, near those whose error in bfloats is the least: for tiles
 * of 4 × 4 half that of the usual 1 and 2. */
#define WINOGRAD_A 0.75f
#define WINOGRAD_B(outputs) ((outputs) == 3 ? 2.0f : 1.5f)

enum {
    WINOGRAD_OUTPUTS_MIN = 3,
    WINOGRAD_OUTPUTS_MAX = 4,
    WINOGRAD_SIDE_MAX = WINOGRAD_OUTPUTS_MAX + 2,
    WINOGRAD_POSITIONS_MAX = WINOGRAD_SIDE_MAX * WINOGRAD_SIDE_MAX,
    WINOGRAD_BLOCKS_MAX = 16, /* of input channels */
};

/* Positions of a tile: multiplications for each pair of an input and an output channel. */
static inline int winograd_positions(int outputs)
{
    return (outputs + 2) * (outputs + 2);
}

/* The side of the tiles that a 3×3 convolution of these maps is computed in; 0 where directly is
 * faster. */
int winograd_outputs(int height, int width, int input_blocks);

/* Transforms the weights from one input channel to 16 output channels, [kernel row][column][16],
 * to [winograd_positions(outputs)][16]. */
void winograd_weights(float (*to)[LANES], const double (*kernels)[LANES], int outputs);

#endif
