/* Eight neighbouring windows at a time, in two registers, and four where no more are left. */
#include <arm_neon.h>

#include "scan_walk.h"

typedef int32_t ints_8 __attribute__((vector_size(32)));
typedef int32_t ints_4 __attribute__((vector_size(16)));

static unsigned bits_4(ints_4 v)
{
    static const uint32_t places[4] = {1, 2, 4, 8};
    uint32x4_t signs = vreinterpretq_u32_s32(vshrq_n_s32((int32x4_t)v, 31));
    return vaddvq_u32(vandq_u32(signs, vld1q_u32(places)));
}

static unsigned bits_8(ints_8 v)
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

static uint32x2_t sum_of(const uint32_t *p, const int32_t *corner)
{
    uint32x2_t sum = vsub_u32(vld1_u32(p + corner[0]), vld1_u32(p + corner[1]));
    return vadd_u32(vsub_u32(sum, vld1_u32(p + corner[2])), vld1_u32(p + corner[3]));
}

/* Two of the factors at once; 0 for windows that are no candidates. No fused multiply-add here:
 * OpenCV rounds twice. */
static float32x2_t norm_of(const struct scan_row *row, int window)
{
    uint64x2_t squares = vmovl_u32(sum_of(row->squares + window, row->norm));
    int64x2_t sum = vmovl_s32(vreinterpret_s32_u32(sum_of(row->sum + window, row->norm)));
    float64x2_t s = vcvtq_f64_s64(sum);
    float64x2_t variance =
        vsubq_f64(vmulq_n_f64(vcvtq_f64_u64(squares), row->area), vmulq_f64(s, s));
    uint64x2_t good = vcgtzq_f64(variance);
    float64x2_t safe = vbslq_f64(good, variance, vdupq_n_f64(1));
    float64x2_t norm = vcvt_f64_f32(vcvt_f32_f64(vdivq_f64(vdupq_n_f64(1), vsqrtq_f64(safe))));
    good = vandq_u64(good, vcltq_f64(vmulq_n_f64(norm, row->area), vdupq_n_f64(1e-1)));
    return vcvt_f32_f64(vreinterpretq_f64_u64(vandq_u64(vreinterpretq_u64_f64(norm), good)));
}

static unsigned norms_of(const struct scan_row *row, int window, float *norms)
{
    unsigned candidates = 0;
    for (int i = 0; i < 8; i += 2)
        vst1_f32(norms + i, norm_of(row, window + i));
    for (int i = 0; i < 8; i++)
        candidates |= (unsigned)(norms[i] != 0) << i;
    return candidates;
}

int scan_row_neon(const struct scan_row *row, int *found)
{
    static const struct scan_lanes eight = {8, norms_of, stage_of_8, stage_of_4};
    return scan_walk(row, &eight, found);
}
