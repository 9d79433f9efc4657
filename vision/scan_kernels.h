/* The one hot loop of face detection: which windows of a row pass the cascade.
 *
 * Arithmetic and its order are OpenCV's (objdetect/cascadedetect, 4.x), so that every level finds
 * exactly the windows that cv::CascadeClassifier finds: features in float, stages in double, no
 * fused multiply-add (these files are compiled with -ffp-contract=off). */
#ifndef VISION_SCAN_KERNELS_H
#define VISION_SCAN_KERNELS_H

#include <math.h>
#include <stdint.h>

#include "cascade.h"

/* A stump with its rectangles as offsets into the integral picture: the sum of rectangle r is
 * p[corner[r][0]] - p[corner[r][1]] - p[corner[r][2]] + p[corner[r][3]]. */
struct scan_stump {
    int32_t corner[CASCADE_RECTS][4];
    float weight[CASCADE_RECTS];
    float threshold, left, right;
};

struct scan_row {
    const uint32_t *sum, *squares; /* integral pictures at the first window's corner */
    int count;                     /* windows; the next one is one entry further on */
    int stage_count;
    const struct cascade_stage *stages;
    const struct scan_stump *stumps;
    int32_t norm[4]; /* corners of the rectangle whose variance is the unit of the features */
    double area;     /* of that rectangle */
};

/* Writes the numbers of the windows that pass, ascending, and returns how many they are.
 * May read up to SCAN_SLACK entries beyond the last window's. */
typedef int scan_row_function(const struct scan_row *row, int *found);
enum { SCAN_SLACK = 16 };

scan_row_function scan_row_c, scan_row_avx2, scan_row_avx512;

/* The best function this CPU has, at most of the level `limit` ("c", "avx2", "avx512"; NULL: no
 * limit); NULL for a level that is unknown or not there. *name is set to the level's. */
scan_row_function *scan_choose_row(const char *limit, const char **name);

/* ---- one window, shared by all levels ---- */

static inline int32_t scan_sum(const uint32_t *p, const int32_t *corner)
{
    return (int32_t)(p[corner[0]] - p[corner[1]] - p[corner[2]] + p[corner[3]]);
}

/* What OpenCV does first: 0 where the window has hardly any contrast and is no candidate, else
 * the factor for its features. */
static inline float scan_norm(const struct scan_row *row, int window)
{
    int32_t sum = scan_sum(row->sum + window, row->norm);
    uint32_t squares = (uint32_t)scan_sum(row->squares + window, row->norm);
    double variance = row->area * squares - (double)sum * sum;
    if (!(variance > 0))
        return 0;
    float norm = (float)(1 / sqrt(variance));
    return row->area * norm < 1e-1 ? norm : 0;
}

static inline int scan_passes_stage(const struct scan_row *row, const struct cascade_stage *stage,
                                    int window, float norm)
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

static inline int scan_passes_from(const struct scan_row *row, int stage, int window, float norm)
{
    for (; stage < row->stage_count; stage++)
        if (!scan_passes_stage(row, &row->stages[stage], window, norm))
            return 0;
    return 1;
}

#endif
