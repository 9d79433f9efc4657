/* Our own search against OpenCV's: the same raw hits in the same order, and the same groups. */
#include "faces/scan.h"
#include "faces/scan_kernels.h"
#include "faces/scan_layout.h"
#include "noise.h"
#include "portrait.h"
#include "runner.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "faces/vision_config.h"
#include "rival.h"

static const char cascade_path[] = MIEN_CASCADE_FOLDER "/haarcascade_frontalface_default.xml";
enum { LEVELS = 4 };

/* OpenCV's classifier and a scan for each level that this CPU has. */
struct rivals {
    struct rival *opencv;
    struct scan *scans[LEVELS];
};

static void open_rivals(struct rivals *rivals)
{
    *rivals = (struct rivals){0};
    CU_ASSERT_EQUAL_FATAL(rival_open(&rivals->opencv, cascade_path, NULL), 0);
    for (int i = 0; i < LEVELS; i++) {
        struct cascade cascade;
        CU_ASSERT_EQUAL_FATAL(own_read(&cascade, cascade_path, NULL), 0);
        int status = scan_create(&rivals->scans[i], &cascade, scan_level(i), NULL);
        CU_ASSERT(status == 0 || (status == -EINVAL && i > 0));
        cascade_free(&cascade);
    }
}

static void close_rivals(struct rivals *rivals)
{
    for (int i = 0; i < LEVELS; i++)
        scan_destroy(&rivals->scans[i]);
    rival_close(rivals->opencv);
}

/* Compares all levels with OpenCV; returns how many boxes there were. */
static int compare(struct rivals *rivals, const struct mien_picture *gray, struct scan_sizes sizes,
                   int neighbours)
{
    const struct mien_box *expected, *boxes;
    int count = rival_find(rivals->opencv, gray, &sizes, neighbours, &expected, NULL);
    CU_ASSERT_FATAL(count >= 0);
    for (int i = 0; i < LEVELS; i++) {
        if (!rivals->scans[i])
            continue;
        int own = scan_find(rivals->scans[i], gray, &sizes, neighbours, &boxes, NULL);
        int same =
            own == count && (count == 0 || !memcmp(boxes, expected, (size_t)count * sizeof *boxes));
        if (!same)
            printf("# %s: %d×%d step %g smallest %d largest %d neighbours %d: %d, not %d\n",
                   scan_level(i), gray->width, gray->height, sizes.step, sizes.smallest,
                   sizes.largest, neighbours, own, count);
        CU_ASSERT(same);
    }
    return count;
}

static void agrees_on_a_portrait(struct rivals *rivals, const struct portrait *portrait)
{
    static const struct scan_sizes sizes[] = {{1.1, 0, 0},   {1.1, 60, 0},  {1.05, 30, 200},
                                              {1.2, 47, 0},  {1.37, 24, 0}, {1.1, 97, 97},
                                              {2, 100, 100}, {1.1, 48, 60}, {1.03, 90, 130}};
    struct mien_picture gray;
    int raw = 0;
    portrait_load(portrait, &gray);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        raw += compare(rivals, &gray, sizes[i], 0);
        compare(rivals, &gray, sizes[i], 1);
        compare(rivals, &gray, sizes[i], 5);
    }
    CU_ASSERT(raw > 100);
    mien_picture_free(&gray);
}

static void agrees_on_the_portraits(void)
{
    struct rivals rivals;
    open_rivals(&rivals);
    agrees_on_a_portrait(&rivals, &portrait_hopper);
    agrees_on_a_portrait(&rivals, &portrait_collins);
    close_rivals(&rivals);
}

/* Parts of a portrait in odd places and of odd sizes: borders, strides, last rows and columns. */
static void agrees_on_parts_of_portraits(void)
{
    struct rivals rivals;
    struct mien_picture gray;
    int hits = 0;
    open_rivals(&rivals);
    portrait_load(&portrait_hopper, &gray);
    srand(3);
    for (int i = 0; i < 25; i++) {
        int x = rand() % 200, y = rand() % 150;
        struct mien_picture part = gray;
        part.data += y * gray.stride + x;
        part.width = 24 + rand() % (gray.width - x - 23);
        part.height = 24 + rand() % (gray.height - y - 23);
        struct scan_sizes sizes = {1.02 + rand() % 50 / 100.0, rand() % 120, 0};
        hits += compare(&rivals, &part, sizes, rand() % 4);
    }
    CU_ASSERT(hits > 0);
    mien_picture_free(&gray);
    close_rivals(&rivals);
}

/* Cut tightly around a face, rounding makes hits stand out of the picture: they are cut off. */
static void agrees_on_faces_at_the_edge(void)
{
    struct rivals rivals;
    struct mien_picture gray;
    int hits = 0;
    open_rivals(&rivals);
    portrait_load(&portrait_hopper, &gray);
    for (int cut = 0; cut < 24; cut++) {
        struct mien_picture part = gray;
        part.data += (100 + cut / 3) * gray.stride + 150 + cut / 2;
        part.width = 232 - cut;
        part.height = 235 - cut;
        hits += compare(&rivals, &part, (struct scan_sizes){1.04, 150, 0}, 0);
        compare(&rivals, &part, (struct scan_sizes){1.04, 150, 0}, 1);
    }
    CU_ASSERT(hits > 0);
    mien_picture_free(&gray);
    close_rivals(&rivals);
}

