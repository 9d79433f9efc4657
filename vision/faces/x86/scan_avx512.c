/* Sixteen neighbouring windows at a time, and eight where no more are left. */
#include <immintrin.h>

#include "scan_walk.h"

typedef int32_t ints_16 __attribute__((vector_size(64)));
typedef int32_t ints_8 __attribute__((vector_size(32)));

static unsigned bits_16(ints_16 v)
{
    return _mm512_movepi32_mask((__m512i)v);
}

static unsigned bits_8(ints_8 v)
{
    return _mm256_movepi32_mask((__m256i)v);
}

#define LANES 16
#define BITS bits_16
#include "scan_stage.h"
#define LANES 8
#define BITS bits_8
#include "scan_stage.h"

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

int scan_row_avx512(const struct scan_row *row, int *found)
{
    static const struct scan_lanes sixteen = {16, norms_of, stage_of_16, stage_of_8};
    return scan_walk(row, &sixteen, found);
}
