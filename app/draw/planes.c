#include "planes.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* ---- weights, as ITU-R BT.601, BT.709 and BT.2020 define them from the shares in luma ---- */

enum { UNIT = 1 << 16, HALF = UNIT / 2 };

/* Of red, green, blue and alpha, in units. */
struct weights {
    int32_t red, green, blue, alpha;
};

struct colors {
    struct weights luma, cb, cr;
};

static struct weights weigh(double red, double green, double blue, double alpha)
{
    return (struct weights){(int32_t)lrint(red * UNIT), (int32_t)lrint(green * UNIT),
                            (int32_t)lrint(blue * UNIT), (int32_t)lrint(alpha * UNIT)};
}

static struct colors weigh_colors(const struct mien_yuv *yuv)
{
    double red = yuv->red, blue = yuv->blue, green = 1 - red - blue;
    double luma = yuv->full_range ? 1 : 219.0 / 255, chroma = yuv->full_range ? 1 : 224.0 / 255;
    double dark = yuv->full_range ? 0 : 16.0 / 255, middle = 128.0 / 255;
    double cb = chroma / (2 * (1 - blue)), cr = chroma / (2 * (1 - red));
    return (struct colors){
        weigh(luma * red, luma * green, luma * blue, dark),
        weigh(-cb * red, -cb * green, cb * (1 - blue), middle),
        weigh(cr * (1 - red), -cr * green, -cr * blue, middle),
    };
}

/* ---- laying over ---- */

/* Sums of up to four pixels. */
struct sums {
    int32_t red, green, blue, alpha, count;
};

static void add(struct sums *sums, uint32_t pixel)
{
    sums->red += (int32_t)(pixel >> 16 & 0xFF);
    sums->green += (int32_t)(pixel >> 8 & 0xFF);
    sums->blue += (int32_t)(pixel & 0xFF);
    sums->alpha += (int32_t)(pixel >> 24);
    sums->count++;
}

/* What is under lets through what alpha leaves; 257 / 65536 stands for 1 / 255. */
static uint8_t mix(uint8_t under, const struct weights *w, const struct sums *s)
{
    int64_t over = (int64_t)w->red * s->red + (int64_t)w->green * s->green +
                   (int64_t)w->blue * s->blue + (int64_t)w->alpha * s->alpha;
    int64_t value = (over + (int64_t)under * (255 * s->count - s->alpha) * 257) / s->count;
    value = (value + HALF) >> 16;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

struct blending {
    struct mien_picture planes[3];
    struct colors colors;
    uint32_t *layer;
    int pitch;
};

/* Two by two pixels with one colour between them, fewer at odd edges. */
static void blend_block(const struct blending *b, int x, int y)
{
    const struct mien_picture *luma = &b->planes[0];
    struct sums all = {0};
    for (int i = 0; i < 4; i++) {
        int px = x + (i & 1), py = y + (i >> 1);
        if (px >= luma->width || py >= luma->height)
            continue;
        uint32_t *over = &b->layer[py * b->pitch + px];
        add(&all, *over);
        if (!*over)
            continue;
        struct sums one = {0};
        add(&one, *over);
        uint8_t *under = luma->data + py * luma->stride + px;
        *under = mix(*under, &b->colors.luma, &one);
        *over = 0;
    }
    if (!all.alpha)
        return;
    uint8_t *cb = b->planes[1].data + y / 2 * b->planes[1].stride + x / 2;
    uint8_t *cr = b->planes[2].data + y / 2 * b->planes[2].stride + x / 2;
    *cb = mix(*cb, &b->colors.cb, &all);
    *cr = mix(*cr, &b->colors.cr, &all);
}

static bool is_clear(const uint32_t *pixels)
{
    uint64_t two;
    memcpy(&two, pixels, sizeof two);
    return !two;
}

static void blend_tile(const struct blending *b, int left, int top)
{
    int width = b->planes[0].width, height = b->planes[0].height;
    int right = left + DIRTY_TILE < width ? left + DIRTY_TILE : width;
    int bottom = top + DIRTY_TILE < height ? top + DIRTY_TILE : height;
    for (int y = top; y < bottom; y += 2)
        for (int x = left; x < right; x += 2) {
            const uint32_t *over = &b->layer[y * b->pitch + x];
            bool inside = x + 1 < width && y + 1 < height;
            if (!inside || !is_clear(over) || !is_clear(over + b->pitch))
                blend_block(b, x, y);
        }
}

void planes_lay_over(const struct mien_picture *picture, const struct mien_yuv *yuv,
                     uint32_t *layer, int pitch, struct dirty *dirty)
{
    struct blending blending = {.colors = weigh_colors(yuv), .layer = layer, .pitch = pitch};
    mien_picture_planes(picture, blending.planes);
    for (int i = 0; i < dirty->columns * dirty->rows; i++)
        if (dirty->tiles[i])
            blend_tile(&blending, i % dirty->columns * DIRTY_TILE, i / dirty->columns * DIRTY_TILE);
    memset(dirty->tiles, 0, (size_t)dirty->columns * (size_t)dirty->rows);
}

/* ---- back to red, green and blue ---- */

static uint32_t to_byte(double share)
{
    return (uint32_t)lrint(fmin(1, fmax(0, share)) * 255);
}

uint32_t planes_color(const struct mien_picture *picture, const struct mien_yuv *yuv, int x, int y)
{
    struct mien_picture planes[3];
    mien_picture_planes(picture, planes);
    double luma = planes[0].data[y * planes[0].stride + x];
    double cb = planes[1].data[y / 2 * planes[1].stride + x / 2] - 128;
    double cr = planes[2].data[y / 2 * planes[2].stride + x / 2] - 128;
    double chroma = yuv->full_range ? 255 : 224;
    luma = yuv->full_range ? luma / 255 : (luma - 16) / 219;
    double red = luma + 2 * (1 - yuv->red) * cr / chroma;
    double blue = luma + 2 * (1 - yuv->blue) * cb / chroma;
    double green = (luma - yuv->red * red - yuv->blue * blue) / (1 - yuv->red - yuv->blue);
    return to_byte(red) << 16 | to_byte(green) << 8 | to_byte(blue);
}