static void agrees_on_noise_and_slopes(void)
{
    struct rivals rivals;
    struct mien_picture gray;
    int hits = 0;
    open_rivals(&rivals);
    srand(5);
    for (int i = 0; i < 25; i++) {
        int width = 24 + rand() % 300, height = 24 + rand() % 200;
        CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&gray, MIEN_GRAY8, width, height, NULL), 0);
        noise_fill(&gray, 1 + rand() % 40, rand() % 5 / 2.0 - 1, rand() % 400);
        struct scan_sizes sizes = {1.03 + rand() % 20 / 100.0, 0, 0};
        hits += compare(&rivals, &gray, sizes, 0);
        compare(&rivals, &gray, sizes, 2);
        mien_picture_free(&gray);
    }
    CU_ASSERT(hits > 0);
    close_rivals(&rivals);
}

static void finds_nothing_where_no_window_fits(void)
{
    static const int sides[][2] = {{1, 1}, {23, 300}, {300, 23}, {24, 24}, {25, 24}};
    struct rivals rivals;
    struct mien_picture gray;
    open_rivals(&rivals);
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&gray, MIEN_GRAY8, 300, 300, NULL), 0);
    noise_fill(&gray, 5, 0, 255);
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        gray.width = sides[i][0];
        gray.height = sides[i][1];
        compare(&rivals, &gray, (struct scan_sizes){1.1, 0, 0}, 0);
    }
    mien_picture_free(&gray);
    close_rivals(&rivals);
}

/* Side by side the parts hold every hit once, in the order of the whole. */
static void finds_in_parts_what_it_finds_in_whole(void)
{
    struct rivals rivals;
    struct mien_picture gray;
    const struct mien_box *hits;
    const double *places;
    struct mien_box *whole;
    const struct scan_sizes sizes = {1.1, 40, 0};
    open_rivals(&rivals);
    portrait_load(&portrait_hopper, &gray);
    struct scan *scan = rivals.scans[0];
    int count = scan_find(scan, &gray, &sizes, 0, &hits, NULL), next = 0;
    CU_ASSERT_FATAL(count > 10);
    whole = malloc((size_t)count * sizeof *whole);
    memcpy(whole, hits, (size_t)count * sizeof *whole);
    for (int part = 0; part < 11; part++) {
        double from = part / 11.0, to = (part + 1) / 11.0;
        int found = scan_find_part(scan, &gray, &sizes, from, to, &hits, &places, NULL);
        CU_ASSERT_FATAL(found >= 0 && next + found <= count);
        for (int i = 0; i < found; i++, next++)
            CU_ASSERT(places[i] >= from && places[i] < to &&
                      !memcmp(&hits[i], &whole[next], sizeof *hits));
    }
    CU_ASSERT_EQUAL(next, count);
    free(whole);
    mien_picture_free(&gray);
    close_rivals(&rivals);
}

/* A cascade that leaves its window, or has holes, is refused and stays the caller's. */
static void refuses_broken_cascades(void)
{
    for (int broken = 0; broken < 8; broken++) {
        struct cascade cascade;
        struct scan *scan = NULL;
        CU_ASSERT_EQUAL_FATAL(own_read(&cascade, cascade_path, NULL), 0);
        struct cascade_stump *stump = &cascade.stumps[7];
        struct cascade_stage *stage = &cascade.stages[3];
        switch (broken) {
        case 0:
            cascade.width = 1 << 20;
            break;
        case 1:
            cascade.height = 3;
            break;
        case 2:
            stump->rects[1].x = -1;
            break;
        case 3:
            stump->rects[0].width = 2147483647;
            break;
        case 4:
            stump->threshold = NAN;
            break;
        case 5:
            stage->first++;
            break;
        case 6:
            stage->count = cascade.stump_count;
            break;
        case 7:
            cascade.stage_count--;
            break;
        }
        CU_ASSERT_EQUAL(scan_create(&scan, &cascade, NULL, NULL), -EINVAL);
        CU_ASSERT_PTR_NULL(scan);
        cascade_free(&cascade);
    }
}

/* Behind a feature with nine corners. */
static void corners_that_a_feature_lacks_are_zeros(void)
{
    struct cascade_stump stumps[] = {
        {.rects = {{2, 2, 8, 8, -1}, {2, 2, 4, 4, 2}, {6, 6, 4, 4, 2}}, .left = 1, .right = -1},
        {.rects = {{2, 2, 8, 8, -1}, {2, 2, 4, 8, 2}}, .left = 1, .right = -1}};
    struct cascade_stage stage = {0, 2, 0};
    const struct cascade cascade = {24, 24, 1, 2, &stage, stumps};
    struct scan_layout layout;
    CU_ASSERT_EQUAL_FATAL(scan_layout_init(&layout, &cascade), 0);
    const struct scan_point *edge = layout.corners[0]; /* kinds are sorted, edges come first */
    CU_ASSERT_EQUAL(layout.stages[0].ends[SCAN_EDGE], 1);
    for (int i = 6; i < SCAN_CORNERS; i++)
        CU_ASSERT(edge[i].x == 0 && edge[i].y == 0);
    scan_layout_finish(&layout);
}

int main(void)
{
    const struct test tests[] = {
        {"agrees on the portraits", agrees_on_the_portraits},
        {"agrees on parts of portraits", agrees_on_parts_of_portraits},
        {"agrees on faces at the edge", agrees_on_faces_at_the_edge},
        {"agrees on noise and slopes", agrees_on_noise_and_slopes},
        {"finds nothing where no window fits", finds_nothing_where_no_window_fits},
        {"finds in parts what it finds in whole", finds_in_parts_what_it_finds_in_whole},
        {"refuses broken cascades", refuses_broken_cascades},
        {"corners that a feature lacks are zeros", corners_that_a_feature_lacks_are_zeros},
        {NULL, NULL},
    };
    return run_tests("scan", tests);
}
