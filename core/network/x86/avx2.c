/* AVX2 with FMA: bytes multiply as 16-bit numbers, bfloats as floats. */
#include "ymm.h"

#define DOT_SHORT(unit, weights) (words) _mm256_madd_epi16((__m256i)(unit), (__m256i)(weights))
#include "../tiles.h"
#include "../winograd_tiles.h"
#include "x86.h"

void kernels_fill_avx2(struct kernels *kernels)
{
    fill_all(kernels);
    kernels->fastest[0] = FORMAT_BYTE;
    kernels->fastest[1] = FORMAT_FLOAT;
}
