/* As AVX2, with an instruction for products of four bytes: vpdpbusd. */
#include "ymm.h"

/* Not the intrinsic, for the reason told in zmm.h. */
static inline __attribute__((always_inline)) __m256i dot_byte(__m256i sum, __m256i unit,
                                                              __m256i weights)
{
    __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(unit), "x"(weights));
    return sum;
}
#define DOT_BYTE(sum, unit, weights)                                                               \
    (words) dot_byte((__m256i)(sum), (__m256i)(unit), (__m256i)(weights))
#include "../tiles.h"
#include "x86.h"

void kernels_fill_avxvnni(struct kernels *kernels)
{
    kernels->conv[FORMAT_BYTE] = conv_byte;
    kernels->tiled = FORMAT_BYTE;
}
