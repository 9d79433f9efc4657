/* The overlay on pictures in planes, held against the same on red, green and blue. */
#include "draw/overlay.h"
#include "draw/planes.h"
#include "runner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const labels[] = {"angry", "disgust",  "fear",   "happy",
                                     "sad",   "surprise", "neutral"};
static const struct mien_model_info model = {.labels = labels, .label_count = 7};

static const struct mien_yuv spaces[] = {
    {0.299, 0.114, 0}, {0.299, 0.114, 1}, {0.2126, 0.0722, 0}, {0.2627, 0.0593, 1}};
enum { SPACES = sizeof spaces / sizeof *spaces };

/* Good until two calls later. */
static struct mien_faces one_face(int x, int y, int side)
{
    static struct mien_face list[2];
    static int calls;
    struct mien_face *face = &list[calls++ % 2];
    *face = (struct mien_face){.id = 1, .box = {x, y, side, side}, .label = 3, .confidence = 0.4f};
    for (int i = 0; i < model.label_count; i++)
        face->probabilities[i] = i == face->label ? 0.4f : 0.1f;
    return (struct mien_faces){.list = face, .count = 1};
}

static struct mien_picture make_picture(enum mien_pixels pixels, int width, int height)
{
    struct mien_picture picture = {0};
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&picture, pixels, width, height, NULL), 0);
    return picture;
}

static void fill(struct mien_picture *picture, int value)
{
    struct mien_picture planes[3];
    for (int i = 0, count = mien_picture_planes(picture, planes); i < count; i++)
        memset(planes[i].data, i ? 128 : value, (size_t)(planes[i].stride * planes[i].height));
}

static void draw(struct mien_picture *picture, const struct mien_faces *faces,
                 const struct mien_yuv *yuv)
{
    struct canvas *canvas = NULL;
    const struct overlay_style style = {.bars = true};
    CU_ASSERT_EQUAL_FATAL(canvas_create(&canvas, &model, yuv, NULL), 0);
    CU_ASSERT_EQUAL(canvas_draw(canvas, picture, faces, &style, NULL), 0);
    canvas_destroy(&canvas);
}

/* Red, green and blue summed over the pixels that share a colour in the planes. */
static int sum_block(const struct mien_picture *color, int x, int y, double sums[3])
{
    int count = 0;
    for (int i = 0; i < 4; i++) {
        int px = x + (i & 1), py = y + (i >> 1);
        if (px >= color->width || py >= color->height)
            continue;
        const uint8_t *p = color->data + py * color->stride + 4 * px;
        for (int k = 0; k < 3; k++)
            sums[k] += p[2 - k];
        count++;
    }
    return count;
}

static double luma_of(const double rgb[3], const struct mien_yuv *yuv)
{
    return yuv->red * rgb[0] + (1 - yuv->red - yuv->blue) * rgb[1] + yuv->blue * rgb[2];
}

/* The greatest difference of luma or colour between two drawings, in steps of 1 / 255. */
static double difference(const struct mien_picture *planar, const struct mien_picture *color,
                         const struct mien_yuv *yuv)
{
    struct mien_picture planes[3];
    double worst = 0, luma_step = yuv->full_range ? 1 : 219.0 / 255;
    double chroma_step = yuv->full_range ? 1 : 224.0 / 255;
    mien_picture_planes(planar, planes);
    for (int y = 0; y < color->height; y++)
        for (int x = 0; x < color->width; x++) {
            const uint8_t *p = color->data + y * color->stride + 4 * x;
            double luma =
                luma_of((double[]){p[2], p[1], p[0]}, yuv) * luma_step + (yuv->full_range ? 0 : 16);
            worst = fmax(worst, fabs(luma - planes[0].data[y * planes[0].stride + x]));
        }
    for (int y = 0; y < planes[1].height; y++)
        for (int x = 0; x < planes[1].width; x++) {
            double sums[3] = {0};
            int count = sum_block(color, 2 * x, 2 * y, sums);
            double luma = luma_of(sums, yuv), step = chroma_step / (2.0 * count);
            double cb = 128 + (sums[2] - luma) / (1 - yuv->blue) * step;
            double cr = 128 + (sums[0] - luma) / (1 - yuv->red) * step;
            worst = fmax(worst, fabs(cb - planes[1].data[y * planes[1].stride + x]));
            worst = fmax(worst, fabs(cr - planes[2].data[y * planes[2].stride + x]));
        }
    return worst;
}

