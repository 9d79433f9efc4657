#include "faces/patch.h"
#include "mien/finder.h"
#include "portrait.h"
#include "runner.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FOUND_MAX = 256 };

static struct mien_finder *make(int smallest)
{
    char model[1024];
    const char *source = getenv("TEST_SOURCE");
    snprintf(model, sizeof model, "%s/models/face.safetensors", source ? source : ".");
    struct mien_finder_options options = mien_finder_defaults();
    options.model = model;
    options.smallest = smallest;
    struct mien_finder *finder = NULL;
    struct mien_error error = {""};
    if (mien_finder_create(&finder, &options, &error) < 0)
        printf("# %s\n", error.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(finder);
    return finder;
}

static int find(const struct mien_picture *gray, struct mien_detection *found)
{
    struct mien_finder *finder = make(0);
    int count = mien_finder_find(finder, gray, found, FOUND_MAX, NULL);
    mien_finder_destroy(&finder);
    CU_ASSERT_PTR_NULL(finder);
    return count;
}

/* The portrait as patch_view shows it, on `width` × `height` pixels. */
static struct mien_picture view_of(const struct portrait *portrait, int width, int height,
                                   float degrees, float scale)
{
    struct mien_picture gray, view;
    portrait_load(portrait, &gray);
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&view, MIEN_GRAY8, width, height, NULL), 0);
    patch_view(&gray, degrees, scale, 0, &view);
    mien_picture_free(&gray);
    return view;
}

/* Where the centre of a face of the portrait came to lie, and whether a box has it. */
static int has_face(const struct mien_detection *found, const struct portrait *portrait,
                    const struct mien_picture *view, float degrees, float scale)
{
    struct mien_picture gray;
    portrait_load(portrait, &gray);
    const struct mien_box *in = &portrait->inside;
    double x = in->x + in->width / 2. - gray.width / 2., angle = degrees * M_PI / 180;
    double y = in->y + in->height / 2. - gray.height / 2.;
    mien_picture_free(&gray);
    double u = (x * cos(angle) + y * sin(angle)) / scale + view->width / 2.;
    double v = (y * cos(angle) - x * sin(angle)) / scale + view->height / 2.;
    struct mien_box point = {(int)u, (int)v, 1, 1};
    double side = in->width / scale;
    return mien_box_has_centre(&found->box, &point) && found->box.width > 0.7 * side &&
           found->box.width < 2.6 * side;
}

/* Exactly the one face is found, leaning as it does, surely. */
static void finds(const struct portrait *portrait, int width, int height, float degrees,
                  float scale)
{
    struct mien_detection found[FOUND_MAX];
    struct mien_picture view = view_of(portrait, width, height, degrees, scale);
    int count = find(&view, found);
    CU_ASSERT_EQUAL(count, 1);
    if (count >= 1) {
        CU_ASSERT(has_face(&found[0], portrait, &view, degrees, scale));
        CU_ASSERT(fabs(found[0].tilt + degrees) < 15);
        CU_ASSERT(found[0].score > 0.9 && found[0].score <= 1);
    }
    mien_picture_free(&view);
}

static void finds_the_portraits(void)
{
    finds(&portrait_hopper, 480, 480, 0, 1);
    finds(&portrait_collins, 400, 400, 0, 1);
}

static void finds_tilted_faces(void)
{
    static const float tilts[] = {-40, -30, -15, 15, 30, 40};
    for (size_t i = 0; i < sizeof tilts / sizeof *tilts; i++)
        finds(&portrait_collins, 400, 400, tilts[i], 1);
}

static void finds_small_faces(void)
{
    finds(&portrait_hopper, 240, 240, 0, 5);
    finds(&portrait_collins, 200, 200, 0, 2.5f);
}

static void finds_dark_faces(void)
{
    struct mien_detection found[FOUND_MAX];
    struct mien_picture view = view_of(&portrait_hopper, 480, 480, 0, 1);
    for (ptrdiff_t i = 0; i < view.stride * view.height; i++)
        view.data[i] /= 6;
    CU_ASSERT_EQUAL(find(&view, found), 1);
    CU_ASSERT(has_face(&found[0], &portrait_hopper, &view, 0, 1));
    mien_picture_free(&view);
}

