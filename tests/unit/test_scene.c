#include "mien/scene.h"
#include "portrait.h"
#include "runner.h"

#include <string.h>

enum { SIDE = 240, FRAME = 40 /* milliseconds */ };

/* A piece of a portrait, moved by `shift` pixels, in that many hundredths of its light. */
static bool is_cut(struct mien_scene *scene, const struct portrait *portrait, int shift, int light,
                   int milliseconds)
{
    struct mien_picture whole, gray;
    portrait_load(portrait, &whole);
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&gray, MIEN_GRAY8, SIDE, SIDE, NULL), 0);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            gray.data[y * gray.stride + x] =
                (uint8_t)(whole.data[(50 + shift / 2 + y) * whole.stride + 100 + shift + x] *
                          light / 100);
    bool answer = mien_scene_is_cut(scene, &gray, milliseconds / 1e3);
    mien_picture_free(&gray);
    mien_picture_free(&whole);
    return answer;
}

static void tells_one_shot_from_the_next(void)
{
    struct mien_scene scene = {0};
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 100, 0));
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 100, FRAME));
    CU_ASSERT_TRUE(is_cut(&scene, &portrait_collins, 0, 100, 2 * FRAME));
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_collins, 0, 100, 3 * FRAME));
    CU_ASSERT_TRUE(is_cut(&scene, &portrait_hopper, 0, 100, 4 * FRAME));
}

static void bears_light_and_movement(void)
{
    struct mien_scene scene = {0};
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 100, 0));
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 30, FRAME));
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 100, 2 * FRAME));
    for (int i = 1; i < 8; i++)
        CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 8 * i, 100, (2 + i) * FRAME));
}

static void does_not_judge_over_a_gap(void)
{
    struct mien_scene scene = {0};
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 100, 0));
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_collins, 0, 100, 300));
}

static void passes_blank_pictures_over(void)
{
    struct mien_scene scene = {0};
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 0, 0));
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 100, FRAME));
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 0, 2 * FRAME));
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 100, 3 * FRAME));
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 0, 4 * FRAME));
    CU_ASSERT_TRUE(is_cut(&scene, &portrait_collins, 0, 100, 5 * FRAME));
}

/* Black above and below, with a white logo in the bar and another in the picture. */
static void sees_a_cut_between_bars_and_logos(void)
{
    const struct portrait *shots[] = {&portrait_hopper, &portrait_hopper, &portrait_collins};
    struct mien_scene scene = {0};
    for (int i = 0; i < 3; i++) {
        struct mien_picture whole, gray;
        portrait_load(shots[i], &whole);
        CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&gray, MIEN_GRAY8, SIDE, SIDE, NULL), 0);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                bool bar = y < SIDE / 4 || y >= 3 * SIDE / 4;
                bool logo = x > SIDE - 40 && x < SIDE - 10 && (y < 30 || (y > 70 && y < 90));
                uint8_t seen = whole.data[(50 + y) * whole.stride + 100 + x];
                gray.data[y * gray.stride + x] = logo ? 255 : bar ? 16 : seen / 3;
            }
        CU_ASSERT_EQUAL(mien_scene_is_cut(&scene, &gray, i * 0.04), i == 2);
        mien_picture_free(&gray);
        mien_picture_free(&whole);
    }
}

static void sees_a_cut_through_black(void)
{
    struct mien_scene scene = {0};
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 100, 0));
    for (int i = 1; i < 20; i++)
        CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 0, i * FRAME));
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 50, 20 * FRAME));
    for (int i = 21; i < 40; i++)
        CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 0, i * FRAME));
    CU_ASSERT_TRUE(is_cut(&scene, &portrait_collins, 0, 30, 40 * FRAME));
}

static void takes_gray_only(void)
{
    struct mien_scene scene = {0};
    struct mien_picture color;
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&color, MIEN_BGRX32, SIDE, SIDE, NULL), 0);
    memset(color.data, 0, (size_t)color.stride * SIDE);
    CU_ASSERT_FALSE(is_cut(&scene, &portrait_hopper, 0, 100, 0));
    CU_ASSERT_FALSE(mien_scene_is_cut(&scene, &color, 0.04));
    mien_picture_free(&color);
}

int main(void)
{
    const struct test tests[] = {
        {"tells one shot from the next", tells_one_shot_from_the_next},
        {"bears light and movement", bears_light_and_movement},
        {"does not judge over a gap", does_not_judge_over_a_gap},
        {"passes blank pictures over", passes_blank_pictures_over},
        {"sees a cut between bars and logos", sees_a_cut_between_bars_and_logos},
        {"sees a cut through black", sees_a_cut_through_black},
        {"takes gray only", takes_gray_only},
        {NULL, NULL},
    };
    return run_tests("scene", tests);
}
