#include "mien/detector.h"
#include "portrait.h"
#include "runner.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mien_detector *make(void)
{
    struct mien_detector *detector = NULL;
    struct mien_error error = {""};
    if (mien_detector_create(&detector, NULL, &error) < 0)
        printf("# %s\n", error.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(detector);
    return detector;
}

static void refuses(struct mien_detector_options options, int status, const char *word)
{
    struct mien_detector *detector = NULL;
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(mien_detector_create(&detector, &options, &error), status);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, word));
    CU_ASSERT_PTR_NULL(detector);
}

static void refuses_cascade(const char *cascade, int status, const char *word)
{
    struct mien_detector_options options = mien_detector_defaults();
    options.cascade = cascade;
    refuses(options, status, word);
}

static void names_a_cascade_it_cannot_use(void)
{
    refuses_cascade("/no/such/cascade.xml", -ENOENT, "/no/such/cascade.xml");
    refuses_cascade("/dev/null", -EINVAL, "/dev/null");
    refuses_cascade("/", -EINVAL, "/ is no file");
}

static void refuses_senseless_options(void)
{
    struct mien_detector_options step = mien_detector_defaults(), neighbours = step, size = step;
    step.scale_step = 1.0;
    neighbours.neighbours = 0;
    size.smallest = -5;
    refuses(step, -EINVAL, "step");
    refuses(neighbours, -EINVAL, "not 0");
    refuses(size, -EINVAL, "-5");
}

static void refuses_a_color_picture(void)
{
    struct mien_detector *detector = make();
    struct mien_picture picture;
    struct mien_box box;
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&picture, MIEN_BGRX32, 64, 64, NULL), 0);
    CU_ASSERT_EQUAL(mien_detector_find(detector, &picture, &box, 1, NULL), -EINVAL);
    mien_picture_free(&picture);
    mien_detector_destroy(&detector);
    CU_ASSERT_PTR_NULL(detector);
    mien_detector_destroy(&detector);
}

static void finds_nothing_in_flat_and_tiny_pictures(void)
{
    static const int sides[][2] = {{1, 1}, {23, 23}, {24, 24}, {1, 500}, {500, 3}, {320, 240}};
    struct mien_detector *detector = make();
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        struct mien_picture picture;
        struct mien_box box;
        int width = sides[i][0], height = sides[i][1];
        CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&picture, MIEN_GRAY8, width, height, NULL), 0);
        memset(picture.data, 90, (size_t)picture.stride * (size_t)height);
        CU_ASSERT_EQUAL(mien_detector_find(detector, &picture, &box, 1, NULL), 0);
        mien_picture_free(&picture);
    }
    mien_detector_destroy(&detector);
}

static bool holds(const struct mien_box *outer, const struct mien_box *inner)
{
    return outer->x <= inner->x && outer->y <= inner->y &&
           outer->x + outer->width >= inner->x + inner->width &&
           outer->y + outer->height >= inner->y + inner->height;
}

static void finds_one_face(const struct portrait *portrait)
{
    struct mien_detector *detector = make();
    struct mien_picture gray;
    struct mien_box boxes[8];
    portrait_load(portrait, &gray);
    CU_ASSERT_EQUAL_FATAL(mien_detector_find(detector, &gray, boxes, 8, NULL), 1);
    CU_ASSERT(holds(&portrait->outside, &boxes[0]));
    CU_ASSERT(holds(&boxes[0], &portrait->inside));
    mien_picture_free(&gray);
    mien_detector_destroy(&detector);
}

static void finds_the_faces_of_the_portraits(void)
{
    finds_one_face(&portrait_hopper);
    finds_one_face(&portrait_collins);
}

/* Three copies of a portrait, each smaller than the last, come largest first; with little room
 * the largest are kept. */
static void sorts_faces_by_size(void)
{
    struct mien_detector *detector = make();
    struct mien_picture portrait, gray;
    struct mien_box boxes[8], few[2];
    portrait_load(&portrait_hopper, &portrait);
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&gray, MIEN_GRAY8, 1100, 600, NULL), 0);
    memset(gray.data, 128, (size_t)gray.stride * 600);
    for (int i = 0, left = 0, divide = 3; i < 3; i++, left += portrait.width / divide--)
        for (int y = 0; y < portrait.height / divide; y++)
            for (int x = 0; x < portrait.width / divide; x++)
                gray.data[y * gray.stride + left + x] =
                    portrait.data[y * divide * portrait.stride + x * divide];
    CU_ASSERT_EQUAL_FATAL(mien_detector_find(detector, &gray, boxes, 8, NULL), 3);
    CU_ASSERT(boxes[0].width > boxes[1].width && boxes[1].width > boxes[2].width);
    CU_ASSERT(boxes[0].x > boxes[1].x && boxes[1].x > boxes[2].x);
    CU_ASSERT_EQUAL(mien_detector_find(detector, &gray, few, 2, NULL), 2);
    CU_ASSERT(!memcmp(boxes, few, sizeof few));
    mien_picture_free(&portrait);
    mien_picture_free(&gray);
    mien_detector_destroy(&detector);
}

static bool is_among(const struct mien_box *box, const struct mien_box *boxes, int count)
{
    for (int i = 0; i < count; i++)
        if (!memcmp(box, &boxes[i], sizeof *box))
            return true;
    return false;
}

/* What stands still is told by some part in every round, and as the whole search tells it. */
static void parts_make_up_the_whole(void)
{
    struct mien_detector *detector = make();
    struct mien_picture gray;
    struct mien_box whole[8], boxes[8];
    portrait_load(&portrait_hopper, &gray);
    int count = mien_detector_find(detector, &gray, whole, 8, NULL);
    CU_ASSERT_FATAL(count > 0);
    CU_ASSERT_EQUAL(mien_detector_find_part(detector, &gray, 0, 1, boxes, 8, NULL), count);
    CU_ASSERT(!memcmp(boxes, whole, (size_t)count * sizeof *boxes));
    for (int parts = 2; parts < 40; parts += 7) {
        bool told[8] = {false};
        for (int i = 0; i < parts; i++) {
            int found = mien_detector_find_part(detector, &gray, (double)i / parts,
                                                (i + 1.0) / parts, boxes, 8, NULL);
            CU_ASSERT_FATAL(found >= 0);
            for (int j = 0; j < found; j++)
                CU_ASSERT(is_among(&boxes[j], whole, count));
            for (int j = 0; j < count; j++)
                told[j] = told[j] || is_among(&whole[j], boxes, found);
        }
        for (int j = 0; j < count; j++)
            CU_ASSERT(told[j]);
    }
    memset(gray.data, 128, (size_t)gray.stride * (size_t)gray.height);
    CU_ASSERT_EQUAL(mien_detector_find_part(detector, &gray, 0, 0.5, boxes, 8, NULL), 0);
    CU_ASSERT_EQUAL(mien_detector_find_part(detector, &gray, 0.5, 1, boxes, 8, NULL), 0);
    mien_picture_free(&gray);
    mien_detector_destroy(&detector);
}

int main(void)
{
    const struct test tests[] = {
        {"names a cascade it cannot use", names_a_cascade_it_cannot_use},
        {"refuses senseless options", refuses_senseless_options},
        {"refuses a color picture", refuses_a_color_picture},
        {"finds nothing in flat and tiny pictures", finds_nothing_in_flat_and_tiny_pictures},
        {"finds the faces of the portraits", finds_the_faces_of_the_portraits},
        {"sorts faces by size", sorts_faces_by_size},
        {"parts make up the whole", parts_make_up_the_whole},
        {NULL, NULL},
    };
    return run_tests("detector", tests);
}
