/* Resampling by spans: along each axis an output pixel is a weighted run of input pixels, whether
 * the crop shrinks (the area covered) or grows (the two neighbours). */
#include "mien/crop.h"

#include <errno.h>
#include <math.h>

#include "base/clamp.h"
#include "patch.h"

/* A face that leans by less, in degrees, is read as it is (docs/detection.md). */
#define UPRIGHT 2.f

/* Pixels first…last, all of weight 1 but the two ends; `scale` is 1 / the sum of weights. */
struct span {
    int first, last;
    float head, tail; /* tail counts only when last > first */
    float scale;
};

/* One axis of the square: where it starts in the picture, and how it is divided. */
struct axis {
    double start; /* picture coordinate of its beginning; pixel p covers p…p+1 */
    double step;  /* picture pixels per output pixel */
    int pixels;   /* of the picture along this axis */
};

static int pixel_at(const struct axis *axis, double position)
{
    return (int)clamp_double(position, 0, axis->pixels - 1);
}

/* The area from..to, where the first and last pixel of the picture reach out for ever. */
static struct span cover(const struct axis *axis, double from, double to)
{
    int first = pixel_at(axis, floor(from)), last = pixel_at(axis, ceil(to) - 1);
    if (first >= last)
        return (struct span){first, first, 1, 0, 1};
    return (struct span){first, last, (float)(first + 1 - from), (float)(to - last),
                         (float)(1 / axis->step)};
}

static struct span interpolate(const struct axis *axis, double centre)
{
    int first = pixel_at(axis, floor(centre)), last = pixel_at(axis, floor(centre) + 1);
    float share = first == last ? 0 : (float)(centre - first);
    return (struct span){first, last, 1 - share, share, 1};
}

static struct span span_of(const struct axis *axis, int output)
{
    double from = axis->start + output * axis->step, to = from + axis->step;
    return axis->step >= 1 ? cover(axis, from, to) : interpolate(axis, (from + to) / 2 - 0.5);
}

static float sum_row(const uint8_t *row, const struct span *span)
{
    float sum = span->head * row[span->first];
    if (span->last == span->first)
        return sum;
    unsigned whole = 0;
    for (int x = span->first + 1; x < span->last; x++)
        whole += row[x];
    return sum + (float)whole + span->tail * row[span->last];
}

static uint8_t average(const struct mien_picture *gray, const struct span *across,
                       const struct span *down)
{
    float sum = 0;
    for (int y = down->first; y <= down->last; y++) {
        float weight = y == down->first ? down->head : y == down->last ? down->tail : 1;
        sum += weight * sum_row(gray->data + y * gray->stride, across);
    }
    return (uint8_t)(sum * across->scale * down->scale + 0.5f);
}

static int can_crop(const struct mien_picture *gray, const struct mien_box *box, int width,
                    int height)
{
    return gray->pixels == MIEN_GRAY8 && box->width > 0 && box->height > 0 && width > 0 &&
           height > 0;
}

int mien_crop(const struct mien_picture *gray, const struct mien_box *box, uint8_t *out, int width,
              int height)
{
    if (!can_crop(gray, box, width, height))
        return -EINVAL;
    double side = box->width > box->height ? box->width : box->height;
    struct axis across = {box->x + (box->width - side) / 2, side / width, gray->width};
    struct axis down = {box->y + (box->height - side) / 2, side / height, gray->height};
    for (int y = 0; y < height; y++) {
        struct span rows = span_of(&down, y);
        for (int x = 0; x < width; x++) {
            struct span columns = span_of(&across, x);
            *out++ = average(gray, &columns, &rows);
        }
    }
    return 0;
}

int mien_crop_upright(const struct mien_picture *gray, const struct mien_box *box, float tilt,
                      uint8_t *out, int width, int height)
{
    if (fabsf(tilt) < UPRIGHT || width != height)
        return mien_crop(gray, box, out, width, height);
    if (!can_crop(gray, box, width, height))
        return -EINVAL;
    struct patch face = patch_around(box, tilt);
    patch_sample(gray, &face, out, width);
    return 0;
}
