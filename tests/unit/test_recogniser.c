#include "faces/vision_config.h"
#include "mien/recogniser.h"
#include "portrait.h"
#include "runner.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A model of three numbers: two logits that tell bright faces from dark ones. */
static const char header[] =
    "{\"__metadata__\":{\"format\":\"mien\",\"format_version\":\"1\",\"architecture\":"
    "\"[{\\\"op\\\":\\\"global_average_pool\\\"},{\\\"op\\\":\\\"dense\\\",\\\"name\\\":\\\"d\\\","
    "\\\"units\\\":2},{\\\"op\\\":\\\"softmax\\\"}]\",\"labels\":\"[\\\"bright\\\",\\\"dark\\\"]\","
    "\"input\":\"{\\\"width\\\":8,\\\"height\\\":8,\\\"channels\\\":1,\\\"color\\\":\\\"gray\\\","
    "\\\"divide\\\":255,\\\"mean\\\":0,\\\"std\\\":1}\",\"temperature\":\"1\","
    "\"provenance\":\"{}\"},"
    "\"d.weight\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
    "\"d.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}";

static char model_file[] = "/tmp/mien-test-XXXXXX";

static bool write_model(void)
{
    const float values[4] = {60, 0, -18, 0}; /* bright above 0.3 */
    uint64_t length = sizeof header - 1;
    int descriptor = mkstemp(model_file);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    if (!file)
        return false;
    bool written = fwrite(&length, sizeof length, 1, file) == 1 &&
                   fwrite(header, length, 1, file) == 1 &&
                   fwrite(values, sizeof values, 1, file) == 1;
    return fclose(file) == 0 && written;
}

/* Nothing is smoothed, confirmed or named but what a test asks for. */
static struct mien_recogniser_options plain(void)
{
    struct mien_recogniser_options options = mien_recogniser_defaults();
    options.model = model_file;
    options.smoothing = (struct mien_smoothing_options){0};
    options.detector.confirm = 0;
    return options;
}

static struct mien_recogniser_options plain_still(void)
{
    struct mien_recogniser_options options = plain();
    options.still = 1;
    return options;
}

/* A face is shown at once. */
static struct mien_recogniser_options plain_at_once(void)
{
    struct mien_recogniser_options options = plain();
    options.tracks.min_hits = 1;
    return options;
}

static struct mien_recogniser_options smoothed(double time_constant, double uncertain_below)
{
    struct mien_recogniser_options options = plain();
    options.smoothing.time_constant = time_constant;
    options.smoothing.uncertain_below = uncertain_below;
    return options;
}

