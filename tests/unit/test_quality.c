/* How well a face can be read, of crops whose answer is known. */
#include "recogniser/quality.h"
#include "runner.h"

#include <math.h>
#include <stdlib.h>

enum { SIDE = 48 };

static const struct mien_picture picture = {.pixels = MIEN_GRAY8, .width = 100, .height = 80};
static const struct mien_track track = {
    .box = {10, 10, 40, 40}, .tilt = -12, .score = 0.9f, .id = 1};

/* A wave of `length` pixels around `mean`. */
static void draw(uint8_t *crop, double length, double mean, double height)
{
    for (int i = 0; i < SIDE * SIDE; i++)
        crop[i] = (uint8_t)lrint(mean + height * sin(2 * M_PI * (i % SIDE) / length));
}

static struct mien_quality of_wave(double length, double mean, double height)
{
    uint8_t crop[SIDE * SIDE];
    draw(crop, length, mean, height);
    return quality_of(&track, &picture, crop, SIDE);
}

static void tells_what_the_finder_knows(void)
{
    struct mien_quality quality = of_wave(8, 128, 50);
    CU_ASSERT_EQUAL(quality.score, track.score);
    CU_ASSERT_EQUAL(quality.tilt, track.tilt);
}

/* The Laplacian of a wave is itself, times 2 − 2 cos of a pixel's step. */
static void measures_sharpness(void)
{
    for (int length = 4; length <= 16; length *= 2)
        CU_ASSERT_DOUBLE_EQUAL(of_wave(length, 128, 60).sharpness, 2 - 2 * cos(2 * M_PI / length),
                               0.05);
    CU_ASSERT_EQUAL(of_wave(8, 90, 0).sharpness, 0);
}

static void light_makes_no_difference_to_sharpness(void)
{
    CU_ASSERT_DOUBLE_EQUAL(of_wave(8, 60, 40).sharpness, of_wave(8, 190, 60).sharpness, 0.02);
}

static void measures_brightness(void)
{
    CU_ASSERT_DOUBLE_EQUAL(of_wave(8, 51, 0).brightness, 0.2, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(of_wave(8, 204, 20).brightness, 0.8, 1e-3);
}

static void tells_what_is_cut(void)
{
    static const struct {
        struct mien_box box;
        int cut;
    } cases[] = {{{1, 1, 40, 40}, 0},   {{0, 10, 40, 40}, 1},  {{10, 0, 40, 40}, 1},
                 {{60, 10, 40, 40}, 1}, {{10, 40, 40, 40}, 1}, {{59, 39, 40, 40}, 0}};
    uint8_t crop[SIDE * SIDE] = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mien_track placed = {.box = cases[i].box};
        CU_ASSERT_EQUAL(quality_of(&placed, &picture, crop, SIDE).cut, cases[i].cut);
    }
}

int main(void)
{
    const struct test tests[] = {
        {"tells what the finder knows", tells_what_the_finder_knows},
        {"measures sharpness", measures_sharpness},
        {"light makes no difference to sharpness", light_makes_no_difference_to_sharpness},
        {"measures brightness", measures_brightness},
        {"tells what is cut", tells_what_is_cut},
        {NULL, NULL},
    };
    return run_tests("quality", tests);
}
