/* The two threads of the recogniser, fed with pictures of a portrait. */
#include "command/program.h"
#include "portrait.h"
#include "recognise/analysis.h"
#include "recognise/open.h"
#include "runner.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE = 30000 }; /* looks of a millisecond: far more than any machine needs */

static struct mien_frame frame;

static struct mien_recogniser *make(void)
{
    struct mien_recogniser *recogniser = NULL;
    struct mien_recogniser_options options = mien_recogniser_defaults();
    options.model = getenv("MIEN_MODEL");
    options.smoothing = (struct mien_smoothing_options){.time_constant = 0.25, .hysteresis = 0.1};
    CU_ASSERT_EQUAL_FATAL(recogniser_open(&recogniser, &options, NULL), 0);
    return recogniser;
}

static struct analysis *start(struct mien_recogniser *recogniser, struct rows *rows)
{
    struct analysis *analysis = NULL;
    frame = (struct mien_frame){0};
    portrait_load(&portrait_hopper, &frame.gray);
    CU_ASSERT_EQUAL_FATAL(analysis_start(&analysis, recogniser, rows, NULL), 0);
    return analysis;
}

/* Offers the next picture, of a millisecond later: a slow machine looks at few of many. */
static int offer(struct analysis *analysis)
{
    frame.number++;
    frame.time = (double)frame.number / 1000;
    frame.captured_ns = (int64_t)frame.number;
    return analysis_offer(analysis, &frame, NULL);
}

static void wait_for_face(struct analysis *analysis, struct analysis_result *result)
{
    result->faces.count = 0;
    for (int i = 0; i < PATIENCE && result->faces.count == 0; i++) {
        CU_ASSERT_EQUAL(offer(analysis), 0);
        usleep(1000);
        analysis_latest(analysis, result);
    }
}

static void check_face(const struct analysis_result *result)
{
    CU_ASSERT_EQUAL_FATAL(result->faces.count, 1);
    const struct mien_face *face = &result->faces.list[0];
    float sum = 0;
    for (int i = 0; i < 7; i++)
        sum += face->probabilities[i];
    CU_ASSERT(fabsf(sum - 1) < 1e-3f);
    CU_ASSERT_EQUAL(face->confidence, face->probabilities[face->label]);
    CU_ASSERT(face->box.x >= portrait_hopper.outside.x && face->box.y >= portrait_hopper.outside.y);
    CU_ASSERT(result->analysed >= 2);
    CU_ASSERT(result->classified >= 1);
    CU_ASSERT(result->captured_ns > 0);
}

static void faces_come_with_place_and_emotion(void)
{
    struct mien_recogniser *recogniser = make();
    struct analysis *analysis = start(recogniser, NULL);
    struct analysis_result result = {0};
    wait_for_face(analysis, &result);
    check_face(&result);
    analysis_stop(&analysis);
    CU_ASSERT_PTR_NULL(analysis);
    mien_recogniser_destroy(&recogniser);
    mien_faces_free(&result.faces);
    mien_picture_free(&frame.gray);
}

/* What is found is there to be covered: from the first look on, before it has persisted and before
 * it has been read. */
static void a_face_is_known_from_the_first_look_on(void)
{
    struct mien_recogniser *recogniser = make();
    struct analysis *analysis = start(recogniser, NULL);
    struct analysis_result result = {0};
    for (uint64_t analysed = 1; analysed < 20; analysed++) {
        CU_ASSERT_EQUAL(offer(analysis), 0);
        for (int i = 0; i < PATIENCE && result.analysed < analysed; i++) {
            usleep(1000);
            analysis_latest(analysis, &result);
        }
        CU_ASSERT_EQUAL_FATAL(result.analysed, analysed);
        CU_ASSERT(result.faces.count + result.faces.tentative.count >= 1);
        CU_ASSERT(analysed > 1 || result.faces.tentative.count == 1);
    }
    wait_for_face(analysis, &result);
    CU_ASSERT_EQUAL(result.faces.count, 1);
    analysis_stop(&analysis);
    mien_recogniser_destroy(&recogniser);
    mien_faces_free(&result.faces);
    mien_picture_free(&frame.gray);
}

/* No picture gets lost uncounted between the stages. */
static void every_picture_is_accounted_for(void)
{
    enum { PICTURES = 200 };
    struct mien_recogniser *recogniser = make();
    struct analysis *analysis = start(recogniser, NULL);
    struct analysis_result result = {0};
    for (int i = 0; i < PICTURES; i++)
        CU_ASSERT_EQUAL(offer(analysis), 0);
    for (int i = 0; i < PATIENCE; i++) {
        analysis_latest(analysis, &result);
        if (result.analysed + analysis_skipped(analysis) == PICTURES &&
            result.classified + analysis_unclassified(analysis) == result.analysed)
            break;
        usleep(1000);
    }
    CU_ASSERT_EQUAL(result.analysed + analysis_skipped(analysis), PICTURES);
    CU_ASSERT_EQUAL(result.classified + analysis_unclassified(analysis), result.analysed);
    CU_ASSERT(analysis_skipped(analysis) > 0);     /* nobody looks that fast */
    CU_ASSERT_EQUAL(result.captured_ns, PICTURES); /* the last one is never skipped */
    analysis_stop(&analysis);
    mien_recogniser_destroy(&recogniser);
    mien_faces_free(&result.faces);
    mien_picture_free(&frame.gray);
}

static void another_recogniser_takes_over(void)
{
    struct mien_recogniser *first = make(), *second = make();
    struct analysis *analysis = start(first, NULL);
    struct analysis_result result = {0};
    wait_for_face(analysis, &result);
    CU_ASSERT_EQUAL_FATAL(result.faces.count, 1);
    uint32_t id = result.faces.list[0].id;
    CU_ASSERT_PTR_EQUAL(analysis_use(analysis, second), first);
    mien_recogniser_destroy(&first);
    analysis_latest(analysis, &result);
    CU_ASSERT_EQUAL(result.faces.count, 0);
    uint64_t analysed = result.analysed;
    wait_for_face(analysis, &result);
    check_face(&result);
    CU_ASSERT(result.analysed > analysed);
    CU_ASSERT_EQUAL(result.faces.list[0].id, id + 1);
    analysis_stop(&analysis);
    mien_recogniser_destroy(&second);
    mien_faces_free(&result.faces);
    mien_picture_free(&frame.gray);
}

static void a_failing_output_is_told(void)
{
    struct mien_recogniser *recogniser = make();
    struct rows *rows = NULL;
    int result = 0;
    CU_ASSERT_EQUAL_FATAL(rows_open(&rows, &(struct rows_options){.jsonl = "/dev/full"},
                                    mien_recogniser_model(recogniser), NULL),
                          0);
    struct analysis *analysis = start(recogniser, rows);
    for (int i = 0; i < PATIENCE && !result; i++) {
        result = offer(analysis);
        usleep(1000);
    }
    CU_ASSERT_EQUAL(result, -ENOSPC);
    analysis_stop(&analysis);
    rows_close(&rows, NULL);
    mien_recogniser_destroy(&recogniser);
    mien_picture_free(&frame.gray);
}

int main(void)
{
    const struct test tests[] = {
        {"faces come with place and emotion", faces_come_with_place_and_emotion},
        {"a face is known from the first look on", a_face_is_known_from_the_first_look_on},
        {"every picture is accounted for", every_picture_is_accounted_for},
        {"another recogniser takes over", another_recogniser_takes_over},
        {"a failing output is told", a_failing_output_is_told},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("analysis", tests);
}
