/* AVX-512: bytes multiply as 16-bit numbers, bfloats as floats. */
#include "zmm.h"

#define DOT_SHORT(unit, weights) (words) _mm512_madd_epi16((__m512i)(unit), (__m512i)(weights))
#include "../tiles.h"
#include "../winograd_tiles.h"
#include "x86.h"

void kernels_fill_avx512(struct kernels *kernels)
{
    kernels->conv[FORMAT_FLOAT] = conv_float;
    kernels->conv[FORMAT_BFLOAT] = conv_bfloat;
    kernels->conv[FORMAT_BYTE] = conv_byte;
    kernels->conv_half = conv_half;
    kernels->winograd[FORMAT_FLOAT] = winograd_float;
    kernels->winograd[FORMAT_BFLOAT] = winograd_bfloat;
    kernels->tiled = FORMAT_FLOAT;
    kernels->tiled_outputs = WINOGRAD_OUTPUTS_MIN;
    kernels->pool = pool;
}
