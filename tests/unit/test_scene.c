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
        {"takes gray only", takes_gray_only},
        {NULL, NULL},
    };
    return run_tests("scene", tests);
}
