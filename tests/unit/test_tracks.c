#include "mien/tracks.h"
#include "runner.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FRAME (1 / 30.0)

/* 0: the default; below: none. */
static double choose(double wished, double usual)
{
    return wished < 0 ? 0 : wished > 0 ? wished : usual;
}

static struct mien_tracks *make(struct mien_tracks_options wished)
{
    struct mien_tracks *tracks = NULL;
    struct mien_tracks_options options = mien_tracks_defaults();
    options.max_age = choose(wished.max_age, options.max_age);
    options.min_hits = wished.min_hits ? wished.min_hits : options.min_hits;
    options.smoothing = choose(wished.smoothing, options.smoothing);
    options.speed_smoothing = choose(wished.speed_smoothing, options.speed_smoothing);
    options.slowest_interval = choose(wished.slowest_interval, options.slowest_interval);
    CU_ASSERT_EQUAL_FATAL(mien_tracks_create(&tracks, &options, NULL), 0);
    return tracks;
}

static struct mien_box square(int x, int y, int side)
{
    return (struct mien_box){x, y, side, side};
}

static size_t show(const struct mien_tracks *tracks, struct mien_track *out)
{
    return mien_tracks_confirmed(tracks, out, MIEN_TRACKS_MAX);
}

static void shows_a_face_that_persists(void)
{
    struct mien_tracks *tracks = make((struct mien_tracks_options){0});
    struct mien_track shown[MIEN_TRACKS_MAX];
    struct mien_box box = square(10, 20, 50);
    mien_tracks_update(tracks, &box, 1, 5);
    CU_ASSERT_EQUAL(show(tracks, shown), 0);
    mien_tracks_update(tracks, &box, 1, 5 + FRAME);
    CU_ASSERT_EQUAL_FATAL(show(tracks, shown), 1);
    CU_ASSERT_EQUAL(shown[0].id, 1);
    CU_ASSERT_EQUAL(shown[0].hits, 2);
    CU_ASSERT_EQUAL(shown[0].first, 5);
    CU_ASSERT_EQUAL(shown[0].last, 5 + FRAME);
    CU_ASSERT(!memcmp(&shown[0].box, &box, sizeof box));
    mien_tracks_destroy(&tracks);
    CU_ASSERT_PTR_NULL(tracks);
    mien_tracks_destroy(&tracks);
}

/* What is not shown yet is known all the same, and forgotten when it was a flash. */
static void tells_what_it_does_not_show(void)
{
    struct mien_tracks *tracks = make((struct mien_tracks_options){0});
    struct mien_box boxes[] = {square(10, 20, 50), square(200, 20, 60)}, tentative[MIEN_TRACKS_MAX];
    mien_tracks_update(tracks, boxes, 1, 0);
    CU_ASSERT_EQUAL_FATAL(mien_tracks_tentative(tracks, tentative, MIEN_TRACKS_MAX), 1);
    CU_ASSERT(!memcmp(tentative, &boxes[0], sizeof *boxes));
    mien_tracks_update(tracks, boxes, 2, FRAME);
    CU_ASSERT_EQUAL_FATAL(mien_tracks_tentative(tracks, tentative, MIEN_TRACKS_MAX), 1);
    CU_ASSERT(!memcmp(tentative, &boxes[1], sizeof *boxes));
    CU_ASSERT_EQUAL(mien_tracks_tentative(tracks, tentative, 0), 0);
    mien_tracks_update(tracks, boxes, 1, 2 * FRAME);
    CU_ASSERT_EQUAL(mien_tracks_tentative(tracks, tentative, MIEN_TRACKS_MAX), 0);
    mien_tracks_destroy(&tracks);
}

static void shows_at_once_when_told(void)
{
    struct mien_tracks *tracks = make((struct mien_tracks_options){.min_hits = 1});
    struct mien_track shown[MIEN_TRACKS_MAX];
    struct mien_box boxes[] = {square(200, 0, 60), square(0, 0, 50)};
    mien_tracks_update(tracks, boxes, 2, 0);
    CU_ASSERT_EQUAL_FATAL(show(tracks, shown), 2);
    CU_ASSERT_EQUAL(shown[0].id, 1);
    CU_ASSERT_EQUAL(shown[0].box.x, 200);
    CU_ASSERT_EQUAL(shown[1].id, 2);
    CU_ASSERT_NOT_EQUAL(shown[0].slot, shown[1].slot);
    CU_ASSERT_EQUAL(mien_tracks_confirmed(tracks, shown, 1), 1);
    mien_tracks_destroy(&tracks);
}

