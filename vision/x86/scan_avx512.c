/* Sixteen neighbouring windows at a time. Their corners lie side by side in the integral picture,
 * so every load is a plain one; what limits the loop are these loads, 8 to 12 for a stump, most
 * of them across a cache line. Even for one window left of sixteen this beats a scalar loop. */
#include <immintrin.h>

#include "scan_walk.h"

static __m512i load(const uint32_t *p)
{
    return _mm512_loadu_si512(p);
}

static __m512i sum_of(const uint32_t *p, const int32_t *corner)
{
    return _mm512_add_epi32(
        _mm512_sub_epi32(_mm512_sub_epi32(load(p + corner[0]), load(p + corner[1])),
                         load(p + corner[2])),
        load(p + corner[3]));
}

static __m512 weighted(const uint32_t *p, const struct scan_stump *stump, int rect)
{
    return _mm512_mul_ps(_mm512_set1_ps(stump->weight[rect]),
                         _mm512_cvtepi32_ps(sum_of(p, stump->corner[rect])));
}

/* Eight of the factors at once; 0 for windows that are no candidates. */
static __m256 norm_of(double area, __m256i sum, __m256i squares)
{
    __m512d s = _mm512_cvtepi32_pd(sum), every = _mm512_set1_pd(area);
    __m512d variance =
        _mm512_sub_pd(_mm512_mul_pd(every, _mm512_cvtepu32_pd(squares)), _mm512_mul_pd(s, s));
    __mmask8 good = _mm512_cmp_pd_mask(variance, _mm512_setzero_pd(), _CMP_GT_OQ);
    __m256 norm = _mm512_cvtpd_ps(
        _mm512_maskz_div_pd(good, _mm512_set1_pd(1), _mm512_maskz_sqrt_pd(good, variance)));
    __m512d wide = _mm512_cvtps_pd(norm);
    good =
        _mm512_mask_cmp_pd_mask(good, _mm512_mul_pd(every, wide), _mm512_set1_pd(1e-1), _CMP_LT_OQ);
    return _mm512_cvtpd_ps(_mm512_maskz_mov_pd(good, wide));
}

static unsigned norms_of(const struct scan_row *row, int window, float *norms)
{
    __m512i sum = sum_of(row->sum + window, row->norm);
    __m512i squares = sum_of(row->squares + window, row->norm);
    _mm256_storeu_ps(
        norms, norm_of(row->area, _mm512_castsi512_si256(sum), _mm512_castsi512_si256(squares)));
    _mm256_storeu_ps(norms + 8, norm_of(row->area, _mm512_extracti64x4_epi64(sum, 1),
                                        _mm512_extracti64x4_epi64(squares, 1)));
    return _mm512_cmp_ps_mask(_mm512_loadu_ps(norms), _mm512_setzero_ps(), _CMP_NEQ_UQ);
}

static unsigned stage_of(const struct scan_row *row, const struct cascade_stage *stage, int window,
                         const float *norms)
{
    const uint32_t *p = row->sum + window;
    __m512 norm = _mm512_loadu_ps(norms);
    __m512d low = _mm512_setzero_pd(), high = _mm512_setzero_pd();
    const struct scan_stump *stump = row->stumps + stage->first, *end = stump + stage->count;
    for (; stump < end; stump++) {
        __m512 value = _mm512_add_ps(weighted(p, stump, 0), weighted(p, stump, 1));
        if (stump->weight[2] != 0)
            value = _mm512_add_ps(value, weighted(p, stump, 2));
        __mmask16 below = _mm512_cmp_ps_mask(_mm512_mul_ps(value, norm),
                                             _mm512_set1_ps(stump->threshold), _CMP_LT_OQ);
        __m512d left = _mm512_set1_pd(stump->left), right = _mm512_set1_pd(stump->right);
        low = _mm512_add_pd(low, _mm512_mask_blend_pd((__mmask8)below, right, left));
        high = _mm512_add_pd(high, _mm512_mask_blend_pd((__mmask8)(below >> 8), right, left));
    }
    __m512d threshold = _mm512_set1_pd(stage->threshold);
    return _mm512_cmp_pd_mask(low, threshold, _CMP_NLT_UQ) |
           (unsigned)_mm512_cmp_pd_mask(high, threshold, _CMP_NLT_UQ) << 8;
}

static __m256i half_load(const uint32_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

static __m256 half_weighted(const uint32_t *p, const struct scan_stump *stump, int rect)
{
    const int32_t *corner = stump->corner[rect];
    __m256i sum = _mm256_add_epi32(
        _mm256_sub_epi32(_mm256_sub_epi32(half_load(p + corner[0]), half_load(p + corner[1])),
                         half_load(p + corner[2])),
        half_load(p + corner[3]));
    return _mm256_mul_ps(_mm256_set1_ps(stump->weight[rect]), _mm256_cvtepi32_ps(sum));
}

static unsigned half_stage_of(const struct scan_row *row, const struct cascade_stage *stage,
                              int window, const float *norms)
{
    const uint32_t *p = row->sum + window;
    __m256 norm = _mm256_loadu_ps(norms);
    __m512d total = _mm512_setzero_pd();
    const struct scan_stump *stump = row->stumps + stage->first, *end = stump + stage->count;
    for (; stump < end; stump++) {
        __m256 value = _mm256_add_ps(half_weighted(p, stump, 0), half_weighted(p, stump, 1));
        if (stump->weight[2] != 0)
            value = _mm256_add_ps(value, half_weighted(p, stump, 2));
        __mmask8 below = _mm256_cmp_ps_mask(_mm256_mul_ps(value, norm),
                                            _mm256_set1_ps(stump->threshold), _CMP_LT_OQ);
        total = _mm512_add_pd(total, _mm512_mask_blend_pd(below, _mm512_set1_pd(stump->right),
                                                          _mm512_set1_pd(stump->left)));
    }
    return _mm512_cmp_pd_mask(total, _mm512_set1_pd(stage->threshold), _CMP_NLT_UQ);
}

int scan_row_avx512(const struct scan_row *row, int *found)
{
    static const struct scan_lanes sixteen = {16, norms_of, stage_of, half_stage_of};
    return scan_walk(row, &sixteen, found);
}
