/* AVX2 with FMA: bytes multiply as 16-bit numbers, bfloats as floats. */
#include "ymm.h"

#define DOT_SHORT(unit, weights) (words) _mm256_madd_epi16((__m256i)(unit), (__m256i)(weights))
#include "../tiles.h"
#include "../winograd_tiles.h"
#include "x86.h"

void kernels_fill_avx2(struct kernels *kernels)
{
    kernels->conv[FORMAT_FLOAT] = conv_float;
    kernels->conv[FORMAT_BFLOAT] = conv_bfloat;
    kernels->conv[FORMAT_BYTE] = conv_byte;
    kernels->conv_half = conv_half;
    kernels->winograd[FORMAT_FLOAT] = winograd_float;
    kernels->winograd[FORMAT_BFLOAT] = winograd_bfloat;
    kernels->tiled = FORMAT_FLOAT;
    kernels->tiled_outputs = WINOGRAD_OUTPUTS_MIN;
    kernels->fastest[0] = FORMAT_BYTE;
    kernels->fastest[1] = FORMAT_FLOAT;
    kernels->pool = pool;
}