/* Flashes in single frames, each at its place, beside a face that stays. */
static void suppresses_flashes(void)
{
    struct mien_tracks *tracks = make((struct mien_tracks_options){0});
    struct mien_track shown[MIEN_TRACKS_MAX];
    for (int i = 0; i < 60; i++) {
        struct mien_box boxes[] = {square(10, 20, 50), square(100 + 200 * (i % 2), 20, 40)};
        mien_tracks_update(tracks, boxes, 2, i * FRAME);
        CU_ASSERT_EQUAL(show(tracks, shown), i > 0);
    }
    mien_tracks_destroy(&tracks);
}

static void bridges_short_misses_only(void)
{
    struct mien_tracks *tracks = make((struct mien_tracks_options){.max_age = 0.4});
    struct mien_track shown[MIEN_TRACKS_MAX];
    struct mien_box box = square(10, 20, 50);
    mien_tracks_update(tracks, &box, 1, 0.0);
    mien_tracks_update(tracks, &box, 1, 0.1);
    mien_tracks_update(tracks, NULL, 0, 0.3);
    CU_ASSERT_EQUAL_FATAL(show(tracks, shown), 1);
    CU_ASSERT(!memcmp(&shown[0].box, &box, sizeof box));
    mien_tracks_update(tracks, &box, 1, 0.4);
    CU_ASSERT_EQUAL_FATAL(show(tracks, shown), 1);
    CU_ASSERT_EQUAL(shown[0].id, 1);
    mien_tracks_update(tracks, NULL, 0, 0.75);
    CU_ASSERT_EQUAL(show(tracks, shown), 1);
    mien_tracks_update(tracks, NULL, 0, 0.85);
    CU_ASSERT_EQUAL(show(tracks, shown), 0);
    mien_tracks_destroy(&tracks);
}

/* A busy machine that looks every second still shows who stays, and drops who leaves at once. */
static void follows_faces_at_rare_looks(void)
{
    struct mien_tracks *tracks = make((struct mien_tracks_options){.max_age = 0.4});
    struct mien_track shown[MIEN_TRACKS_MAX];
    struct mien_box box = square(10, 20, 50);
    for (int i = 0; i < 4; i++) {
        mien_tracks_update(tracks, &box, 1, i);
        CU_ASSERT_EQUAL(show(tracks, shown), i > 0);
        CU_ASSERT(i == 0 || shown[0].id == 1);
    }
    mien_tracks_update(tracks, NULL, 0, 4);
    CU_ASSERT_EQUAL(show(tracks, shown), 0);
    mien_tracks_destroy(&tracks);
}

