/* 16 registers of 8 floats, two multiply-adds a cycle: 6 pixels × 16 channels in 12 sums. */
#define VECTOR 8
#define ACCUMULATORS 12
#define SMALL_PARTS 1
#define CORNER_PARTS 2
#include "../tiles.h"
#include "x86.h"

void kernels_fill_avx2(struct kernels *kernels)
{
    kernels->conv = conv;
    kernels->planar = planar;
}
