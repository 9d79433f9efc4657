/* Eight neighbouring windows at a time; else as the sixteen of scan_avx512.c. */
#include <immintrin.h>

#include "scan_walk.h"

static __m256i load(const uint32_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

static __m256i sum_of(const uint32_t *p, const int32_t *corner)
{
    return _mm256_add_epi32(
        _mm256_sub_epi32(_mm256_sub_epi32(load(p + corner[0]), load(p + corner[1])),
                         load(p + corner[2])),
        load(p + corner[3]));
}

static __m256 weighted(const uint32_t *p, const struct scan_stump *stump, int rect)
{
    return _mm256_mul_ps(_mm256_set1_ps(stump->weight[rect]),
                         _mm256_cvtepi32_ps(sum_of(p, stump->corner[rect])));
}

/* Four of the factors at once; 0 for windows that are no candidates. AVX2 converts only signed
 * integers, so the unsigned ones are moved by 2³¹ and back, which is exact. */
static __m128 norm_of(double area, __m128i sum, __m128i squares)
{
    __m256d s = _mm256_cvtepi32_pd(sum), every = _mm256_set1_pd(area), zero = _mm256_setzero_pd();
    __m256d q = _mm256_add_pd(_mm256_cvtepi32_pd(_mm_xor_si128(squares, _mm_set1_epi32(INT32_MIN))),
                              _mm256_set1_pd(0x1p31));
    __m256d variance = _mm256_sub_pd(_mm256_mul_pd(every, q), _mm256_mul_pd(s, s));
    __m256d good = _mm256_cmp_pd(variance, zero, _CMP_GT_OQ);
    __m256d safe = _mm256_blendv_pd(_mm256_set1_pd(1), variance, good);
    __m256d norm =
        _mm256_cvtps_pd(_mm256_cvtpd_ps(_mm256_div_pd(_mm256_set1_pd(1), _mm256_sqrt_pd(safe))));
    __m256d flat = _mm256_cmp_pd(_mm256_mul_pd(every, norm), _mm256_set1_pd(1e-1), _CMP_NLT_UQ);
    return _mm256_cvtpd_ps(_mm256_andnot_pd(flat, _mm256_and_pd(good, norm)));
}

static unsigned norms_of(const struct scan_row *row, int window, float *norms)
{
    __m256i sum = sum_of(row->sum + window, row->norm);
    __m256i squares = sum_of(row->squares + window, row->norm);
    _mm_storeu_ps(norms,
                  norm_of(row->area, _mm256_castsi256_si128(sum), _mm256_castsi256_si128(squares)));
    _mm_storeu_ps(norms + 4, norm_of(row->area, _mm256_extracti128_si256(sum, 1),
                                     _mm256_extracti128_si256(squares, 1)));
    return (unsigned)_mm256_movemask_ps(
        _mm256_cmp_ps(_mm256_loadu_ps(norms), _mm256_setzero_ps(), _CMP_NEQ_UQ));
}

static unsigned stage_of(const struct scan_row *row, const struct cascade_stage *stage, int window,
                         const float *norms)
{
    const uint32_t *p = row->sum + window;
    __m256 norm = _mm256_loadu_ps(norms);
    __m256d low = _mm256_setzero_pd(), high = _mm256_setzero_pd();
    const struct scan_stump *stump = row->stumps + stage->first, *end = stump + stage->count;
    for (; stump < end; stump++) {
        __m256 value = _mm256_add_ps(weighted(p, stump, 0), weighted(p, stump, 1));
        if (stump->weight[2] != 0)
            value = _mm256_add_ps(value, weighted(p, stump, 2));
        __m256 below =
            _mm256_cmp_ps(_mm256_mul_ps(value, norm), _mm256_set1_ps(stump->threshold), _CMP_LT_OQ);
        __m256 leaf =
            _mm256_blendv_ps(_mm256_set1_ps(stump->right), _mm256_set1_ps(stump->left), below);
        low = _mm256_add_pd(low, _mm256_cvtps_pd(_mm256_castps256_ps128(leaf)));
        high = _mm256_add_pd(high, _mm256_cvtps_pd(_mm256_extractf128_ps(leaf, 1)));
    }
    __m256d threshold = _mm256_set1_pd(stage->threshold);
    return (unsigned)(_mm256_movemask_pd(_mm256_cmp_pd(low, threshold, _CMP_NLT_UQ)) |
                      _mm256_movemask_pd(_mm256_cmp_pd(high, threshold, _CMP_NLT_UQ)) << 4);
}

static __m128i half_load(const uint32_t *p)
{
    return _mm_loadu_si128((const __m128i *)p);
}

static __m128 half_weighted(const uint32_t *p, const struct scan_stump *stump, int rect)
{
    const int32_t *corner = stump->corner[rect];
    __m128i sum = _mm_add_epi32(
        _mm_sub_epi32(_mm_sub_epi32(half_load(p + corner[0]), half_load(p + corner[1])),
                      half_load(p + corner[2])),
        half_load(p + corner[3]));
    return _mm_mul_ps(_mm_set1_ps(stump->weight[rect]), _mm_cvtepi32_ps(sum));
}

static unsigned half_stage_of(const struct scan_row *row, const struct cascade_stage *stage,
                              int window, const float *norms)
{
    const uint32_t *p = row->sum + window;
    __m128 norm = _mm_loadu_ps(norms);
    __m256d total = _mm256_setzero_pd();
    const struct scan_stump *stump = row->stumps + stage->first, *end = stump + stage->count;
    for (; stump < end; stump++) {
        __m128 value = _mm_add_ps(half_weighted(p, stump, 0), half_weighted(p, stump, 1));
        if (stump->weight[2] != 0)
            value = _mm_add_ps(value, half_weighted(p, stump, 2));
        __m128 below =
            _mm_cmp_ps(_mm_mul_ps(value, norm), _mm_set1_ps(stump->threshold), _CMP_LT_OQ);
        __m128 leaf = _mm_blendv_ps(_mm_set1_ps(stump->right), _mm_set1_ps(stump->left), below);
        total = _mm256_add_pd(total, _mm256_cvtps_pd(leaf));
    }
    return (unsigned)_mm256_movemask_pd(
        _mm256_cmp_pd(total, _mm256_set1_pd(stage->threshold), _CMP_NLT_UQ));
}

int scan_row_avx2(const struct scan_row *row, int *found)
{
    static const struct scan_lanes eight = {8, norms_of, stage_of, half_stage_of};
    return scan_walk(row, &eight, found);
}