/* How rarely may be looked is a setting, and none leaves the bridge alone. */
static void rare_looks_are_as_rare_as_told(void)
{
    static const struct {
        double slowest, pause;
        bool same;
    } cases[] = {
        {0, 2.9, true}, {0, 3.1, false}, {1, 0.9, true}, {1, 1.1, false}, {-1, 0.45, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mien_tracks *tracks = make((struct mien_tracks_options){
            .max_age = 0.4, .min_hits = 1, .slowest_interval = cases[i].slowest});
        struct mien_track shown[MIEN_TRACKS_MAX];
        struct mien_box box = square(10, 20, 50);
        mien_tracks_update(tracks, &box, 1, 0);
        mien_tracks_update(tracks, &box, 1, cases[i].pause);
        CU_ASSERT_EQUAL_FATAL(show(tracks, shown), 1);
        CU_ASSERT_EQUAL(shown[0].id, cases[i].same ? 1 : 2);
        mien_tracks_destroy(&tracks);
    }
}

static void never_uses_an_id_again(void)
{
    struct mien_tracks *tracks = make((struct mien_tracks_options){0});
    struct mien_track shown[MIEN_TRACKS_MAX];
    struct mien_box box = square(10, 20, 50);
    for (unsigned visit = 0; visit < 100; visit++) {
        mien_tracks_update(tracks, &box, 1, visit * 10.0);
        mien_tracks_update(tracks, &box, 1, visit * 10.0 + FRAME);
        CU_ASSERT_EQUAL_FATAL(show(tracks, shown), 1);
        CU_ASSERT_EQUAL(shown[0].id, visit + 1);
    }
    mien_tracks_destroy(&tracks);
}

static void numbers_on_from_others(void)
{
    struct mien_tracks *before = make((struct mien_tracks_options){.min_hits = 1}),
                       *tracks = make((struct mien_tracks_options){.min_hits = 1});
    struct mien_box boxes[] = {square(0, 0, 20), square(50, 0, 20)};
    struct mien_track shown[MIEN_TRACKS_MAX];
    mien_tracks_update(before, boxes, 2, 0);
    mien_tracks_number_after(tracks, before);
    mien_tracks_update(tracks, boxes, 1, 0);
    CU_ASSERT_EQUAL_FATAL(show(tracks, shown), 1);
    CU_ASSERT_EQUAL(shown[0].id, 3);
    mien_tracks_destroy(&before);
    mien_tracks_destroy(&tracks);
}

/* Two people walk past each other at different heights of the picture; their boxes overlap. */
static void keeps_ids_when_faces_cross(void)
{
    struct mien_tracks *tracks = make((struct mien_tracks_options){.smoothing = -1});
    struct mien_track shown[MIEN_TRACKS_MAX];
    for (int i = 0; i <= 60; i++) {
        struct mien_box right = square(10 * i, 100, 100), left = square(600 - 10 * i, 120, 90);
        struct mien_box boxes[] = {i % 2 ? left : right, i % 2 ? right : left};
        mien_tracks_update(tracks, boxes, 2, i * FRAME);
        if (i == 0)
            continue;
        CU_ASSERT_EQUAL_FATAL(show(tracks, shown), 2);
        CU_ASSERT_EQUAL(shown[0].id, 1);
        CU_ASSERT_EQUAL(shown[0].box.x, right.x);
        CU_ASSERT_EQUAL(shown[1].id, 2);
        CU_ASSERT_EQUAL(shown[1].box.x, left.x);
    }
    mien_tracks_destroy(&tracks);
}

/* A face that moves at a steady speed is met again where it is expected after a gap. */
static void expects_a_moving_face_after_a_gap(void)
{
    struct mien_tracks *tracks = make((struct mien_tracks_options){0});
    struct mien_track shown[MIEN_TRACKS_MAX];
    for (int i = 0; i < 40; i++) {
        struct mien_box box = square(8 * i, 50, 60);
        bool missed = i >= 20 && i < 30; /* 80 pixels: no overlap with the last box */
        mien_tracks_update(tracks, &box, missed ? 0 : 1, i * FRAME);
    }
    CU_ASSERT_EQUAL_FATAL(show(tracks, shown), 1);
    CU_ASSERT_EQUAL(shown[0].id, 1);
    mien_tracks_destroy(&tracks);
}

/* Where the face is looked for after its first step: half its speed is believed after ln 2 of the
 * time constant, all of it at once without one. */
static void believes_a_speed_as_fast_as_told(void)
{
    static const double steps[][2] = {{1, 5}, {-1, 10}}; /* time constant, pixels */
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct mien_tracks *tracks =
            make((struct mien_tracks_options){.speed_smoothing = steps[i][0]});
        struct mien_box first = square(100, 50, 60), second = square(110, 50, 60), expected;
        double step = 0.693147;
        mien_tracks_update(tracks, &first, 1, 0);
        mien_tracks_update(tracks, &second, 1, step);
        CU_ASSERT_EQUAL(mien_tracks_expected(tracks, 2 * step, &expected, 1), 1);
        CU_ASSERT_EQUAL(expected.x, second.x + (int)steps[i][1]);
        mien_tracks_destroy(&tracks);
    }
}

static void smooths_jitter_and_settles(void)
{
    struct mien_tracks *tracks = make((struct mien_tracks_options){.smoothing = 0.2});
    struct mien_track shown[MIEN_TRACKS_MAX];
    for (int i = 0; i < 60; i++) {
        struct mien_box box = square(100 + (i % 2 ? 6 : -6), 50, 60);
        mien_tracks_update(tracks, &box, 1, i * FRAME);
        if (i > 30) {
            CU_ASSERT_EQUAL_FATAL(show(tracks, shown), 1);
            CU_ASSERT(abs(shown[0].box.x - 100) <= 2);
            CU_ASSERT_EQUAL(shown[0].box.width, 60);
        }
    }
    struct mien_box box = square(110, 50, 60);
    for (int i = 60; i < 120; i++)
        mien_tracks_update(tracks, &box, 1, i * FRAME);
    show(tracks, shown);
    CU_ASSERT_EQUAL(shown[0].box.x, 110);
    mien_tracks_destroy(&tracks);
}

