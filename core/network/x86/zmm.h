/* 32 registers of 16 floats: 12 pixels × 32 channels in 24 sums. */
#ifndef CORE_X86_ZMM_H
#define CORE_X86_ZMM_H

#include <immintrin.h>

#define VECTOR 16
typedef __m512 register_floats;
typedef __m512i register_words;
#define ACCUMULATORS 24
#define SMALL_PARTS 2
#define CORNER_PARTS 4
#define POSITIVE(floats) _mm512_max_ps((__m512)(floats), _mm512_setzero_ps())
#define HALVES(from) _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)(from)))
#define BYTES(from) _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)(from)))
#define BFLOATS(from)                                                                              \
    _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(const void *)(from)))

/* Each level that is built with them has these instructions. */
#ifdef __AVX512BF16__
#define DOT_BFLOAT(sum, unit, weights)                                                             \
    (vector) _mm512_dpbf16_ps((__m512)(sum), (__m512bh)(unit), (__m512bh)(weights))
#define ROUND_BFLOATS(to, floats)                                                                  \
    _mm256_storeu_si256((__m256i *)(void *)(to), (__m256i)_mm512_cvtneps_pbh((__m512)(floats)))
#endif
#ifdef __AVX512VNNI__
/* Not the intrinsic: around that GCC 12 copies the sums, which then find no room in registers. */
static inline __attribute__((always_inline)) __m512i dot_byte(__m512i sum, __m512i unit,
                                                              __m512i weights)
{
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(unit), "v"(weights));
    return sum;
}
#define DOT_BYTE(sum, unit, weights)                                                               \
    (words) dot_byte((__m512i)(sum), (__m512i)(unit), (__m512i)(weights))
#endif

static inline void store_bytes(void *to, __m512 positive)
{
    _mm_storeu_si128(to, _mm512_cvtusepi32_epi8(_mm512_cvttps_epi32(positive)));
}

static inline void store_bfloats(void *to, __m512i words)
{
    _mm256_storeu_si256(to, _mm512_cvtepi32_epi16(words));
}

#endif
