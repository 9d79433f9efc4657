#include "scan_scales.h"

#include <math.h>

int scan_scale_rows(const struct scan_scale *scale)
{
    return (scale->rows + scale->step - 1) / scale->step;
}

double scan_scale_place(const struct scan_scale *scale, int row)
{
    return scale->begin + scale->share * row / scan_scale_rows(scale);
}

int scan_scale_row(const struct scan_scale *scale, double place)
{
    int row = 0;
    while (row < scan_scale_rows(scale) && scan_scale_place(scale, row) < place)
        row++;
    return row;
}

int scan_scale_side(float factor, int side)
{
    return (int)lrintf((float)side * factor);
}

/* Every factor by which the window still fits into the picture. */
static int list_factors(const struct cascade *cascade, const struct mien_picture *gray, double step,
                        float *factors)
{
    int count = 0;
    for (double factor = 1; count < SCAN_SCALES_MAX; factor *= step) {
        if (lrint(cascade->width * factor) > gray->width ||
            lrint(cascade->height * factor) > gray->height)
            break;
        factors[count++] = (float)factor;
    }
    return count;
}

static double misfit(const struct cascade *cascade, float factor, int wished)
{
    double dx = wished - scan_scale_side(factor, cascade->width);
    double dy = wished - scan_scale_side(factor, cascade->height);
    return dx * dx + dy * dy;
}

/* Where no factor gives an allowed size, the one that comes nearest to the smallest is taken. */
static int take_nearest(const struct cascade *cascade, float *factors, int count, int smallest)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (misfit(cascade, factors[i], smallest) < misfit(cascade, factors[best], smallest))
            best = i;
    factors[0] = factors[best];
    return count > 0;
}

static int choose_factors(const struct cascade *cascade, const struct mien_picture *gray,
                          const struct scan_sizes *sizes, float *factors)
{
    int widest = sizes->largest ? sizes->largest : gray->width;
    int highest = sizes->largest ? sizes->largest : gray->height;
    int count = list_factors(cascade, gray, sizes->step, factors), first = 0, end = 0;
    for (; end < count; end++) {
        int width = scan_scale_side(factors[end], cascade->width);
        int height = scan_scale_side(factors[end], cascade->height);
        if (width > widest || height > highest)
            break;
        if (width < sizes->smallest || height < sizes->smallest)
            first = end + 1;
    }
    if (first == end)
        return take_nearest(cascade, factors, count, sizes->smallest);
    for (int i = first; i < end; i++)
        factors[i - first] = factors[i];
    return end - first;
}

static int at_least(int value, int least)
{
    return value > least ? value : least;
}

static struct scan_scale scale_of(const struct cascade *cascade, const struct mien_picture *gray,
                                  float factor)
{
    struct scan_scale scale = {.factor = factor, .step = factor >= 2 ? 1 : 2};
    scale.width = (int)lrintf((float)gray->width / factor);
    scale.height = (int)lrintf((float)gray->height / factor);
    scale.columns = at_least(scale.width + 1 - cascade->width, 0);
    scale.rows = at_least(scale.height + 1 - cascade->height, 0);
    return scale;
}

/* OpenCV walks in stripes, as many for every size; their rounding may leave out the last row. */
static void cut_to_stripes(struct scan_scale *scale, int stripes)
{
    int height = at_least((scale->rows / scale->step + stripes - 1) / stripes, 1) * scale->step;
    scale->rows = scale->rows < stripes * height ? scale->rows : stripes * height;
}

int scan_scales_plan(struct scan_scale *scales, const struct cascade *cascade,
                     const struct mien_picture *gray, const struct scan_sizes *sizes)
{
    float factors[SCAN_SCALES_MAX];
    int count = choose_factors(cascade, gray, sizes, factors);
    if (count == 0)
        return 0;
    scales[0] = scale_of(cascade, gray, factors[0]);
    int stripes = (scales[0].columns + 31) / 32;
    if (stripes == 0)
        return 0;
    double work = 0;
    for (int i = 0; i < count; i++) {
        scales[i] = scale_of(cascade, gray, factors[i]);
        cut_to_stripes(&scales[i], stripes);
        scales[i].begin = work;
        scales[i].share = (double)scales[i].columns * scan_scale_rows(&scales[i]) / scales[i].step;
        work += scales[i].share;
    }
    for (int i = 0; i < count && work > 0; i++) {
        scales[i].begin /= work;
        scales[i].share /= work;
    }
    return count;
}
