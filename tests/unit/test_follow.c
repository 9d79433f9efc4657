/* Faces of a film, found by cascades and the network: at once, in the course of time, and looking
 * back. */
#include "faces/patch.h"
#include "mien/recogniser.h"
#include "portrait.h"
#include "runner.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 320, HEIGHT = 240, FACE = 100, PICTURES = 30, LOOK_BACK = 6 };

#define FRAME 0.04

/* A slope, and on it, from picture `from` on, the face of a portrait that moves by `step` pixels
 * and leans by `tilt` degrees. */
struct film {
    int from, until, step, tilt;
    bool serious;
    struct mien_picture face;
};

static void open_film(struct film *film)
{
    struct mien_picture gray;
    portrait_load(film->serious ? &portrait_hopper : &portrait_collins, &gray);
    int side = film->serious ? 280 : 160;
    ptrdiff_t corner = film->serious ? 76 * gray.stride + 137 : 20 * gray.stride + 150;
    struct mien_picture head = {MIEN_GRAY8, side, side, gray.stride, gray.data + corner};
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&film->face, MIEN_GRAY8, FACE, FACE, NULL), 0);
    patch_view(&head, (float)film->tilt, (float)side / FACE, 0, &film->face);
    mien_picture_free(&gray);
}

static int left_of_face(const struct film *film, int number)
{
    return 40 + film->step * (number - film->from);
}

static void draw(const struct film *film, int number, struct mien_picture *gray)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            gray->data[y * gray->stride + x] = (uint8_t)(20 + x / 2 + y / 4);
    if (number < film->from || number >= film->until)
        return;
    for (int y = 0; y < FACE; y++)
        memcpy(gray->data + (70 + y) * gray->stride + left_of_face(film, number),
               film->face.data + y * film->face.stride, FACE);
}

static struct mien_recogniser *make(int offline)
{
    static char face_model[1024], model[1024];
    const char *source = getenv("TEST_SOURCE");
    struct mien_recogniser_options options = mien_recogniser_defaults();
    struct mien_recogniser *recogniser = NULL;
    struct mien_error error = {""};
    snprintf(face_model, sizeof face_model, "%s/models/face.safetensors", source ? source : ".");
    snprintf(model, sizeof model, "%s/models/ferplus-residual.safetensors", source ? source : ".");
    options.model = model;
    options.finder.model = face_model;
    options.finder.offline = offline;
    options.full_scan = 0;
    if (mien_recogniser_create(&recogniser, &options, &error) < 0)
        printf("# %s\n", error.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(recogniser);
    return recogniser;
}

struct shown {
    struct mien_picture gray[PICTURES];
    struct mien_detections detections[PICTURES];
};

/* Shows `count` pictures; with `back`, as of a file, each is looked back from. */
static void show(const struct film *film, int count, double interval, int back, struct shown *shown)
{
    struct mien_recogniser *recogniser = make(back);
    struct mien_past past[LOOK_BACK];
    *shown = (struct shown){0};
    for (int i = 0; i < count; i++) {
        int earlier = i < LOOK_BACK ? i : LOOK_BACK;
        CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&shown->gray[i], MIEN_GRAY8, WIDTH, HEIGHT, NULL),
                              0);
        draw(film, i, &shown->gray[i]);
        CU_ASSERT_EQUAL(mien_recogniser_detect(recogniser, &shown->gray[i], i * interval,
                                               &shown->detections[i], NULL),
                        0);
        for (int j = 0; j < earlier; j++)
            past[j] = (struct mien_past){&shown->gray[i - 1 - j], (i - 1 - j) * interval,
                                         &shown->detections[i - 1 - j]};
        if (back)
            CU_ASSERT_EQUAL(
                mien_recogniser_look_back(recogniser, &shown->detections[i], past, earlier, NULL),
                0);
    }
    mien_recogniser_destroy(&recogniser);
}

static void release(struct shown *shown)
{
    for (int i = 0; i < PICTURES; i++) {
        mien_picture_free(&shown->gray[i]);
        mien_detections_free(&shown->detections[i]);
    }
}

static int has_face(const struct film *film, const struct shown *shown, int number)
{
    const struct mien_detections *found = &shown->detections[number];
    struct mien_box middle = {left_of_face(film, number) + FACE / 2, 70 + FACE / 2, 1, 1};
    return found->count == 1 && mien_box_has_centre(&found->tracks[0].box, &middle);
}

static void shows_a_face_of_the_first_picture(void)
{
    struct film film = {.from = 0, .until = PICTURES, .step = 5};
    struct shown shown;
    open_film(&film);
    show(&film, 12, FRAME, 0, &shown);
    for (int i = 0; i < 12; i++) {
        CU_ASSERT(has_face(&film, &shown, i));
        CU_ASSERT_EQUAL(shown.detections[i].tracks[0].id, 1);
        CU_ASSERT(shown.detections[i].tracks[0].score > 0.8);
    }
    release(&shown);
    mien_picture_free(&film.face);
}

