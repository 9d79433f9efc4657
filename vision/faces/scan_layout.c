#include "scan_layout.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS_MAX = 4 * CASCADE_RECTS };

#define ONE_BITS 29           /* of fixed point: sums of a stage stay below 2³⁰ */
#define EXACT_FLOAT (1 << 24) /* whole numbers up to this one are floats */
#define BRIGHTEST 255

static const struct {
    int count, factors[SCAN_CORNERS];
} kinds[SCAN_KINDS] = {
    [SCAN_EDGE] = {6, {-2, -1, -1, 1, 1, 2}},
    [SCAN_LINE] = {8, {-3, -3, -1, -1, 1, 1, 3, 3}},
    [SCAN_DIAGONAL] = {9, {-2, -2, -2, -2, 1, 1, 1, 1, 4}},
    [SCAN_OPPOSITE] = {9, {2, 2, 2, 2, -1, -1, -1, -1, -4}},
};

/* ---- what kind a feature is ---- */

static int add_point(struct scan_point *points, int count, int x, int y, int factor)
{
    for (int i = 0; i < count; i++)
        if (points[i].x == x && points[i].y == y) {
            points[i].factor += factor;
            return count;
        }
    points[count] = (struct scan_point){x, y, factor};
    return count + 1;
}

static int add_rect(struct scan_point *points, int count, const struct cascade_rect *rect)
{
    int right = rect->x + rect->width, bottom = rect->y + rect->height, weight = (int)rect->weight;
    count = add_point(points, count, rect->x, rect->y, weight);
    count = add_point(points, count, right, rect->y, -weight);
    count = add_point(points, count, rect->x, bottom, -weight);
    return add_point(points, count, right, bottom, weight);
}

/* Moves the corners into the kind's order; false when they are not of this kind. */
static int match(struct scan_point *points, int count, enum scan_kind kind)
{
    for (int i = 0; i < kinds[kind].count; i++) {
        int found = i;
        while (found < count && points[found].factor != kinds[kind].factors[i])
            found++;
        if (found == count)
            return 0;
        struct scan_point point = points[found];
        points[found] = points[i];
        points[i] = point;
    }
    for (int i = kinds[kind].count; i < count; i++)
        if (points[i].factor != 0)
            return 0;
    return 1;
}

/* Whether no sum of the feature, on its way, leaves the whole numbers that a float holds. */
static int is_exact(const struct cascade_stump *stump)
{
    double most = 0;
    for (int r = 0; r < CASCADE_RECTS; r++) {
        const struct cascade_rect *rect = &stump->rects[r];
        if (rect->weight != (float)(int)rect->weight)
            return 0;
        most += fabs(rect->weight) * rect->width * rect->height * BRIGHTEST;
    }
    return most < EXACT_FLOAT;
}

/* Returns the kind, or SCAN_KINDS. */
static enum scan_kind kind_of(const struct cascade_stump *stump, struct scan_point *corners)
{
    struct scan_point points[POINTS_MAX] = {0};
    int count = 0, kind = 0;
    if (!is_exact(stump))
        return SCAN_KINDS;
    for (int r = 0; r < CASCADE_RECTS; r++)
        count = add_rect(points, count, &stump->rects[r]);
    while (kind < SCAN_KINDS && !match(points, count, kind))
        kind++;
    memcpy(corners, points, SCAN_CORNERS * sizeof *corners);
    return kind;
}

/* ---- stages ---- */

/* Sums of a stage in fixed point, as fine as fits. Each rounding errs by half a unit at most. */
static double unit_of(const struct cascade_stump *stumps, const struct cascade_stage *stage)
{
    double most = fabs(stage->threshold);
    for (int i = 0; i < stage->count; i++)
        most += fmax(fabs(stumps[i].left), fabs(stumps[i].right));
    return ldexp(fmax(most, 1e-30), -ONE_BITS);
}

static int lay_out_stage(struct scan_layout *layout, int index)
{
    const struct cascade_stage *stage = &layout->cascade->stages[index];
    const struct cascade_stump *stumps = layout->cascade->stumps + stage->first;
    struct scan_stage *to = &layout->stages[index];
    double unit = unit_of(stumps, stage), start = -stage->threshold;
    int place = 0, known = 0;
    for (int kind = 0; kind < SCAN_KINDS; kind++) {
        for (int i = 0; i < stage->count; i++) {
            struct scan_point corners[SCAN_CORNERS] = {0};
            enum scan_kind found = kind_of(&stumps[i], corners);
            known += kind == 0 && found != SCAN_KINDS;
            if (found != (enum scan_kind)kind)
                continue;
            struct scan_feature *feature = &layout->features[stage->first + place];
            memcpy(layout->corners[stage->first + place++], corners, sizeof corners);
            feature->threshold = stumps[i].threshold;
            feature->step = (int32_t)lrint(((double)stumps[i].left - stumps[i].right) / unit);
            start += stumps[i].right;
        }
        to->ends[kind] = place;
    }
    to->doubt = stage->count + 2;
    to->start = (int32_t)lrint(start / unit) - to->doubt;
    return known == stage->count ? 0 : -ENOTSUP;
}

int scan_layout_init(struct scan_layout *layout, const struct cascade *cascade)
{
    size_t count = (size_t)cascade->stump_count;
    *layout = (struct scan_layout){.cascade = cascade};
    layout->stumps = calloc(count, sizeof *layout->stumps);
    layout->features = calloc(count, sizeof *layout->features);
    layout->corners = calloc(count, sizeof *layout->corners);
    layout->stages = calloc((size_t)cascade->stage_count, sizeof *layout->stages);
    if (!layout->stumps || !layout->features || !layout->corners || !layout->stages)
        return -ENOMEM;
    for (int i = 0; i < cascade->stage_count; i++)
        if (lay_out_stage(layout, i) < 0)
            return -ENOTSUP;
    return 0;
}

void scan_layout_finish(struct scan_layout *layout)
{
    free(layout->stumps);
    free(layout->features);
    free(layout->corners);
    free(layout->stages);
}

/* ---- offsets ---- */

void scan_layout_rect(const struct integral *integral, const struct cascade_rect *rect,
                      int32_t *corner)
{
    int left = integral_place(integral, rect->x);
    int right = integral_place(integral, rect->x + rect->width);
    int top = rect->y * integral->stride;
    int bottom = (rect->y + rect->height) * integral->stride;
    corner[0] = top + left;
    corner[1] = top + right;
    corner[2] = bottom + left;
    corner[3] = bottom + right;
}

static void fit_stump(const struct integral *integral, const struct cascade_stump *from,
                      struct scan_stump *to)
{
    *to =
        (struct scan_stump){.threshold = from->threshold, .left = from->left, .right = from->right};
    for (int r = 0; r < CASCADE_RECTS; r++) {
        scan_layout_rect(integral, &from->rects[r], to->corner[r]);
        to->weight[r] = from->rects[r].weight;
    }
}

void scan_layout_fit(struct scan_layout *layout, const struct integral *integral)
{
    if (layout->stride == integral->stride && layout->step == integral->step)
        return;
    for (int i = 0; i < layout->cascade->stump_count; i++) {
        fit_stump(integral, &layout->cascade->stumps[i], &layout->stumps[i]);
        for (int c = 0; c < SCAN_CORNERS; c++) {
            const struct scan_point *point = &layout->corners[i][c];
            layout->features[i].corner[c] =
                point->y * integral->stride + integral_place(integral, point->x);
        }
    }
    layout->stride = integral->stride;
    layout->step = integral->step;
}
