#include "mien/search.h"
#include "portrait.h"
#include "runner.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { WIDTH = 960, HEIGHT = 540 };

/* Two portraits that can be put on a gray stage, and a search over it. */
struct stage {
    struct mien_picture hopper, collins, picture;
    struct mien_detector *detector;
    struct mien_search *search;
};

static void open_stage(struct stage *stage, double full_scan)
{
    *stage = (struct stage){0};
    portrait_load(&portrait_hopper, &stage->hopper);
    portrait_load(&portrait_collins, &stage->collins);
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&stage->picture, MIEN_GRAY8, WIDTH, HEIGHT, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_detector_create(&stage->detector, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_search_create(&stage->search, stage->detector, full_scan, NULL), 0);
}

static void close_stage(struct stage *stage)
{
    mien_search_destroy(&stage->search);
    CU_ASSERT_PTR_NULL(stage->search);
    mien_detector_destroy(&stage->detector);
    mien_picture_free(&stage->picture);
    mien_picture_free(&stage->collins);
    mien_picture_free(&stage->hopper);
}

static void clear(struct stage *stage)
{
    memset(stage->picture.data, 128, (size_t)stage->picture.stride * HEIGHT);
}

/* Every `divide`th pixel of it; what stands out of the stage is cut off. */
static void put(struct stage *stage, const struct mien_picture *portrait, int divide, int left,
                int top)
{
    for (int y = 0; y < portrait->height / divide; y++)
        for (int x = 0; x < portrait->width / divide; x++)
            if (left + x >= 0 && left + x < WIDTH && top + y >= 0 && top + y < HEIGHT)
                stage->picture.data[(top + y) * stage->picture.stride + left + x] =
                    portrait->data[divide * (y * portrait->stride + x)];
}

static size_t find(struct stage *stage, double time, const struct mien_box *known, size_t count,
                   struct mien_box *boxes)
{
    int found =
        mien_search_find(stage->search, &stage->picture, time, known, count, boxes, 8, NULL);
    CU_ASSERT_FATAL(found >= 0);
    return (size_t)found;
}

static bool is_near(const struct mien_box *box, int x, int y)
{
    int dx = box->x + box->width / 2 - x, dy = box->y + box->height / 2 - y;
    return dx > -25 && dx < 25 && dy > -25 && dy < 25;
}

/* The centre of Hopper's face, at half size, is at 132, 108; that of Collins' at 224, 114. */

static void follows_a_known_face(void)
{
    struct stage stage;
    struct mien_box known, boxes[8];
    open_stage(&stage, 1000); /* the search hardly goes on */
    clear(&stage);
    put(&stage, &stage.hopper, 2, 50, 40);
    CU_ASSERT_EQUAL_FATAL(find(&stage, 0, NULL, 0, boxes), 1);
    for (int i = 1; i < 12; i++) {
        known = boxes[0];
        clear(&stage);
        put(&stage, &stage.hopper, 2, 50 + 20 * i, 40 + 4 * i);
        CU_ASSERT_EQUAL_FATAL(find(&stage, i / 30.0, &known, 1, boxes), 1);
        CU_ASSERT(is_near(&boxes[0], 182 + 20 * i, 148 + 4 * i));
    }
    CU_ASSERT_EQUAL(find(&stage, 12 / 30.0, NULL, 0, boxes), 0);
    close_stage(&stage);
}

/* Whatever the rate of pictures, a face that enters is seen within one full scan and a picture. */
static void meets_a_new_face_within_a_full_scan(void)
{
    static const double rates[] = {60, 30, 7, 1};
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        struct stage stage;
        struct mien_box boxes[8];
        bool met = false;
        open_stage(&stage, 0.4);
        clear(&stage);
        CU_ASSERT_EQUAL(find(&stage, 5, NULL, 0, boxes), 0);
        put(&stage, &stage.hopper, 2, 600, 100);
        for (double time = 5 + 1 / rates[r]; !met && time < 5.4 + 2 / rates[r];
             time += 1 / rates[r])
            met = find(&stage, time, NULL, 0, boxes) == 1 && is_near(&boxes[0], 732, 208);
        CU_ASSERT(met);
        close_stage(&stage);
    }
}