static void copes_with_more_boxes_than_slots(void)
{
    enum { BOXES = MIEN_TRACKS_MAX + 100 };
    struct mien_tracks *tracks = make((struct mien_tracks_options){.min_hits = 1});
    struct mien_track shown[MIEN_TRACKS_MAX];
    struct mien_box boxes[BOXES];
    for (int i = 0; i < BOXES; i++)
        boxes[i] = square(i % 30 * 50, i / 30 * 50, 40);
    for (int frame = 0; frame < 3; frame++) {
        mien_tracks_update(tracks, boxes, BOXES, frame * FRAME);
        CU_ASSERT_EQUAL(show(tracks, shown), MIEN_TRACKS_MAX);
    }
    bool used[MIEN_TRACKS_MAX] = {false};
    for (int i = 0; i < MIEN_TRACKS_MAX; i++) {
        CU_ASSERT_EQUAL(shown[i].id, (uint32_t)i + 1);
        CU_ASSERT(shown[i].slot >= 0 && shown[i].slot < MIEN_TRACKS_MAX && !used[shown[i].slot]);
        used[shown[i].slot] = true;
    }
    mien_tracks_destroy(&tracks);
}

static struct mien_box random_box(void)
{
    return square(rand() % 600, rand() % 400, 20 + rand() % 100);
}

/* The same boxes and times give the same tracks, and slots never change under an id. */
static void is_deterministic(void)
{
    struct mien_tracks *a = make((struct mien_tracks_options){0});
    struct mien_tracks *b = make((struct mien_tracks_options){0});
    struct mien_track of_a[MIEN_TRACKS_MAX] = {0}, of_b[MIEN_TRACKS_MAX] = {0};
    int slot_of[100000];
    memset(slot_of, -1, sizeof slot_of);
    srand(7);
    for (int frame = 0; frame < 500; frame++) {
        struct mien_box boxes[30];
        for (int i = 0; i < 30; i++)
            boxes[i] = random_box();
        mien_tracks_update(a, boxes, 30, frame * FRAME);
        mien_tracks_update(b, boxes, 30, frame * FRAME);
        size_t count = show(a, of_a);
        CU_ASSERT_EQUAL_FATAL(count, show(b, of_b));
        CU_ASSERT(!memcmp(of_a, of_b, count * sizeof *of_a));
        for (size_t i = 0; i < count; i++) {
            int *slot = &slot_of[of_a[i].id];
            CU_ASSERT(*slot < 0 || *slot == of_a[i].slot);
            *slot = of_a[i].slot;
        }
    }
    mien_tracks_destroy(&a);
    mien_tracks_destroy(&b);
}

static void refuses(struct mien_tracks_options options)
{
    struct mien_tracks *tracks = NULL;
    CU_ASSERT_EQUAL(mien_tracks_create(&tracks, &options, NULL), -EINVAL);
    CU_ASSERT_PTR_NULL(tracks);
}

static void refuses_senseless_options(void)
{
    struct mien_tracks_options overlap = mien_tracks_defaults(), age = overlap, hits = overlap;
    overlap.overlap = 1.5;
    age.max_age = 0;
    hits.min_hits = 0;
    refuses(overlap);
    refuses(age);
    refuses(hits);
}

int main(void)
{
    const struct test tests[] = {
        {"shows a face that persists", shows_a_face_that_persists},
        {"tells what it does not show", tells_what_it_does_not_show},
        {"shows at once when told", shows_at_once_when_told},
        {"suppresses flashes", suppresses_flashes},
        {"bridges short misses only", bridges_short_misses_only},
        {"follows faces at rare looks", follows_faces_at_rare_looks},
        {"rare looks are as rare as told", rare_looks_are_as_rare_as_told},
        {"never uses an id again", never_uses_an_id_again},
        {"numbers on from others", numbers_on_from_others},
        {"keeps ids when faces cross", keeps_ids_when_faces_cross},
        {"expects a moving face after a gap", expects_a_moving_face_after_a_gap},
        {"believes a speed as fast as told", believes_a_speed_as_fast_as_told},
        {"smooths jitter and settles", smooths_jitter_and_settles},
        {"copes with more boxes than slots", copes_with_more_boxes_than_slots},
        {"is deterministic", is_deterministic},
        {"refuses senseless options", refuses_senseless_options},
        {NULL, NULL},
    };
    return run_tests("tracks", tests);
}
