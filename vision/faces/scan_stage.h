/* One stage of the cascade for LANES neighbouring windows, on any CPU with vector registers.
 * A file for one instruction set includes this page once for each number of LANES that it uses,
 * after a function `static unsigned BITS(vector)` that gathers the signs of a vector: bit i for
 * lane i. The page defines the function stage_of_LANES.
 *
 * Windows side by side have their corners side by side in the integral picture, so every load is a
 * plain one. They are the limit, 6 to 9 for a feature, most of those of 64 bytes across a cache
 * line. All else is kept small: features are whole numbers until they meet the window's contrast
 * (float holds them exactly, so no rounding differs from OpenCV's), and a stage's sum takes one
 * addition in fixed point where OpenCV's double would take two, with a conversion each. */
#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define INTS JOIN(ints, LANES)
#define LOOSE JOIN(loose, LANES)
#define FLOATS JOIN(floats, LANES)
#define LOOSE_FLOATS JOIN(loose_floats, LANES)
#define SUMMED JOIN(summed, LANES)
#define LOAD(i) (*(const LOOSE *)(p + feature->corner[i]))

typedef float FLOATS __attribute__((vector_size(4 * LANES)));
typedef int32_t LOOSE __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef float LOOSE_FLOATS __attribute__((vector_size(4 * LANES), aligned(4)));

/* Adds the steps of features first…end-1, all of one kind. */
static inline __attribute__((always_inline)) INTS SUMMED(INTS total, enum scan_kind kind,
                                                         const uint32_t *p, FLOATS norm,
                                                         const struct scan_feature *feature,
                                                         const struct scan_feature *end)
{
    for (; feature < end; feature++) {
        INTS value, outer;
        if (kind == SCAN_EDGE) {
            outer = LOAD(5) - LOAD(0);
            value = LOAD(3) + LOAD(4) - LOAD(1) - LOAD(2) + outer + outer;
        } else if (kind == SCAN_LINE) {
            outer = LOAD(6) + LOAD(7) - LOAD(0) - LOAD(1);
            value = LOAD(4) + LOAD(5) - LOAD(2) - LOAD(3) + outer + outer + outer;
        } else {
            outer = LOAD(8) + LOAD(8) - LOAD(0) - LOAD(1) - LOAD(2) - LOAD(3);
            value = LOAD(4) + LOAD(5) + LOAD(6) + LOAD(7) + outer + outer;
        }
        INTS below = __builtin_convertvector(value, FLOATS) * norm < feature->threshold;
        total += below & feature->step;
    }
    return total;
}

/* Which of the windows from `window` on pass; bit i stands for window + i. */
static unsigned JOIN(stage_of, LANES)(const struct scan_row *row, int stage, int window,
                                      const float *norms)
{
    const struct scan_stage *fast = &row->fast_stages[stage];
    const struct scan_feature *features = row->features + row->stages[stage].first;
    const uint32_t *p = row->sum + window;
    FLOATS norm = *(const LOOSE_FLOATS *)norms;
    INTS total = fast->start - (INTS){0};
    total = SUMMED(total, SCAN_EDGE, p, norm, features, features + fast->ends[SCAN_EDGE]);
    total = SUMMED(total, SCAN_LINE, p, norm, features + fast->ends[SCAN_EDGE],
                   features + fast->ends[SCAN_LINE]);
    total = SUMMED(total, SCAN_DIAGONAL, p, norm, features + fast->ends[SCAN_LINE],
                   features + fast->ends[SCAN_DIAGONAL]);
    total = SUMMED(total, SCAN_OPPOSITE, p, -norm, features + fast->ends[SCAN_DIAGONAL],
                   features + fast->ends[SCAN_OPPOSITE]);
    unsigned failed = BITS(total), open = failed & ~BITS(total + 2 * fast->doubt);
    unsigned passed = ~failed;
    return open ? passed | scan_settle(row, stage, window, norms, open) : passed;
}

#undef JOIN_
#undef JOIN
#undef INTS
#undef LOOSE
#undef FLOATS
#undef LOOSE_FLOATS
#undef SUMMED
#undef LOAD
#undef LANES
#undef BITS
