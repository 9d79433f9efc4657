/* The portable scan of a row, the truth that the others are tested against. */
#include "scan_kernels.h"

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