/* The face fills the picture to its edges. */
static void finds_a_face_that_fills_the_picture(void)
{
    struct mien_detection found[FOUND_MAX];
    struct mien_picture gray;
    portrait_load(&portrait_hopper, &gray);
    const struct mien_box *in = &portrait_hopper.inside;
    struct mien_picture tight = {MIEN_GRAY8, in->width + 50, in->height + 70, gray.stride,
                                 gray.data + (in->y - 45) * gray.stride + in->x - 25};
    CU_ASSERT_EQUAL(find(&tight, found), 1);
    CU_ASSERT(found[0].box.width > tight.width / 2);
    mien_picture_free(&gray);
}

/* Tells all that there are, and writes as many as there is room for. */
static void finds_a_crowd(void)
{
    enum { COLUMNS = 15, ROWS = 10, TILE = 90 };
    struct mien_detection found[FOUND_MAX];
    struct mien_picture gray, tile, crowd;
    struct mien_finder *finder = make(0);
    portrait_load(&portrait_collins, &gray);
    struct mien_picture head = {MIEN_GRAY8, 160, 160, gray.stride,
                                gray.data + 20 * gray.stride + 150};
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&tile, MIEN_GRAY8, TILE, TILE, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&crowd, MIEN_GRAY8, COLUMNS * TILE, ROWS * TILE, NULL),
                          0);
    patch_view(&head, 0, 160.f / TILE, 0, &tile);
    mien_picture_free(&gray);
    for (int y = 0; y < crowd.height; y++)
        for (int x = 0; x < crowd.width; x++)
            crowd.data[y * crowd.stride + x] = tile.data[y % TILE * tile.stride + x % TILE];
    CU_ASSERT_EQUAL(mien_finder_find(finder, &crowd, found, FOUND_MAX, NULL), COLUMNS * ROWS);
    CU_ASSERT_EQUAL(mien_finder_find(finder, &crowd, found, 3, NULL), COLUMNS * ROWS);
    mien_finder_destroy(&finder);
    mien_picture_free(&tile);
    mien_picture_free(&crowd);
}

static void finds_nothing_where_nothing_is(void)
{
    static const int sides[][2] = {{1, 1}, {23, 23}, {1, 500}, {500, 3}, {320, 240}};
    struct mien_detection found[FOUND_MAX];
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        struct mien_picture picture;
        CU_ASSERT_EQUAL_FATAL(
            mien_picture_alloc(&picture, MIEN_GRAY8, sides[i][0], sides[i][1], NULL), 0);
        memset(picture.data, 90, (size_t)picture.stride * (size_t)picture.height);
        CU_ASSERT_EQUAL(find(&picture, found), 0);
        mien_picture_free(&picture);
    }
}

static void looks_for_no_smaller_faces_than_asked(void)
{
    struct mien_detection found[FOUND_MAX];
    struct mien_picture view = view_of(&portrait_collins, 200, 200, 0, 2.5f);
    struct mien_finder *finder = make(120);
    CU_ASSERT_EQUAL(mien_finder_find(finder, &view, found, FOUND_MAX, NULL), 0);
    mien_finder_destroy(&finder);
    mien_picture_free(&view);
}

static void refuses(struct mien_finder_options options, int status, const char *word)
{
    struct mien_finder *finder = NULL;
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(mien_finder_create(&finder, &options, &error), status);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, word));
    CU_ASSERT_PTR_NULL(finder);
}

static void refuses_what_makes_no_sense(void)
{
    const char *none = "/no/such/face.safetensors";
    refuses((struct mien_finder_options){.model = none}, -ENOENT, none);
    refuses((struct mien_finder_options){.model = none, .least = 1}, -EINVAL, "0…1");
    refuses((struct mien_finder_options){.model = none, .smallest = -1}, -EINVAL, "pixels");
    refuses((struct mien_finder_options){.model = none, .smallest = 50, .largest = 40}, -EINVAL,
            "smaller");
    refuses((struct mien_finder_options){.model = none, .cascades = "/no/such"}, -ENOENT,
            "/no/such");
}

int main(void)
{
    const struct test tests[] = {
        {"finds the portraits", finds_the_portraits},
        {"finds tilted faces", finds_tilted_faces},
        {"finds small faces", finds_small_faces},
        {"finds dark faces", finds_dark_faces},
        {"finds a face that fills the picture", finds_a_face_that_fills_the_picture},
        {"finds a crowd", finds_a_crowd},
        {"finds nothing where nothing is", finds_nothing_where_nothing_is},
        {"looks for no smaller faces than asked", looks_for_no_smaller_faces_than_asked},
        {"refuses what makes no sense", refuses_what_makes_no_sense},
        {NULL, NULL},
    };
    return run_tests("finder", tests);
}
