#include "mien/crop.h"
#include "runner.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A picture whose value is 2x + 3y: linear, so that averages and interpolations are known. */
static void make_slope(struct mien_picture *picture, int width, int height)
{
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(picture, MIEN_GRAY8, width, height, NULL), 0);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            picture->data[y * picture->stride + x] = (uint8_t)(2 * x + 3 * y);
}

/* Slope value at continuous coordinates, where pixel p has its centre at p + 0.5. */
static double slope_at(double x, double y)
{
    return 2 * (x - 0.5) + 3 * (y - 0.5);
}

static double worst_difference(const uint8_t *out, int width, int height, double left, double top,
                               double side)
{
    double worst = 0;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            double expected =
                slope_at(left + (x + 0.5) * side / width, top + (y + 0.5) * side / height);
            worst = fmax(worst, fabs(out[y * width + x] - expected));
        }
    }
    return worst;
}

static void copies_at_its_own_size(void)
{
    struct mien_picture picture;
    uint8_t out[12 * 12];
    make_slope(&picture, 40, 30);
    struct mien_box box = {7, 5, 12, 12};
    CU_ASSERT_EQUAL(mien_crop(&picture, &box, out, 12, 12), 0);
    for (int y = 0; y < 12; y++)
        CU_ASSERT(!memcmp(out + 12 * y, picture.data + (5 + y) * picture.stride + 7, 12));
    mien_picture_free(&picture);
}

static void keeps_a_slope(void)
{
    static const struct {
        int side, width, height;
    } cases[] = {{30, 10, 10}, {24, 8, 12}, {20, 48, 48}, {11, 24, 12}, {30, 30, 31}};
    struct mien_picture picture;
    uint8_t out[48 * 48];
    make_slope(&picture, 50, 50);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int w = cases[i].width, h = cases[i].height;
        struct mien_box box = {9, 8, cases[i].side, cases[i].side};
        CU_ASSERT_EQUAL(mien_crop(&picture, &box, out, w, h), 0);
        CU_ASSERT(worst_difference(out, w, h, 9, 8, cases[i].side) <= 0.51);
    }
    mien_picture_free(&picture);
}

static double shared(double from, double to, int pixel)
{
    return fmax(0, fmin(to, pixel + 1) - fmax(from, pixel));
}

/* The definition: every pixel of the picture, weighted by the area it shares with the output's. */
static double average_area(const struct mien_picture *picture, double left, double top, double step)
{
    double sum = 0;
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++)
            sum += shared(left, left + step, x) * shared(top, top + step, y) *
                   picture->data[y * picture->stride + x];
    return sum / (step * step);
}

static void averages_areas_when_shrinking(void)
{
    static const struct mien_box boxes[] = {{3, 2, 31, 31}, {0, 0, 50, 50}, {11, 9, 13, 17}};
    struct mien_picture picture;
    make_slope(&picture, 50, 50);
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        uint8_t out[12 * 12];
        double side = fmax(boxes[i].width, boxes[i].height), step = side / 12;
        double left = boxes[i].x + (boxes[i].width - side) / 2;
        double top = boxes[i].y + (boxes[i].height - side) / 2;
        CU_ASSERT_EQUAL(mien_crop(&picture, &boxes[i], out, 12, 12), 0);
        for (int p = 0; p < 144; p++) {
            double expected =
                average_area(&picture, left + p % 12 * step, top + p / 12 * step, step);
            CU_ASSERT(fabs(out[p] - expected) <= 0.51);
        }
    }
    mien_picture_free(&picture);
}

/* The square stands around the centre of a box that is not square, also at half pixels. */
static void squares_a_box_around_its_centre(void)
{
    struct mien_picture picture;
    uint8_t out[10 * 10];
    make_slope(&picture, 50, 50);
    struct mien_box wide = {10, 20, 20, 11}, tall = {21, 10, 9, 30};
    CU_ASSERT_EQUAL(mien_crop(&picture, &wide, out, 10, 10), 0);
    CU_ASSERT(worst_difference(out, 10, 10, 10, 15.5, 20) <= 0.51);
    CU_ASSERT_EQUAL(mien_crop(&picture, &tall, out, 10, 10), 0);
    CU_ASSERT(worst_difference(out, 10, 10, 10.5, 10, 30) <= 0.51);
    mien_picture_free(&picture);
}

