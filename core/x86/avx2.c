/* 16 registers of 8 floats, two multiply-adds a cycle: 6 pixels × 16 channels in 12 sums. */
#include <immintrin.h>

#define VECTOR 8
#define ACCUMULATORS 12
#define HALVES(from) _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)(from)))
#define SMALL_PARTS 1
#define CORNER_PARTS 2
#include "../tiles.h"
#include "x86.h"

void kernels_fill_avx2(struct kernels *kernels)
{
    kernels->conv = conv;
    kernels->conv_half = conv_half;
    kernels->planar = planar;
}
