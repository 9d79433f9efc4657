/* Eight neighbouring windows at a time, and four where no more are left. */
#include <immintrin.h>

#include "scan_walk.h"

typedef int32_t ints_8 __attribute__((vector_size(32)));
typedef int32_t ints_4 __attribute__((vector_size(16)));

static unsigned bits_8(ints_8 v)
{
    return (unsigned)_mm256_movemask_ps((__m256)v);
}

static unsigned bits_4(ints_4 v)
{
    return (unsigned)_mm_movemask_ps((__m128)v);
}

#define LANES 8
#define BITS bits_8
#include "scan_stage.h"
#define LANES 4
#define BITS bits_4
#include "scan_stage.h"

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

int scan_row_avx2(const struct scan_row *row, int *found)
{
    static const struct scan_lanes eight = {8, norms_of, stage_of_8, stage_of_4};
    return scan_walk(row, &eight, found);
}