/* Found within the time of a full scan, confirmed with the next picture. */
static void finds_a_face_that_comes(void)
{
    struct film film = {.from = 2, .until = PICTURES};
    struct shown shown;
    open_film(&film);
    show(&film, 9, FRAME, 0, &shown);
    for (int i = 0; i < 9; i++)
        if (i < 3 || i > 5)
            CU_ASSERT_EQUAL(has_face(&film, &shown, i), i > 5);
    release(&shown);
    mien_picture_free(&film.face);
}

static void puts_a_face_into_the_pictures_before(void)
{
    struct film film = {.from = 2, .until = PICTURES, .step = 2};
    struct shown shown;
    open_film(&film);
    show(&film, 9, FRAME, 1, &shown);
    for (int i = 0; i < 9; i++)
        CU_ASSERT_EQUAL(has_face(&film, &shown, i), i >= 2);
    release(&shown);
    mien_picture_free(&film.face);
}

/* A picture a second is as good as one of its own. */
static void finds_all_in_rare_pictures(void)
{
    struct film film = {.from = 1, .until = 2};
    struct shown shown;
    open_film(&film);
    show(&film, 3, 4, 1, &shown);
    CU_ASSERT_EQUAL(shown.detections[0].count, 0);
    CU_ASSERT(has_face(&film, &shown, 1));
    release(&shown);
    mien_picture_free(&film.face);
}

/* A file's first picture is searched for all faces. In live that takes pictures, however rare they
 * are, or a slow machine would be slower still. */
static void finds_tilted_faces_in_time(void)
{
    struct film film = {.from = 0, .until = PICTURES, .tilt = 40};
    struct shown shown;
    open_film(&film);
    show(&film, 1, FRAME, 1, &shown);
    CU_ASSERT(has_face(&film, &shown, 0));
    CU_ASSERT(fabsf(shown.detections[0].tracks[0].tilt) > 25);
    release(&shown);
    for (int seconds = 1; seconds <= 10; seconds += 9) {
        show(&film, 28, seconds / 10., 0, &shown);
        CU_ASSERT_EQUAL(shown.detections[0].count, 0);
        CU_ASSERT_EQUAL(shown.detections[1].count, 0);
        CU_ASSERT(has_face(&film, &shown, 27));
        release(&shown);
    }
    mien_picture_free(&film.face);
}

/* What the face expresses in the only picture. */
static void read_face(int tilt, struct mien_faces *faces)
{
    struct film film = {.from = 0, .until = 1, .tilt = tilt, .serious = true};
    struct mien_recogniser *recogniser = make(1);
    struct mien_picture gray;
    open_film(&film);
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&gray, MIEN_GRAY8, WIDTH, HEIGHT, NULL), 0);
    draw(&film, 0, &gray);
    CU_ASSERT_EQUAL(mien_recogniser_run(recogniser, &gray, 0, faces, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(faces->count, 1);
    mien_picture_free(&gray);
    mien_picture_free(&film.face);
    mien_recogniser_destroy(&recogniser);
}

static void reads_a_tilted_face_as_an_upright_one(void)
{
    struct mien_faces upright = {0}, tilted = {0};
    read_face(0, &upright);
    for (int tilt = -40; tilt <= 40; tilt += 20) {
        read_face(tilt, &tilted);
        float apart = fabsf(tilted.list[0].confidence - upright.list[0].confidence);
        CU_ASSERT_EQUAL(tilted.list[0].label, upright.list[0].label);
        CU_ASSERT(apart < 0.1f);
    }
    mien_faces_free(&upright);
    mien_faces_free(&tilted);
}

/* In one picture of many it is a flash, even in the first. */
static void takes_out_what_flashed(void)
{
    struct film film = {.from = 0, .until = 1};
    struct shown shown;
    open_film(&film);
    show(&film, 4, FRAME, 1, &shown);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(shown.detections[i].count, 0);
    release(&shown);
    show(&film, 1, FRAME, 1, &shown);
    CU_ASSERT(has_face(&film, &shown, 0));
    release(&shown);
    mien_picture_free(&film.face);
}

int main(void)
{
    const struct test tests[] = {
        {"shows a face of the first picture", shows_a_face_of_the_first_picture},
        {"finds a face that comes", finds_a_face_that_comes},
        {"puts a face into the pictures before", puts_a_face_into_the_pictures_before},
        {"finds all in rare pictures", finds_all_in_rare_pictures},
        {"finds tilted faces in time", finds_tilted_faces_in_time},
        {"reads a tilted face as an upright one", reads_a_tilted_face_as_an_upright_one},
        {"takes out what flashed", takes_out_what_flashed},
        {NULL, NULL},
    };
    return run_tests("follow", tests);
}
