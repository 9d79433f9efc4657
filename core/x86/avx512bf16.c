/* As AVX-512 with VNNI, with an instruction for products of two bfloats: vdpbf16ps. Where it runs
 * at half the rate of a multiply-add (Intel's, which have AMX for this) it gains only bytes. */
#include "zmm.h"

#define DOT_BFLOAT(sum, unit, weights)                                                             \
    (vector) _mm512_dpbf16_ps((__m512)(sum), (__m512bh)(unit), (__m512bh)(weights))
#define DOT_BYTE(sum, unit, weights)                                                               \
    (words) _mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(unit), (__m512i)(weights))
#include "../tiles.h"
#include "x86.h"

void kernels_fill_avx512bf16(struct kernels *kernels)
{
    kernels->conv[FORMAT_BFLOAT] = conv_bfloat;
    kernels->fastest[0] = FORMAT_BYTE;
    kernels->fastest[1] = FORMAT_BFLOAT;
    kernels->fastest[2] = FORMAT_FLOAT;
}
