/* AVX-512: bytes multiply as 16-bit numbers, bfloats as floats. */
#include "zmm.h"

#define DOT_SHORT(unit, weights) (words) _mm512_madd_epi16((__m512i)(unit), (__m512i)(weights))
#include "../tiles.h"
#include "../winograd_tiles.h"
#include "x86.h"

void kernels_fill_avx512(struct kernels *kernels)
{
    fill_all(kernels);
}