static struct mien_recogniser *make(struct mien_recogniser_options options)
{
    struct mien_recogniser *recogniser = NULL;
    struct mien_error error = {""};
    if (mien_recogniser_create(&recogniser, &options, &error) < 0)
        printf("# %s\n", error.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(recogniser);
    return recogniser;
}

/* What was seen in the last pictures of a test, and its memory. */
static struct mien_faces seen_last[8];
static int looks;

static struct mien_faces look(struct mien_recogniser *recogniser, const struct mien_picture *gray,
                              double time)
{
    struct mien_faces *faces = &seen_last[looks++ % 8];
    CU_ASSERT_EQUAL_FATAL(mien_recogniser_run(recogniser, gray, time, faces, NULL), 0);
    return *faces;
}

static void release_looks(void)
{
    for (int i = 0; i < 8; i++)
        mien_faces_free(&seen_last[i]);
}

/* The portrait itself, and one of a third of its light. */
static void load_bright_and_dark(struct mien_picture *bright, struct mien_picture *dark)
{
    portrait_load(&portrait_hopper, bright);
    portrait_load(&portrait_hopper, dark);
    for (int y = 0; y < dark->height; y++)
        for (int x = 0; x < dark->width; x++)
            dark->data[y * dark->stride + x] /= 3;
}

static void sees_what_a_still_face_expresses(void)
{
    struct mien_recogniser *recogniser = make(plain_still());
    struct mien_picture bright, dark;
    load_bright_and_dark(&bright, &dark);
    for (int i = 0; i < 4; i++) {
        struct mien_faces faces = look(recogniser, i % 2 ? &dark : &bright, 0);
        CU_ASSERT_EQUAL_FATAL(faces.count, 1);
        const struct mien_face *face = &faces.list[0];
        CU_ASSERT_EQUAL(face->id, 1);
        CU_ASSERT_STRING_EQUAL(mien_recogniser_model(recogniser)->labels[face->label],
                               i % 2 ? "dark" : "bright");
        CU_ASSERT(face->confidence > 0.9f);
        CU_ASSERT_EQUAL(face->confidence, face->probabilities[face->label]);
        CU_ASSERT_DOUBLE_EQUAL(face->probabilities[0] + face->probabilities[1], 1, 1e-6);
        CU_ASSERT_FALSE(face->uncertain);
    }
    mien_picture_free(&bright);
    mien_picture_free(&dark);
    mien_recogniser_destroy(&recogniser);
    CU_ASSERT_PTR_NULL(recogniser);
}

static void smooths_over_time(void)
{
    struct mien_recogniser *recogniser = make(smoothed(0.25, 0.6));
    struct mien_picture bright, dark;
    load_bright_and_dark(&bright, &dark);
    struct mien_faces first = look(recogniser, &bright, 0.0);
    CU_ASSERT_EQUAL(first.count, 0);
    CU_ASSERT_EQUAL(first.tentative.count, 1); /* but there to be covered */
    struct mien_faces before = look(recogniser, &bright, 0.1);
    CU_ASSERT_EQUAL_FATAL(before.count, 1);
    CU_ASSERT_EQUAL(before.tentative.count, 0);
    CU_ASSERT(abs(first.tentative.boxes[0].x - before.list[0].box.x) < 20);
    CU_ASSERT(abs(first.tentative.boxes[0].width - before.list[0].box.width) < 20);
    CU_ASSERT_FALSE(before.list[0].uncertain);
    struct mien_faces after = look(recogniser, &dark, 0.2);
    CU_ASSERT_EQUAL_FATAL(after.count, 1);
    CU_ASSERT_EQUAL(after.list[0].id, before.list[0].id);
    CU_ASSERT_DOUBLE_EQUAL(after.list[0].probabilities[0], exp(-0.1 / 0.25), 0.02);
    CU_ASSERT_FALSE(after.list[0].uncertain);
    struct mien_faces middle = look(recogniser, &dark, 0.25);
    CU_ASSERT(middle.list[0].uncertain);
    struct mien_faces late = look(recogniser, &dark, 9.0);
    mien_picture_free(&bright);
    mien_picture_free(&dark);
    mien_recogniser_destroy(&recogniser);
    CU_ASSERT_EQUAL(late.count, 0); /* after so long a gap it is somebody new */
}

/* Somebody else in the same place begins anew, whatever the last face expressed. */
static void forgets_who_has_gone(void)
{
    struct mien_recogniser_options options = smoothed(100, 0);
    options.tracks.min_hits = 1;
    struct mien_recogniser *recogniser = make(options);
    struct mien_picture bright, dark;
    load_bright_and_dark(&bright, &dark);
    struct mien_faces first = look(recogniser, &bright, 0);
    struct mien_faces second = look(recogniser, &dark, 10);
    CU_ASSERT_EQUAL_FATAL(first.count, 1);
    CU_ASSERT_EQUAL_FATAL(second.count, 1);
    CU_ASSERT_NOT_EQUAL(first.list[0].id, second.list[0].id);
    CU_ASSERT(second.list[0].probabilities[1] > 0.9f);
    mien_picture_free(&bright);
    mien_picture_free(&dark);
    mien_recogniser_destroy(&recogniser);
}

static void keeps_a_face_over_a_miss(void)
{
    struct mien_recogniser *recogniser = make(plain_at_once());
    struct mien_picture bright, dark;
    load_bright_and_dark(&bright, &dark);
    struct mien_faces seen = look(recogniser, &bright, 0);
    for (int y = 0; y < dark.height; y++)
        memset(dark.data + y * dark.stride, 0, (size_t)dark.width);
    struct mien_faces missed = look(recogniser, &dark, 0.1);
    CU_ASSERT_EQUAL_FATAL(missed.count, 1);
    CU_ASSERT(!memcmp(seen.list[0].probabilities, missed.list[0].probabilities,
                      sizeof seen.list[0].probabilities));
    CU_ASSERT(!memcmp(&seen.list[0].box, &missed.list[0].box, sizeof seen.list[0].box));
    CU_ASSERT(seen.list[0].id == missed.list[0].id && missed.list[0].held);
    mien_picture_free(&bright);
    mien_picture_free(&dark);
    mien_recogniser_destroy(&recogniser);
}

/* A film is cut: the box of the last face must not hang over the next scene. */
static void forgets_the_last_scene(void)
{
    struct mien_recogniser *recogniser = make(plain_at_once());
    struct mien_picture gray;
    portrait_load(&portrait_hopper, &gray);
    struct mien_faces before = look(recogniser, &gray, 0);
    for (int y = 0; y < gray.height; y++)
        for (int x = 0; x < gray.width; x++)
            gray.data[y * gray.stride + x] = (uint8_t)(x < gray.width / 3 ? 200 : 50);
    struct mien_faces after = look(recogniser, &gray, 0.04);
    CU_ASSERT_EQUAL(before.count, 1);
    CU_ASSERT_EQUAL(after.count, 0);
    mien_picture_free(&gray);
    mien_recogniser_destroy(&recogniser);
}

/* All found first, then all read: as far apart as two threads could ever be. */
static void reads_later_what_it_found(void)
{
    enum { PICTURES = 6 };
    const struct mien_recogniser_options options = smoothed(0.25, 0.6);
    struct mien_recogniser *at_once = make(options), *later = make(options);
    struct mien_picture bright, dark;
    struct mien_detections detections[PICTURES] = {0};
    struct mien_faces read = {0};
    load_bright_and_dark(&bright, &dark);
    for (int i = 0; i < PICTURES; i++)
        CU_ASSERT_EQUAL(
            mien_recogniser_detect(later, i % 3 ? &bright : &dark, i / 10.0, &detections[i], NULL),
            0);
    for (int i = 0; i < PICTURES; i++) {
        const struct mien_picture *gray = i % 3 ? &bright : &dark;
        struct mien_faces seen = look(at_once, gray, i / 10.0);
        CU_ASSERT_EQUAL(
            mien_recogniser_classify(later, gray, i / 10.0, &detections[i], &read, NULL), 0);
        mien_detections_free(&detections[i]);
        CU_ASSERT_EQUAL_FATAL(read.count, seen.count);
        CU_ASSERT_EQUAL(seen.count, i > 0);
        CU_ASSERT(seen.count == 0 ||
                  !memcmp(read.list, seen.list, (size_t)seen.count * sizeof *seen.list));
    }
    mien_picture_free(&bright);
    mien_picture_free(&dark);
    mien_faces_free(&read);
    mien_recogniser_destroy(&at_once);
    mien_recogniser_destroy(&later);
}

/* What a thread of its own sees in the portrait, with the network of another. */
struct beside {
    struct mien_recogniser *recogniser;
    const struct mien_picture *gray;
    struct mien_faces faces;
    int failed;
};

static void *read_beside(void *user)
{
    struct beside *beside = user;
    for (int i = 0; i < 5 && !beside->failed; i++)
        beside->failed =
            mien_recogniser_run(beside->recogniser, beside->gray, 0, &beside->faces, NULL);
    return NULL;
}

static void lends_its_network(void)
{
    struct mien_picture gray;
    struct mien_recogniser_options options = plain_still();
    struct mien_recogniser *owner = make(options);
    struct beside beside[2] = {{NULL, &gray}, {NULL, &gray}};
    pthread_t threads[2];
    portrait_load(&portrait_hopper, &gray);
    struct mien_faces own = look(owner, &gray, 0);
    options.model = NULL; /* is not looked at */
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL_FATAL(
            mien_recogniser_create_beside(&beside[i].recogniser, owner, &options, NULL), 0);
        CU_ASSERT_PTR_EQUAL(mien_recogniser_model(beside[i].recogniser),
                            mien_recogniser_model(owner));
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, read_beside, &beside[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        CU_ASSERT_EQUAL(beside[i].failed, 0);
        CU_ASSERT_EQUAL_FATAL(beside[i].faces.count, own.count);
        CU_ASSERT_EQUAL(
            memcmp(beside[i].faces.list, own.list, (size_t)own.count * sizeof *own.list), 0);
        mien_recogniser_destroy(&beside[i].recogniser);
        mien_faces_free(&beside[i].faces);
    }
    look(owner, &gray, 0);
    mien_picture_free(&gray);
    mien_recogniser_destroy(&owner);
}

static void refuses(struct mien_recogniser_options options, int status, const char *word)
{
    struct mien_recogniser *recogniser = NULL;
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(mien_recogniser_create(&recogniser, &options, &error), status);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, word));
    CU_ASSERT_PTR_NULL(recogniser);
}

