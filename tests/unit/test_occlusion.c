/* Where the network looked, in a face that leans as in one that is upright. */
#include "faces/patch.h"
#include "portrait.h"
#include "recognise/occlusion.h"
#include "runner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 280, FACE = 198, TILT = 40, NEUTRAL = 6 };

static const struct mien_box middle = {(SIDE - FACE) / 2, (SIDE - FACE) / 2, FACE, FACE};

static struct occlusion *open_occlusion(void)
{
    static char model[1024];
    const char *source = getenv("TEST_SOURCE");
    struct mien_recogniser_options options = mien_recogniser_defaults();
    struct occlusion *occlusion = NULL;
    struct mien_error error = {""};
    snprintf(model, sizeof model, "%s/models/ferplus-residual.safetensors", source ? source : ".");
    options.model = model;
    if (occlusion_open(&occlusion, &options, &error))
        printf("# %s\n", error.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(occlusion);
    return occlusion;
}

/* The map of a portrait's face that leans. */
static void find(struct occlusion *occlusion, int tilt, struct occlusion_map *map)
{
    struct mien_picture gray, view;
    const struct mien_face face = {
        .box = middle, .label = NEUTRAL, .quality = {.tilt = (float)tilt}};
    portrait_load(&portrait_hopper, &gray);
    const struct mien_picture head = {MIEN_GRAY8, SIDE, SIDE, gray.stride,
                                      gray.data + 75 * gray.stride + 136};
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&view, MIEN_GRAY8, SIDE, SIDE, NULL), 0);
    patch_view(&head, (float)-tilt, 1, 0, &view);
    CU_ASSERT_EQUAL(occlusion_find(occlusion, &view, &face, map), 0);
    mien_picture_free(&view);
    mien_picture_free(&gray);
}

static void looks_at_a_leaning_face_as_at_an_upright_one(void)
{
    struct occlusion *occlusion = open_occlusion();
    struct occlusion_map upright, leaning;
    float largest = 0;
    find(occlusion, 0, &upright);
    for (int i = 0; i < OCCLUSION_PLACES; i++)
        largest = fmaxf(largest, fabsf(upright.drop[i]));
    CU_ASSERT(largest > 0.1f);
    for (int tilt = -TILT; tilt <= TILT; tilt += 2 * TILT) {
        find(occlusion, tilt, &leaning);
        for (int i = 0; i < OCCLUSION_PLACES; i++)
            CU_ASSERT_DOUBLE_EQUAL(leaning.drop[i], upright.drop[i], largest / 4);
    }
    occlusion_close(&occlusion);
}

static int is_tinted(const struct mien_picture *color, int x, int y)
{
    const uint8_t *pixel = color->data + y * color->stride + 4 * x;
    return pixel[0] != 128 || pixel[1] != 128 || pixel[2] != 128;
}

/* What matters at the forehead of a face that lies on its side is at that side. */
static void tints_the_place_in_the_picture(void)
{
    static const struct {
        int tilt, x, y;
    } foreheads[] = {{0, 0, -1}, {90, 1, 0}, {-90, -1, 0}, {180, 0, 1}};
    struct occlusion_map map = {{0}};
    map.drop[OCCLUSION_SIDE / 2] = 1;
    for (size_t i = 0; i < sizeof foreheads / sizeof *foreheads; i++) {
        const struct mien_face face = {.box = middle,
                                       .quality = {.tilt = (float)foreheads[i].tilt}};
        struct mien_picture color;
        CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&color, MIEN_BGRX32, SIDE, SIDE, NULL), 0);
        for (int j = 0; j < SIDE * (int)color.stride; j++)
            color.data[j] = 128;
        occlusion_draw(&map, &face, &color);
        for (size_t j = 0; j < sizeof foreheads / sizeof *foreheads; j++)
            CU_ASSERT_EQUAL(is_tinted(&color, SIDE / 2 + foreheads[j].x * FACE * 2 / 5,
                                      SIDE / 2 + foreheads[j].y * FACE * 2 / 5),
                            i == j);
        mien_picture_free(&color);
    }
}

int main(void)
{
    const struct test tests[] = {
        {"looks at a leaning face as at an upright one",
         looks_at_a_leaning_face_as_at_an_upright_one},
        {"tints the place in the picture", tints_the_place_in_the_picture},
        {NULL, NULL},
    };
    return run_tests("occlusion", tests);
}
