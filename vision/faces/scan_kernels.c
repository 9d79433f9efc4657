/* The portable scan of a row, the truth that the others are tested against, and the choice. */
#include "scan_kernels.h"

#include <string.h>

static int passes_stage(const struct scan_row *row, const struct cascade_stage *stage, int window,
                        float norm)
{
    const uint32_t *p = row->sum + window;
    double total = 0;
    for (int i = 0; i < stage->count; i++) {
        const struct scan_stump *stump = &row->stumps[stage->first + i];
        float value = stump->weight[0] * (float)scan_sum(p, stump->corner[0]) +
                      stump->weight[1] * (float)scan_sum(p, stump->corner[1]);
        if (stump->weight[2] != 0)
            value += stump->weight[2] * (float)scan_sum(p, stump->corner[2]);
        total += value * norm < stump->threshold ? stump->left : stump->right;
    }
    return !(total < stage->threshold);
}

static int passes_from(const struct scan_row *row, int stage, int window, float norm)
{
    for (; stage < row->stage_count; stage++)
        if (!passes_stage(row, &row->stages[stage], window, norm))
            return 0;
    return 1;
}

unsigned scan_settle(const struct scan_row *row, int stage, int window, const float *norms,
                     unsigned open)
{
    unsigned passed = 0;
    for (; open; open &= open - 1) {
        int i = __builtin_ctz(open);
        if (passes_stage(row, &row->stages[stage], window + i, norms[i]))
            passed |= 1u << i;
    }
    return passed;
}

/* OpenCV's rule of the walk: behind a window that fails the first stage one is skipped. */
int scan_row_c(const struct scan_row *row, int *found)
{
    int count = 0;
    for (int window = 0; window < row->count; window++) {
        float norm = scan_norm(row, window);
        if (norm == 0)
            continue;
        if (!passes_stage(row, &row->stages[0], window, norm))
            window++;
        else if (passes_from(row, 1, window, norm))
            found[count++] = window;
    }
    return count;
}

static int is_anywhere(void)
{
    return 1;
}

#ifdef __x86_64__
static int has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq");
}
#endif

static const struct level {
    const char *name;
    int (*is_supported)(void);
    scan_row_function *row;
} levels[] = {
    {"c", is_anywhere, scan_row_c},
#ifdef __x86_64__
    {"avx2", has_avx2, scan_row_avx2},
    {"avx512", has_avx512, scan_row_avx512},
#endif
#ifdef __aarch64__
    {"neon", is_anywhere, scan_row_neon},
#endif
};

const char *scan_level(int index)
{
    return (size_t)index < sizeof levels / sizeof *levels ? levels[index].name : NULL;
}

scan_row_function *scan_choose_row(const char *limit, const char **name)
{
    scan_row_function *best = NULL;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (levels[i].is_supported()) {
            best = levels[i].row;
            *name = levels[i].name;
        }
        if (limit && !strcmp(limit, levels[i].name))
            return levels[i].is_supported() ? best : NULL;
    }
    return limit ? NULL : best;
}
