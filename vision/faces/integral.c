#include "integral.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An output pixel along one axis: two input pixels and the weight of the second, in 1/256. */
struct integral_tap {
    int first, second;
    uint32_t share;
};

static struct integral_tap tap_at(int output, double scale, int inputs)
{
    double place = scale * (output + 0.5) - 0.5;
    int first = (int)floor(place);
    if (first < 0 || inputs == 1)
        return (struct integral_tap){0, 0, 0};
    if (first >= inputs - 1)
        return (struct integral_tap){inputs - 1, inputs - 1, 0};
    return (struct integral_tap){first, first + 1, (uint32_t)lrint((place - first) * 256)};
}

static double scale_of(int inputs, int outputs)
{
    return 1 / ((double)outputs / inputs);
}

int integral_reserve(struct integral *integral, int width, int height, int slack,
                     struct mien_error *error)
{
    size_t entries = (size_t)width * (size_t)height + (size_t)slack;
    if (entries > integral->entries) {
        free(integral->sum);
        free(integral->squares);
        integral->entries = 0;
        integral->sum = calloc(entries, sizeof *integral->sum);
        integral->squares = calloc(entries, sizeof *integral->squares);
        if (!integral->sum || !integral->squares)
            return mien_error_set(error, ENOMEM, "no memory to search faces");
        integral->entries = entries;
    }
    if (width > integral->tap_count) {
        free(integral->taps);
        integral->tap_count = 0;
        integral->taps = calloc((size_t)width, sizeof *integral->taps);
        if (!integral->taps)
            return mien_error_set(error, ENOMEM, "no memory to search faces");
        integral->tap_count = width;
    }
    return 0;
}

void integral_free(struct integral *integral)
{
    free(integral->sum);
    free(integral->squares);
    free(integral->taps);
    *integral = (struct integral){0};
}

/* One row: shrinks, and adds its sums to those of the row above. */
static void fill_row(struct integral *integral, const uint8_t *upper, const uint8_t *lower,
                     uint32_t share, int y)
{
    size_t row = (size_t)(y + 1) * (size_t)integral->stride;
    uint32_t *sum = integral->sum + row, *squares = integral->squares + row;
    const uint32_t *sum_above = sum - integral->stride;
    const uint32_t *squares_above = squares - integral->stride;
    uint32_t row_sum = 0, row_squares = 0;
    sum[0] = squares[0] = 0;
    for (int x = 0; x < integral->width; x++) {
        const struct integral_tap *tap = &integral->taps[x];
        uint32_t up = upper[tap->first] * (256 - tap->share) + upper[tap->second] * tap->share;
        uint32_t low = lower[tap->first] * (256 - tap->share) + lower[tap->second] * tap->share;
        uint32_t pixel = (up * (256 - share) + low * share + 32768) >> 16;
        int place = integral_place(integral, x + 1);
        row_sum += pixel;
        row_squares += pixel * pixel;
        sum[place] = sum_above[place] + row_sum;
        squares[place] = squares_above[place] + row_squares;
    }
}

void integral_fill(struct integral *integral, const struct mien_picture *gray,
                   const struct integral_size *size, int stride, int step)
{
    integral->width = size->width;
    integral->stride = stride;
    integral->step = step;
    memset(integral->sum, 0, (size_t)stride * sizeof *integral->sum);
    memset(integral->squares, 0, (size_t)stride * sizeof *integral->squares);
    for (int x = 0; x < size->width; x++)
        integral->taps[x] = tap_at(x, scale_of(gray->width, size->width), gray->width);
    for (int y = 0; y < size->rows; y++) {
        struct integral_tap tap =
            tap_at(size->top + y, scale_of(gray->height, size->height), gray->height);
        fill_row(integral, gray->data + tap.first * gray->stride,
                 gray->data + tap.second * gray->stride, tap.share, y);
    }
}
