/* Both pictures are made small and correlated (Pearson), so that neither the light nor the contrast
 * of a whole picture counts, nor black bars and logos that stay over a cut. */
#include "mien/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = MIEN_SCENE_SIDE, PIXELS = SIDE * SIDE, ROW_STEP = 4 };

#define CUT_BELOW 0.5    /* correlation: least within a shot, most at a cut: docs/detection.md */
#define LONGEST_GAP 0.25 /* seconds between two pictures */
#define BLANK 4.0        /* variance, and less, of a picture that shows nothing */
#define STANDS_OUT 2.0   /* deviations */
enum { BLACK = 32, LEAST_MIDDLE = 8, SAME = 3 };

/* Where piece `index` of the picture begins along an axis of `size` pixels. */
static int start_of(int index, int size)
{
    return index * size / SIDE;
}

/* At least one pixel further. */
static int end_of(int index, int size)
{
    int start = start_of(index, size), next = start_of(index + 1, size);
    return next > start ? next : start + 1;
}

/* The mean of a piece, of every fourth row. */
static uint8_t mean_of_piece(const struct mien_picture *gray, int row, int column)
{
    int left = start_of(column, gray->width), right = end_of(column, gray->width);
    int bottom = end_of(row, gray->height);
    unsigned sum = 0, count = 0;
    for (int y = start_of(row, gray->height); y < bottom; y += ROW_STEP, count++)
        for (int x = left; x < right; x++)
            sum += gray->data[y * gray->stride + x];
    return (uint8_t)(sum / (count * (unsigned)(right - left)));
}

static void shrink(const struct mien_picture *gray, uint8_t *small)
{
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++)
            *small++ = mean_of_piece(gray, row, column);
}

/* ---- what to compare ---- */

/* Of a row or column: three quarters black in both pictures, as a bar is that has a logo in it. */
static bool is_bar(const uint8_t *a, const uint8_t *b, int first, int step)
{
    int black = 0;
    for (int i = 0; i < SIDE; i++)
        black += a[first + i * step] < BLACK && b[first + i * step] < BLACK;
    return 4 * black >= 3 * SIDE;
}

/* Rows or columns from…to within the bars, or all where hardly any are left. */
static void find_middle(const uint8_t *a, const uint8_t *b, int stride, int step, int *from,
                        int *to)
{
    *from = 0;
    *to = SIDE;
    while (*from < SIDE && is_bar(a, b, *from * stride, step))
        ++*from;
    while (*to > *from && is_bar(a, b, (*to - 1) * stride, step))
        --*to;
    if (*to - *from < LEAST_MIDDLE) {
        *from = 0;
        *to = SIDE;
    }
}

/* Pieces of both pictures, side by side. */
struct pieces {
    uint8_t a[PIXELS], b[PIXELS];
    int count;
};

static void take_middle(struct pieces *pieces, const uint8_t *a, const uint8_t *b)
{
    int top, bottom, left, right;
    find_middle(a, b, SIDE, 1, &top, &bottom);
    find_middle(a, b, 1, SIDE, &left, &right);
    pieces->count = 0;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++, pieces->count++) {
            pieces->a[pieces->count] = a[y * SIDE + x];
            pieces->b[pieces->count] = b[y * SIDE + x];
        }
}

/* ---- how alike they are ---- */

static double mean_of(const uint8_t *pixels, int count)
{
    unsigned sum = 0;
    for (int i = 0; i < count; i++)
        sum += pixels[i];
    return (double)sum / count;
}

static double covariance(const uint8_t *a, const uint8_t *b, int count)
{
    unsigned sum = 0;
    for (int i = 0; i < count; i++)
        sum += (unsigned)a[i] * b[i];
    return (double)sum / count - mean_of(a, count) * mean_of(b, count);
}

/* What stands out and is the same in both may be a logo or a clock, which no cut changes. */
static void drop_logos(struct pieces *p)
{
    double mean_a = mean_of(p->a, p->count), mean_b = mean_of(p->b, p->count);
    double far_a = STANDS_OUT * sqrt(covariance(p->a, p->a, p->count));
    double far_b = STANDS_OUT * sqrt(covariance(p->b, p->b, p->count));
    int kept = 0;
    for (int i = 0; i < p->count; i++) {
        bool stays = abs(p->a[i] - p->b[i]) <= SAME;
        if (stays && fabs(p->a[i] - mean_a) > far_a && fabs(p->b[i] - mean_b) > far_b)
            continue;
        p->a[kept] = p->a[i];
        p->b[kept++] = p->b[i];
    }
    p->count = kept;
}

static bool are_of_two_scenes(const uint8_t *last, const uint8_t *now)
{
    struct pieces pieces;
    take_middle(&pieces, last, now);
    drop_logos(&pieces);
    double a = covariance(pieces.a, pieces.a, pieces.count);
    double b = covariance(pieces.b, pieces.b, pieces.count);
    return a >= BLANK && b >= BLANK &&
           covariance(pieces.a, pieces.b, pieces.count) < CUT_BELOW * sqrt(a * b);
}

bool mien_scene_is_cut(struct mien_scene *scene, const struct mien_picture *gray, double time)
{
    uint8_t small[PIXELS];
    if (gray->pixels != MIEN_GRAY8)
        return false;
    shrink(gray, small);
    if (covariance(small, small, PIXELS) < BLANK) {
        scene->faded = true;
        return false;
    }
    bool is_cut = (scene->faded || time - scene->time <= LONGEST_GAP) &&
                  are_of_two_scenes(scene->small, small);
    memcpy(scene->small, small, sizeof small);
    scene->time = time;
    scene->faded = false;
    return is_cut;
}
