/* The one hot loop of face detection: which windows of a row pass the cascade.
 *
 * Every level finds exactly the windows that cv::CascadeClassifier finds (objdetect, 4.x). The
 * portable one does OpenCV's arithmetic in OpenCV's order: features in float, stages in double, no
 * fused multiply-add (these files are compiled with -ffp-contract=off). The others sum a stage up
 * in fixed point and ask the portable one where that is too coarse to tell. */
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

/* The rectangles of a feature touch each other and weigh whole numbers, so it is a sum over its
 * corners, fewer than the rectangles have. By the factors of the corners, in ascending order: */
enum scan_kind {
    SCAN_EDGE,     /* -2 -1 -1 1 1 2 */
    SCAN_LINE,     /* -3 -3 -1 -1 1 1 3 3 */
    SCAN_DIAGONAL, /* -2 -2 -2 -2 1 1 1 1 4 */
    SCAN_OPPOSITE, /* the same with the signs turned round */
    SCAN_KINDS,
    SCAN_CORNERS = 9
};

struct scan_feature {
    int32_t corner[SCAN_CORNERS]; /* offsets into the integral picture */
    float threshold;
    int32_t step; /* what a value below the threshold adds to the stage's sum */
};

/* Features are sorted by kind. `start` is the sum of a window with all values at or above their
 * thresholds, less what a stage needs and less `doubt`, how far rounding may lead astray: a
 * sum of 0 or more passes, one below -2 * doubt does not, the others stay open. */
struct scan_stage {
    int ends[SCAN_KINDS]; /* of each kind, from the stage's first feature */
    int32_t start, doubt;
};

struct scan_row {
    const uint32_t *sum, *squares; /* integral pictures at the first window's corner */
    int count;                     /* windows; the next one is one entry further on */
    int stage_count;
    const struct cascade_stage *stages;
    const struct scan_stump *stumps;
    const struct scan_stage *fast_stages; /* the same … */
    const struct scan_feature *features;  /* … for vectors */
    int32_t norm[4]; /* corners of the rectangle whose variance is the unit of the features */
    double area;     /* of that rectangle */
};

/* Writes the numbers of the windows that pass, ascending, and returns how many they are.
 * May read up to SCAN_SLACK entries beyond the last window's. */
typedef int scan_row_function(const struct scan_row *row, int *found);
enum { SCAN_SLACK = 16 };

scan_row_function scan_row_c, scan_row_sse41, scan_row_avx2, scan_row_avx512, scan_row_neon;

/* The best function this CPU has, at most of the level `limit` ("c", "sse41", "avx2", "avx512",
 * "neon"; NULL: no limit); NULL for a level that is unknown or not there. *name is set to the
 * level's. */
scan_row_function *scan_choose_row(const char *limit, const char **name);

/* The name of level `index`, the plainest first; NULL beyond the last of this build. */
const char *scan_level(int index);

/* Which of the windows `open` (bit i: window + i) pass a stage, in OpenCV's arithmetic. */
unsigned scan_settle(const struct scan_row *row, int stage, int window, const float *norms,
                     unsigned open);

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

#endif
