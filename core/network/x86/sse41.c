/* SSE4.1: 16 registers of 4 floats, without a fused multiply-add: 6 pixels × 8 channels in 12 sums.
 * For CPUs older than AVX2, and small ones that never got it. */
#include <smmintrin.h>
#include <stdint.h>
#include <string.h>

#define VECTOR 4
typedef __m128 register_floats;
typedef __m128i register_words;
#define ACCUMULATORS 12
#define SMALL_PARTS 1
#define CORNER_PARTS 2
#define POSITIVE(floats) _mm_max_ps((__m128)(floats), _mm_setzero_ps())
#define HALVES(from) halves(from)
#define BYTES(from) _mm_cvtepu8_epi32(_mm_cvtsi32_si128(four_bytes(from)))
#define BFLOATS(from) _mm_cvtepu16_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(from)))
#define DOT_SHORT(unit, weights) (words) _mm_madd_epi16((__m128i)(unit), (__m128i)(weights))

static inline int32_t four_bytes(const void *from)
{
    int32_t bytes;
    memcpy(&bytes, from, sizeof bytes);
    return bytes;
}

/* A half's exponent counts from 15, a float's from 127: its bits in a float's places are 2¹¹² times
 * too small, those of numbers below the normal ones too. Weights are finite. */
static inline __m128 halves(const void *from)
{
    __m128i bits = _mm_cvtepi16_epi32(_mm_loadl_epi64(from));
    __m128i places = _mm_and_si128(_mm_slli_epi32(bits, 13), _mm_set1_epi32(0x0fffe000));
    __m128i sign = _mm_and_si128(bits, _mm_set1_epi32(INT32_MIN));
    return _mm_or_ps(_mm_mul_ps(_mm_castsi128_ps(places), _mm_set1_ps(0x1p112f)),
                     _mm_castsi128_ps(sign));
}

static inline void store_bytes(void *to, __m128 positive)
{
    __m128i words = _mm_cvttps_epi32(_mm_min_ps(positive, _mm_set1_ps(255)));
    __m128i shorts = _mm_packus_epi32(words, words);
    int32_t bytes = _mm_cvtsi128_si32(_mm_packus_epi16(shorts, shorts));
    memcpy(to, &bytes, sizeof bytes);
}

static inline void store_bfloats(void *to, __m128i words)
{
    _mm_storel_epi64(to, _mm_packus_epi32(words, words));
}

#include "../tiles.h"
#include "../winograd_tiles.h"
#include "x86.h"

void kernels_fill_sse41(struct kernels *kernels)
{
    fill_all(kernels);
    kernels->fastest[0] = FORMAT_BYTE;
    kernels->fastest[1] = FORMAT_FLOAT;
}
