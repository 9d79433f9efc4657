/* 32 registers of 4 floats: 12 pixels × 8 channels in 24 sums. Part of every 64-bit ARM. */
#include <arm_neon.h>

#define VECTOR 4
#define ACCUMULATORS 24
#define HALVES(from) vcvt_f32_f16(vld1_f16((const __fp16 *)(const void *)(from)))
#define SMALL_PARTS 2
#define CORNER_PARTS 4
#include "../tiles.h"
#include "arm.h"

void kernels_fill_neon(struct kernels *kernels)
{
    kernels->conv = conv;
    kernels->conv_half = conv_half;
    kernels->planar = planar;
}