static void draws_as_on_colours(void)
{
    static const int sizes[][2] = {{640, 480}, {641, 477}, {320, 241}};
    for (int i = 0; i < SPACES; i++)
        for (int k = 0; k < 3; k++) {
            int width = sizes[k][0], height = sizes[k][1];
            struct mien_picture planar = make_picture(MIEN_YUV420, width, height);
            struct mien_picture color = make_picture(MIEN_BGRX32, width, height);
            struct mien_faces faces = one_face(width - 220, height - 190, 185);
            memset(color.data, 0x80, (size_t)color.stride * (size_t)height);
            fill(&planar, spaces[i].full_range ? 128 : 126);
            draw(&color, &faces, NULL);
            CU_ASSERT(difference(&planar, &color, &spaces[i]) > 50);
            draw(&planar, &faces, &spaces[i]);
            CU_ASSERT(difference(&planar, &color, &spaces[i]) < 4);
            mien_picture_free(&planar);
            mien_picture_free(&color);
        }
}

static void make_noise(struct mien_picture *picture)
{
    struct mien_picture planes[3];
    uint32_t state = 1;
    for (int i = 0, count = mien_picture_planes(picture, planes); i < count; i++)
        for (ptrdiff_t k = 0; k < planes[i].stride * planes[i].height; k++)
            planes[i].data[k] = (uint8_t)((state = state * 1664525 + 1013904223) >> 24);
}

/* How many values of a part differ, the part in pixels of the picture. */
static int count_changes(const struct mien_picture *a, const struct mien_picture *b, SDL_Rect part)
{
    struct mien_picture one[3], other[3];
    int changes = 0;
    mien_picture_planes(a, one);
    for (int i = 0, count = mien_picture_planes(b, other); i < count; i++)
        for (int y = part.y >> !!i; y < (part.y + part.h) >> !!i; y++)
            for (int x = part.x >> !!i; x < (part.x + part.w) >> !!i; x++)
                changes +=
                    one[i].data[y * one[i].stride + x] != other[i].data[y * other[i].stride + x];
    return changes;
}

static void leaves_the_rest_as_it_was(void)
{
    struct mien_picture picture = make_picture(MIEN_YUV420, 640, 480), before = {0};
    struct mien_faces faces = one_face(200, 150, 160), nobody = {0};
    make_noise(&picture);
    CU_ASSERT_EQUAL_FATAL(mien_picture_copy(&before, &picture, NULL), 0);
    draw(&picture, &nobody, &spaces[0]);
    CU_ASSERT_EQUAL(count_changes(&picture, &before, (SDL_Rect){0, 0, 640, 480}), 0);
    draw(&picture, &faces, &spaces[0]);
    CU_ASSERT(count_changes(&picture, &before, (SDL_Rect){196, 146, 168, 10}) > 1000);
    CU_ASSERT(count_changes(&picture, &before, (SDL_Rect){360, 150, 150, 100}) > 5000);
    CU_ASSERT_EQUAL(count_changes(&picture, &before, (SDL_Rect){210, 160, 140, 140}), 0);
    CU_ASSERT_EQUAL(count_changes(&picture, &before, (SDL_Rect){0, 0, 190, 480}), 0);
    CU_ASSERT_EQUAL(count_changes(&picture, &before, (SDL_Rect){0, 320, 640, 160}), 0);
    mien_picture_free(&picture);
    mien_picture_free(&before);
}

