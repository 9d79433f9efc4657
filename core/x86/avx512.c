/* 32 registers of 16 floats: 12 pixels × 32 channels in 24 sums. */
#include <immintrin.h>

#define VECTOR 16
#define ACCUMULATORS 24
#define HALVES(from) _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)(from)))
#define SMALL_PARTS 2
#define CORNER_PARTS 4
#include "../tiles.h"
#include "x86.h"

void kernels_fill_avx512(struct kernels *kernels)
{
    kernels->conv = conv;
    kernels->conv_half = conv_half;
    kernels->planar = planar;
}