/* Whether the portrait's face, as it was drawn by eye, is this. */
static bool is_face(const struct mien_box *box)
{
    return mien_box_has_centre(&portrait_collins.inside, box);
}

/* One raw hit is enough for a face here, so that there are false ones. */
static void believes_what_a_second_cascade_sees_too(void)
{
    struct mien_recogniser_options options = plain_still();
    options.detector.neighbours = 1;
    struct mien_recogniser *trusting = make(options);
    options.detector.confirm = 1;
    struct mien_recogniser *wary = make(options);
    struct mien_picture gray;
    portrait_load(&portrait_collins, &gray);
    struct mien_faces all = look(trusting, &gray, 0), confirmed = look(wary, &gray, 0);
    CU_ASSERT(all.count > 1);
    CU_ASSERT_EQUAL(all.tentative.count, 0);
    CU_ASSERT_EQUAL_FATAL(confirmed.count, 1);
    CU_ASSERT(is_face(&confirmed.list[0].box));
    CU_ASSERT_EQUAL_FATAL(confirmed.tentative.count, all.count - 1); /* but covered with blur */
    for (int i = 0; i < confirmed.tentative.count; i++)
        CU_ASSERT(!is_face(&confirmed.tentative.boxes[i]));
    mien_picture_free(&gray);
    mien_recogniser_destroy(&trusting);
    mien_recogniser_destroy(&wary);
}