/* What was drawn on one picture does not show on the next. */
static void starts_anew_on_each_picture(void)
{
    struct canvas *canvas = NULL;
    const struct overlay_style style = {.bars = true};
    struct mien_picture first = make_picture(MIEN_YUV420, 640, 480);
    struct mien_picture second = make_picture(MIEN_YUV420, 640, 480);
    struct mien_faces left = one_face(100, 100, 160), right = one_face(330, 260, 180);
    CU_ASSERT_EQUAL_FATAL(canvas_create(&canvas, &model, &spaces[2], NULL), 0);
    for (int i = 0; i < 5; i++) {
        fill(&first, 90);
        CU_ASSERT_EQUAL(canvas_draw(canvas, &first, i % 2 ? &left : &right, &style, NULL), 0);
    }
    canvas_destroy(&canvas);
    fill(&second, 90);
    draw(&second, &right, &spaces[2]);
    CU_ASSERT_EQUAL(count_changes(&first, &second, (SDL_Rect){0, 0, 640, 480}), 0);
    mien_picture_free(&first);
    mien_picture_free(&second);
}

/* Stripes one value wide are gone after covering, in every plane. */
static void hides_the_face(void)
{
    struct mien_picture picture = make_picture(MIEN_YUV420, 640, 480), planes[3];
    struct mien_faces faces = one_face(200, 150, 160);
    for (ptrdiff_t i = 0; i < picture.stride * 480 * 3 / 2; i++)
        picture.data[i] = i & 1 ? 255 : 0;
    privacy_cover(&picture, &faces);
    for (int i = 0, count = mien_picture_planes(&picture, planes); i < count; i++) {
        int plain = 0, scale = i ? 2 : 1, left = 190 / scale, top = 140 / scale;
        for (int y = top; y < top + 180 / scale; y++)
            for (int x = left; x < left + 176 / scale; x++)
                plain += abs(planes[i].data[y * planes[i].stride + x] - 127) < 16;
        CU_ASSERT_EQUAL(plain, 180 / scale * (176 / scale));
        CU_ASSERT_EQUAL(planes[i].data[top * planes[i].stride + 171 / scale], 255);
        CU_ASSERT_EQUAL(planes[i].data[top * planes[i].stride + 400 / scale], 0);
    }
    mien_picture_free(&picture);
}

/* A plate of one colour comes back as that colour. */
static void tells_colours(void)
{
    static const uint32_t colors[] = {0x000000, 0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, 0x123456};
    struct mien_picture picture = make_picture(MIEN_YUV420, 16, 16);
    for (int i = 0; i < SPACES; i++)
        for (int k = 0; k < 6; k++) {
            struct dirty dirty;
            uint32_t layer[16 * 16];
            for (int n = 0; n < 16 * 16; n++)
                layer[n] = 0xFF000000 | colors[k];
            fill(&picture, 77);
            CU_ASSERT_EQUAL_FATAL(dirty_tiles_init(&dirty, 16, 16), 0);
            dirty_tiles_add(&dirty, (SDL_Rect){-5, -5, 6, 6});
            planes_lay_over(&picture, &spaces[i], layer, 16, &dirty);
            dirty_tiles_finish(&dirty);
            uint32_t seen = planes_color(&picture, &spaces[i], 9, 13);
            for (int shift = 0; shift < 24; shift += 8)
                CU_ASSERT(abs((int)(seen >> shift & 255) - (int)(colors[k] >> shift & 255)) < 3);
            CU_ASSERT_EQUAL(layer[0] | layer[255], 0);
        }
    mien_picture_free(&picture);
}

int main(void)
{
    const struct test tests[] = {
        {"draws as on colours", draws_as_on_colours},
        {"leaves the rest as it was", leaves_the_rest_as_it_was},
        {"starts anew on each picture", starts_anew_on_each_picture},
        {"hides the face", hides_the_face},
        {"tells colours", tells_colours},
        {NULL, NULL},
    };
    return run_tests("planes", tests);
}
