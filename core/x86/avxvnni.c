/* As AVX2, with an instruction for products of four bytes: vpdpbusd. */
#include "ymm.h"

#define DOT_BYTE(sum, unit, weights)                                                               \
    (words) _mm256_dpbusd_avx_epi32((__m256i)(sum), (__m256i)(unit), (__m256i)(weights))
#include "../tiles.h"
#include "x86.h"

void kernels_fill_avxvnni(struct kernels *kernels)
{
    kernels->conv[FORMAT_BYTE] = conv_byte;
    kernels->fastest[0] = FORMAT_BYTE;
    kernels->fastest[1] = FORMAT_FLOAT;
}
