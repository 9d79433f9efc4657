/* Both pictures are made small and correlated (Pearson), so that neither the light nor the contrast
 * of a whole picture counts. docs/detection.md has what it is in recordings. */
#include "mien/scene.h"

#include <math.h>
#include <string.h>

#include "mien/crop.h"

enum { PIXELS = MIEN_SCENE_SIDE * MIEN_SCENE_SIDE };

#define CUT_BELOW 0.5    /* correlation: the least in one shot is 0.66, the most at a cut 0.34 */
#define LONGEST_GAP 0.25 /* seconds between two pictures */
#define BLANK 4.0        /* variance, and less, of a picture that shows nothing */

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
    struct mien_box whole = {0, 0, gray->width, gray->height};
    uint8_t small[PIXELS], *last = scene->small;
    if (mien_crop(gray, &whole, small, MIEN_SCENE_SIDE, MIEN_SCENE_SIDE) < 0)
        return false;
    double variance = covariance(small, small), of_last = covariance(last, last);
    if (variance < BLANK)
        return false;
    bool is_cut = of_last >= BLANK && time - scene->time <= LONGEST_GAP &&
                  covariance(last, small) < CUT_BELOW * sqrt(variance * of_last);
    memcpy(last, small, sizeof small);
    scene->time = time;
    return is_cut;
}
