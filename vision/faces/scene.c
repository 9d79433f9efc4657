/* Both pictures are made small and correlated (Pearson), so that neither the light nor the contrast
 * of a whole picture counts. */
#include "mien/scene.h"

#include <math.h>
#include <string.h>

enum { SIDE = MIEN_SCENE_SIDE, PIXELS = SIDE * SIDE, ROW_STEP = 4 };

#define CUT_BELOW 0.5    /* correlation: least within a shot, most at a cut: docs/detection.md */
#define LONGEST_GAP 0.25 /* seconds between two pictures */
#define BLANK 4.0        /* variance, and less, of a picture that shows nothing */

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

static double mean_of(const uint8_t *pixels)
{
    unsigned sum = 0;
    for (int i = 0; i < PIXELS; i++)
        sum += pixels[i];
    return (double)sum / PIXELS;
}

static double covariance(const uint8_t *a, const uint8_t *b)
{
    unsigned sum = 0;
    for (int i = 0; i < PIXELS; i++)
        sum += (unsigned)a[i] * b[i];
    return (double)sum / PIXELS - mean_of(a) * mean_of(b);
}

bool mien_scene_is_cut(struct mien_scene *scene, const struct mien_picture *gray, double time)
{
    uint8_t small[PIXELS], *last = scene->small;
    if (gray->pixels != MIEN_GRAY8)
        return false;
    shrink(gray, small);
    double variance = covariance(small, small), of_last = covariance(last, last);
    if (variance < BLANK)
        return false;
    bool is_cut = of_last >= BLANK && time - scene->time <= LONGEST_GAP &&
                  covariance(last, small) < CUT_BELOW * sqrt(variance * of_last);
    memcpy(last, small, sizeof small);
    scene->time = time;
    return is_cut;
}
