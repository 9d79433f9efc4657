/* 32 registers of 16 floats: 12 pixels × 32 channels in 24 sums. */
#define VECTOR 16
#define ACCUMULATORS 24
#define SMALL_PARTS 2
#define CORNER_PARTS 4
#include "../tiles.h"
#include "x86.h"

void kernels_fill_avx512(struct kernels *kernels)
{
    kernels->conv = conv;
    kernels->planar = planar;
}
