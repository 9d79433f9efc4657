/* Every level of the scan that this CPU has against the portable one, with cascades and pictures
 * made up: without OpenCV, so that emulated CPUs can run it. tests/unit/test_scan.c compares the
 * portable one with OpenCV. */
#include "faces/group.h"
#include "faces/scan.h"
#include "faces/scan_kernels.h"
#include "runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mien/picture.h"

enum { STAGES = 5, STUMPS_MAX = 24, ROUNDS = 60 };

static int below(int limit)
{
    return rand() % limit;
}

/* One of the shapes of features, in cells of some pixels, anywhere in the window. */
static void make_feature(struct cascade_stump *stump, int side)
{
    static const struct {
        int columns, rows, count;
        struct cascade_rect rects[CASCADE_RECTS]; /* in cells */
    } shapes[] = {
        {2, 1, 2, {{0, 0, 2, 1, -1}, {1, 0, 1, 1, 2}}},
        {1, 2, 2, {{0, 0, 1, 2, -1}, {0, 0, 1, 1, 2}}},
        {3, 1, 2, {{0, 0, 3, 1, -1}, {1, 0, 1, 1, 3}}},
        {1, 3, 2, {{0, 0, 1, 3, -1}, {0, 1, 1, 1, 3}}},
        {2, 2, 3, {{0, 0, 2, 2, -1}, {0, 0, 1, 1, 2}, {1, 1, 1, 1, 2}}},
        {2, 2, 3, {{0, 0, 2, 2, -1}, {1, 0, 1, 1, 2}, {0, 1, 1, 1, 2}}},
    };
    int shape = below(sizeof shapes / sizeof *shapes);
    int width = 1 + below(side / shapes[shape].columns);
    int height = 1 + below(side / shapes[shape].rows);
    int left = below(side - width * shapes[shape].columns + 1);
    int top = below(side - height * shapes[shape].rows + 1);
    for (int i = 0; i < shapes[shape].count; i++) {
        const struct cascade_rect *cells = &shapes[shape].rects[i];
        stump->rects[i] =
            (struct cascade_rect){left + cells->x * width, top + cells->y * height,
                                  cells->width * width, cells->height * height, cells->weight};
    }
}

/* Leaves and thresholds are eighths: many windows meet a stage's threshold exactly. */
static void make_stage(struct cascade *cascade, struct cascade_stage *stage)
{
    double middle = 0;
    stage->first = cascade->stump_count;
    stage->count = 1 + below(STUMPS_MAX);
    for (int i = 0; i < stage->count; i++) {
        struct cascade_stump *stump = &cascade->stumps[cascade->stump_count++];
        *stump = (struct cascade_stump){.threshold = (float)(below(200) - 100) / 1000,
                                        .left = (float)(below(17) - 8) / 8,
                                        .right = (float)(below(17) - 8) / 8};
        make_feature(stump, cascade->width);
        middle += (stump->left + stump->right) / 2;
    }
    stage->threshold = (float)((int)(middle * 8) - below(4)) / 8;
}

static void make_cascade(struct cascade *cascade)
{
    *cascade = (struct cascade){.stage_count = STAGES};
    cascade->width = cascade->height = 12 + below(20);
    cascade->stages = calloc(STAGES, sizeof *cascade->stages);
    cascade->stumps = calloc((size_t)STAGES * STUMPS_MAX, sizeof *cascade->stumps);
    CU_ASSERT_FATAL(cascade->stages && cascade->stumps);
    for (int i = 0; i < STAGES; i++)
        make_stage(cascade, &cascade->stages[i]);
}

/* Blocks of noise, here and there flat. */
static void make_picture(struct mien_picture *gray)
{
    int width = 32 + below(120), height = 32 + below(60), grain = 1 + below(9);
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(gray, MIEN_GRAY8, width, height, NULL), 0);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            unsigned cell = (unsigned)(x / grain) * 7919u + (unsigned)(y / grain) * 104729u;
            cell = (cell ^ cell >> 7) * 2654435761u;
            gray->data[y * gray->stride + x] = cell >> 30 ? (uint8_t)(cell >> 16) : 90;
        }
}

/* Returns how many hits the portable level has. */
static int compare_levels(unsigned seed, const struct mien_picture *gray)
{
    struct scan_sizes sizes = {1.1 + below(5) / 10.0, below(2) * 70, 0};
    struct mien_box *expected = NULL;
    int count = 0;
    for (int i = 0; scan_level(i); i++) {
        struct cascade cascade;
        struct scan *scan = NULL;
        const struct mien_box *boxes;
        srand(seed);
        make_cascade(&cascade);
        int status = scan_create(&scan, &cascade, scan_level(i), NULL);
        cascade_free(&cascade);
        CU_ASSERT_FATAL(status == 0 || (status == -EINVAL && i > 0));
        if (status < 0)
            continue;
        int own = scan_find(scan, gray, &sizes, 0, &boxes, NULL);
        if (i == 0) {
            count = own;
            expected = malloc(sizeof *expected * (size_t)(own + 1));
            if (own) /* without hits there are no boxes to point to */
                memcpy(expected, boxes, sizeof *expected * (size_t)own);
        }
        CU_ASSERT(own == count &&
                  (!own || !memcmp(boxes, expected, sizeof *expected * (size_t)own)));
        scan_destroy(&scan);
    }
    free(expected);
    return count;
}

static void all_levels_find_the_same(void)
{
    long hits = 0;
    for (unsigned seed = 1; seed <= ROUNDS; seed++) {
        struct mien_picture gray = {0};
        srand(seed);
        make_picture(&gray);
        hits += compare_levels(seed, &gray);
        mien_picture_free(&gray);
    }
    printf("# %ld hits\n", hits);
    CU_ASSERT(hits > ROUNDS);
}

/* What no kernel knows is refused, and left to OpenCV. */
static void refuses_other_shapes(void)
{
    for (int broken = 0; broken < 3; broken++) {
        struct cascade cascade;
        struct scan *scan = NULL;
        srand(1);
        make_cascade(&cascade);
        struct cascade_rect *rect = &cascade.stumps[3].rects[1];
        if (broken == 0)
            rect->weight = 7;
        else if (broken == 1)
            rect->weight = 1.5f;
        else
            rect->weight = 1e7f;
        CU_ASSERT_EQUAL(scan_create(&scan, &cascade, NULL, NULL), -ENOTSUP);
        CU_ASSERT_PTR_NULL(scan);
        cascade_free(&cascade);
    }
}

int main(void)
{
    const struct test tests[] = {
        {"all levels find the same", all_levels_find_the_same},
        {"refuses other shapes", refuses_other_shapes},
        {NULL, NULL},
    };
    return run_tests("scan_kernels", tests);
}
