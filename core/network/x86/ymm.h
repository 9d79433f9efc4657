/* 16 registers of 8 floats, two multiply-adds a cycle: 6 pixels × 16 channels in 12 sums. */
#ifndef CORE_X86_YMM_H
#define CORE_X86_YMM_H

#include <immintrin.h>

#define VECTOR 8
typedef __m256 register_floats;
typedef __m256i register_words;
#define ACCUMULATORS 12
#define SMALL_PARTS 1
#define CORNER_PARTS 2
#define POSITIVE(floats) _mm256_max_ps((__m256)(floats), _mm256_setzero_ps())
#define HALVES(from) _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)(from)))
#define BYTES(from) _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(from)))
#define BFLOATS(from) _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)(from)))

static inline void store_bytes(void *to, __m256 positive)
{
    __m256i words = _mm256_cvttps_epi32(_mm256_min_ps(positive, _mm256_set1_ps(255)));
    __m128i shorts =
        _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storel_epi64(to, _mm_packus_epi16(shorts, shorts));
}

static inline void store_bfloats(void *to, __m256i words)
{
    _mm_storeu_si128(
        to, _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}

#endif
