/* Eight neighbouring windows at a time, in two registers, and four where no more are left. */
#include <smmintrin.h>

#include "scan_walk.h"

typedef int32_t ints_8 __attribute__((vector_size(32)));
typedef int32_t ints_4 __attribute__((vector_size(16)));

static inline unsigned bits_4(ints_4 v)
{
    return (unsigned)_mm_movemask_ps((__m128)v);
}

static inline unsigned bits_8(ints_8 v)
{
    return bits_4(__builtin_shufflevector(v, v, 0, 1, 2, 3)) |
           bits_4(__builtin_shufflevector(v, v, 4, 5, 6, 7)) << 4;
}

#define LANES 8
#define BITS bits_8
#include "scan_stage.h"
#define LANES 4
#define BITS bits_4
#include "scan_stage.h"

static __m128i load(const uint32_t *p)
{
    return _mm_loadu_si128((const __m128i *)p);
}

static __m128i sum_of(const uint32_t *p, const int32_t *corner)
{
    __m128i upper = _mm_sub_epi32(load(p + corner[0]), load(p + corner[1]));
    __m128i lower = _mm_sub_epi32(load(p + corner[3]), load(p + corner[2]));
    return _mm_add_epi32(upper, lower);
}

/* The lower two of the factors; 0 for windows that are no candidates. SSE converts only signed
 * integers, so the unsigned ones are moved by 2³¹ and back, which is exact. */
static __m128 norm_of(double area, __m128i sum, __m128i squares)
{
    __m128d s = _mm_cvtepi32_pd(sum), every = _mm_set1_pd(area);
    __m128d q = _mm_add_pd(_mm_cvtepi32_pd(_mm_xor_si128(squares, _mm_set1_epi32(INT32_MIN))),
                           _mm_set1_pd(0x1p31));
    __m128d variance = _mm_sub_pd(_mm_mul_pd(every, q), _mm_mul_pd(s, s));
    __m128d good = _mm_cmpgt_pd(variance, _mm_setzero_pd());
    __m128d safe = _mm_blendv_pd(_mm_set1_pd(1), variance, good);
    __m128d norm = _mm_cvtps_pd(_mm_cvtpd_ps(_mm_div_pd(_mm_set1_pd(1), _mm_sqrt_pd(safe))));
    __m128d flat = _mm_cmpnlt_pd(_mm_mul_pd(every, norm), _mm_set1_pd(1e-1));
    return _mm_cvtpd_ps(_mm_andnot_pd(flat, _mm_and_pd(good, norm)));
}

/* Four of them. */
static unsigned norms_of_4(const struct scan_row *row, int window, float *norms)
{
    __m128i sum = sum_of(row->sum + window, row->norm);
    __m128i squares = sum_of(row->squares + window, row->norm);
    __m128 low = norm_of(row->area, sum, squares);
    __m128 high =
        norm_of(row->area, _mm_unpackhi_epi64(sum, sum), _mm_unpackhi_epi64(squares, squares));
    __m128 four = _mm_movelh_ps(low, high);
    _mm_storeu_ps(norms, four);
    return (unsigned)_mm_movemask_ps(_mm_cmpneq_ps(four, _mm_setzero_ps()));
}

static unsigned norms_of(const struct scan_row *row, int window, float *norms)
{
    return norms_of_4(row, window, norms) | norms_of_4(row, window + 4, norms + 4) << 4;
}

int scan_row_sse41(const struct scan_row *row, int *found)
{
    static const struct scan_lanes eight = {8, norms_of, stage_of_8, stage_of_4};
    return scan_walk(row, &eight, found);
}