/* Nobody says that two cascades of one's own would agree. */
static void believes_a_cascade_of_ones_own(void)
{
    struct mien_recogniser_options options = plain_still();
    struct mien_picture gray;
    options.detector.confirm = options.detector.neighbours = 1;
    options.detector.cascade = MIEN_CASCADE_FOLDER "/haarcascade_frontalface_default.xml";
    struct mien_recogniser *recogniser = make(options);
    portrait_load(&portrait_collins, &gray);
    CU_ASSERT(look(recogniser, &gray, 0).count > 1);
    mien_picture_free(&gray);
    mien_recogniser_destroy(&recogniser);
}

static void names_what_is_missing(void)
{
    struct mien_recogniser_options model = plain(), none = plain(), cascade = plain(),
                                   hits = plain();
    model.model = "/no/such/model";
    none.model = NULL;
    cascade.detector.cascade = "/no/cascade";
    hits.tracks.min_hits = -1;
    refuses(model, -ENOENT, "/no/such/model");
    refuses(none, -EINVAL, "model");
    refuses(cascade, -ENOENT, "/no/cascade");
    refuses(hits, -EINVAL, "detection");
}

int main(void)
{
    const struct test tests[] = {
        {"sees what a still face expresses", sees_what_a_still_face_expresses},
        {"smooths over time", smooths_over_time},
        {"forgets who has gone", forgets_who_has_gone},
        {"keeps a face over a miss", keeps_a_face_over_a_miss},
        {"forgets the last scene", forgets_the_last_scene},
        {"reads later what it found", reads_later_what_it_found},
        {"believes what a second cascade sees too", believes_what_a_second_cascade_sees_too},
        {"believes a cascade of one's own", believes_a_cascade_of_ones_own},
        {"lends its network", lends_its_network},
        {"names what is missing", names_what_is_missing},
        {NULL, NULL},
    };
    int status = write_model() ? run_tests("recogniser", tests) : 99;
    release_looks();
    unlink(model_file);
    return status;
}