static void tells_each_face_once(void)
{
    struct stage stage;
    struct mien_box known[2], boxes[8];
    open_stage(&stage, 0.001); /* everything in every picture */
    clear(&stage);
    put(&stage, &stage.hopper, 2, 50, 40);
    put(&stage, &stage.collins, 1, 430, 20);
    CU_ASSERT_EQUAL_FATAL(find(&stage, 0, NULL, 0, known), 2);
    CU_ASSERT_EQUAL_FATAL(find(&stage, 1, known, 2, boxes), 2);
    CU_ASSERT(is_near(&boxes[0], 182, 148));
    CU_ASSERT(is_near(&boxes[1], 654, 134));
    CU_ASSERT_EQUAL(mien_search_find(stage.search, &stage.picture, 2, known, 2, boxes, 1, NULL), 1);
    close_stage(&stage);
}

static void is_deterministic(void)
{
    struct stage stage;
    struct mien_search *other = NULL;
    struct mien_box a[8], b[8];
    open_stage(&stage, 0.1);
    CU_ASSERT_EQUAL_FATAL(mien_search_create(&other, stage.detector, 0.1, NULL), 0);
    for (int i = 0; i < 15; i++) {
        clear(&stage);
        put(&stage, &stage.hopper, 2, 15 * i, 40);
        put(&stage, &stage.collins, 1, 500 - 15 * i, 100);
        size_t count = find(&stage, i / 30.0, NULL, 0, a);
        CU_ASSERT_EQUAL_FATAL(
            mien_search_find(other, &stage.picture, i / 30.0, NULL, 0, b, 8, NULL), (int)count);
        CU_ASSERT(!memcmp(a, b, count * sizeof *a));
    }
    mien_search_destroy(&other);
    close_stage(&stage);
}

static void searches_the_whole_when_the_size_changes(void)
{
    struct stage stage;
    struct mien_box boxes[8];
    open_stage(&stage, 1000);
    clear(&stage);
    put(&stage, &stage.hopper, 2, 50, 40);
    CU_ASSERT_EQUAL(find(&stage, 0, NULL, 0, boxes), 1);
    CU_ASSERT_EQUAL(find(&stage, 0.1, NULL, 0, boxes), 0);
    stage.picture.width -= 100;
    CU_ASSERT_EQUAL(find(&stage, 0.2, NULL, 0, boxes), 1);
    close_stage(&stage);
}

static void copes_with_odd_pictures_and_places(void)
{
    static const int sides[][2] = {{1, 1}, {5, 900}, {900, 5}, {24, 24}, {100, 30}};
    struct stage stage;
    struct mien_box boxes[8];
    struct mien_box known[] = {{-500, -500, 40, 40}, {950, 530, 300, 300}, {3, 3, 1, 1}};
    open_stage(&stage, 0.1);
    clear(&stage);
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        struct mien_picture picture = stage.picture;
        picture.width = sides[i][0] < WIDTH ? sides[i][0] : WIDTH;
        picture.height = sides[i][1] < HEIGHT ? sides[i][1] : HEIGHT;
        for (int j = 0; j < 3; j++)
            CU_ASSERT_EQUAL(mien_search_find(stage.search, &picture, j, known, 3, boxes, 8, NULL),
                            0);
    }
    struct mien_picture color = {MIEN_BGRX32, 100, 100, 400, stage.picture.data};
    CU_ASSERT_EQUAL(mien_search_find(stage.search, &color, 9, known, 3, boxes, 8, NULL), -EINVAL);
    CU_ASSERT_EQUAL(mien_search_create(&stage.search, stage.detector, 0, NULL), -EINVAL);
    close_stage(&stage);
}

int main(void)
{
    const struct test tests[] = {
        {"follows a known face", follows_a_known_face},
        {"meets a new face within a full scan", meets_a_new_face_within_a_full_scan},
        {"tells each face once", tells_each_face_once},
        {"is deterministic", is_deterministic},
        {"searches the whole when the size changes", searches_the_whole_when_the_size_changes},
        {"copes with odd pictures and places", copes_with_odd_pictures_and_places},
        {NULL, NULL},
    };
    return run_tests("search", tests);
}