/* Sums over areas: a single bright pixel is spread by the exact share that falls into each. */
static void weighs_partly_covered_pixels(void)
{
    struct mien_picture picture;
    uint8_t out[4];
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&picture, MIEN_GRAY8, 3, 3, NULL), 0);
    for (int y = 0; y < 3; y++)
        memset(picture.data + y * picture.stride, 0, 3);
    picture.data[picture.stride + 1] = 225;
    struct mien_box box = {0, 0, 3, 3};
    CU_ASSERT_EQUAL(mien_crop(&picture, &box, out, 2, 2), 0);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(out[i], 25); /* 225 · (½·½) / (1.5·1.5) */
    mien_picture_free(&picture);
}

/* Beyond the picture its edge pixels go on: the crop equals that of a padded picture. */
static void repeats_the_edge_beyond_the_picture(void)
{
    enum { PAD = 40, SIDE = 16 };
    struct mien_picture small, padded;
    make_slope(&small, SIDE, SIDE);
    CU_ASSERT_EQUAL_FATAL(
        mien_picture_alloc(&padded, MIEN_GRAY8, SIDE + 2 * PAD, SIDE + 2 * PAD, NULL), 0);
    for (int y = 0; y < padded.height; y++) {
        for (int x = 0; x < padded.width; x++) {
            int from_x = x < PAD ? 0 : x < PAD + SIDE ? x - PAD : SIDE - 1;
            int from_y = y < PAD ? 0 : y < PAD + SIDE ? y - PAD : SIDE - 1;
            padded.data[y * padded.stride + x] = small.data[from_y * small.stride + from_x];
        }
    }
    static const struct mien_box boxes[] = {
        {-5, -7, 30, 30}, {10, 10, 25, 25}, {-30, 4, 13, 13}, {-9, -9, 34, 31}, {14, -3, 5, 5}};
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        uint8_t a[9 * 9], b[9 * 9];
        struct mien_box moved = boxes[i];
        moved.x += PAD;
        moved.y += PAD;
        CU_ASSERT_EQUAL(mien_crop(&small, &boxes[i], a, 9, 9), 0);
        CU_ASSERT_EQUAL(mien_crop(&padded, &moved, b, 9, 9), 0);
        for (int p = 0; p < 81; p++)
            CU_ASSERT(abs(a[p] - b[p]) <= 1); /* the sums are rounded in another order */
    }
    mien_picture_free(&small);
    mien_picture_free(&padded);
}

static void survives_extreme_boxes(void)
{
    struct mien_picture dot;
    uint8_t out[48 * 48];
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&dot, MIEN_GRAY8, 1, 1, NULL), 0);
    dot.data[0] = 77;
    static const struct mien_box boxes[] = {
        {0, 0, 1, 1},
        {-3, 9, 200, 1},
        {2147483647, -2147483647, 2147483647, 1},
        {-2147483647, -2147483647, 2147483647, 2147483647},
    };
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        memset(out, 0, sizeof out);
        CU_ASSERT_EQUAL(mien_crop(&dot, &boxes[i], out, 48, 48), 0);
        for (size_t p = 0; p < sizeof out; p++)
            CU_ASSERT_EQUAL(out[p], 77);
    }
    mien_picture_free(&dot);
}

static void refuses_what_is_no_crop(void)
{
    struct mien_picture gray = {MIEN_GRAY8, 1, 1, 1, (uint8_t[]){0}};
    struct mien_picture color = {MIEN_BGRX32, 1, 1, 4, (uint8_t[]){0, 0, 0, 0}};
    uint8_t out[1] = {9};
    CU_ASSERT_EQUAL(mien_crop(&gray, &(struct mien_box){0, 0, 0, 5}, out, 1, 1), -EINVAL);
    CU_ASSERT_EQUAL(mien_crop(&gray, &(struct mien_box){0, 0, 5, -1}, out, 1, 1), -EINVAL);
    CU_ASSERT_EQUAL(mien_crop(&color, &(struct mien_box){0, 0, 1, 1}, out, 1, 1), -EINVAL);
    CU_ASSERT_EQUAL(out[0], 9);
}

int main(void)
{
    const struct test tests[] = {
        {"copies at its own size", copies_at_its_own_size},
        {"keeps a slope", keeps_a_slope},
        {"averages areas when shrinking", averages_areas_when_shrinking},
        {"squares a box around its centre", squares_a_box_around_its_centre},
        {"weighs partly covered pixels", weighs_partly_covered_pixels},
        {"repeats the edge beyond the picture", repeats_the_edge_beyond_the_picture},
        {"survives extreme boxes", survives_extreme_boxes},
        {"refuses what is no crop", refuses_what_is_no_crop},
        {NULL, NULL},
    };
    return run_tests("crop", tests);
}
