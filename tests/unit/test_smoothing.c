#include "mien/smoothing.h"
#include "runner.h"

#include <math.h>

static const struct mien_smoothing_options none;

static void begin(struct mien_smoothing *smoothing, float first, double time)
{
    mien_smoothing_begin(smoothing, (float[]){first, 1 - first}, 2, time, &none);
}

static void add(struct mien_smoothing *smoothing, float first, double time, double time_constant)
{
    float p[2] = {first, 1 - first};
    struct mien_smoothing_options options = {
        .time_constant = time_constant, .hysteresis = 0.1, .hysteresis_seconds = 0.4};
    mien_smoothing_add(smoothing, p, 2, time, &options);
}

static void averages_by_its_time_constant(void)
{
    struct mien_smoothing smoothing;
    begin(&smoothing, 1, 3);
    add(&smoothing, 0, 3.25, 0.25);
    CU_ASSERT_DOUBLE_EQUAL(smoothing.probabilities[0], exp(-1), 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(smoothing.probabilities[1], 1 - exp(-1), 1e-6);
    CU_ASSERT_EQUAL(smoothing.label, 1);
}

/* Many small steps and few large ones come to the same. */
static void does_not_depend_on_the_frame_rate(void)
{
    struct mien_smoothing slow, fast;
    begin(&slow, 1, 0);
    begin(&fast, 1, 0);
    for (int i = 1; i <= 5; i++)
        add(&slow, 0, i / 10.0, 0.3);
    for (int i = 1; i <= 60; i++)
        add(&fast, 0, i / 120.0, 0.3);
    CU_ASSERT_DOUBLE_EQUAL(slow.probabilities[0], fast.probabilities[0], 1e-5);
}

static void takes_values_as_they_are_without_smoothing(void)
{
    struct mien_smoothing smoothing;
    begin(&smoothing, 1, 0);
    add(&smoothing, 0.25f, 0.01, 0);
    CU_ASSERT_EQUAL(smoothing.probabilities[0], 0.25f);
    CU_ASSERT_EQUAL(smoothing.label, 1);
}

static void keeps_its_label_among_equals(void)
{
    struct mien_smoothing smoothing;
    begin(&smoothing, 0.52f, 0);
    for (int i = 1; i < 100; i++) {
        add(&smoothing, i % 2 ? 0.47f : 0.53f, i / 30.0, 0);
        CU_ASSERT_EQUAL(smoothing.label, 0);
    }
}

static void changes_its_label_for_a_small_but_lasting_lead(void)
{
    struct mien_smoothing smoothing;
    begin(&smoothing, 0.52f, 0);
    add(&smoothing, 0.47f, 1.0, 0);
    add(&smoothing, 0.47f, 1.35, 0);
    CU_ASSERT_EQUAL(smoothing.label, 0);
    add(&smoothing, 0.47f, 1.45, 0);
    CU_ASSERT_EQUAL(smoothing.label, 1);
}

static void follows_at_once_without_hysteresis(void)
{
    struct mien_smoothing smoothing;
    begin(&smoothing, 0.52f, 0);
    mien_smoothing_add(&smoothing, (float[]){0.49f, 0.51f}, 2, 0.01, &none);
    CU_ASSERT_EQUAL(smoothing.label, 1);
    mien_smoothing_add(&smoothing, (float[]){0.51f, 0.49f}, 2, 0.02, &none);
    CU_ASSERT_EQUAL(smoothing.label, 0);
}

/* Sure only when well above the threshold or above it for a while; unsure at once. */
static void an_uncertain_face_does_not_flicker(void)
{
    struct mien_smoothing smoothing;
    struct mien_smoothing_options options = {
        .hysteresis = 0.1, .hysteresis_seconds = 0.4, .uncertain_below = 0.6};
    mien_smoothing_begin(&smoothing, (float[]){0.61f, 0.39f}, 2, 0, &options);
    CU_ASSERT_FALSE(smoothing.uncertain);
    for (int i = 1; i < 100; i++) {
        float first = i % 2 ? 0.59f : 0.63f;
        mien_smoothing_add(&smoothing, (float[]){first, 1 - first}, 2, i / 30.0, &options);
        CU_ASSERT(smoothing.uncertain);
    }
    mien_smoothing_add(&smoothing, (float[]){0.65f, 0.35f}, 2, 3.5, &options);
    CU_ASSERT(smoothing.uncertain);
    mien_smoothing_add(&smoothing, (float[]){0.65f, 0.35f}, 2, 3.8, &options);
    CU_ASSERT_FALSE(smoothing.uncertain);
    mien_smoothing_add(&smoothing, (float[]){0.59f, 0.41f}, 2, 3.9, &options);
    CU_ASSERT(smoothing.uncertain);
    mien_smoothing_add(&smoothing, (float[]){0.75f, 0.25f}, 2, 4.0, &options);
    CU_ASSERT_FALSE(smoothing.uncertain);
}

int main(void)
{
    const struct test tests[] = {
        {"averages by its time constant", averages_by_its_time_constant},
        {"does not depend on the frame rate", does_not_depend_on_the_frame_rate},
        {"takes values as they are without smoothing", takes_values_as_they_are_without_smoothing},
        {"keeps its label among equals", keeps_its_label_among_equals},
        {"changes its label for a small but lasting lead",
         changes_its_label_for_a_small_but_lasting_lead},
        {"an uncertain face does not flicker", an_uncertain_face_does_not_flicker},
        {"follows at once without hysteresis", follows_at_once_without_hysteresis},
        {NULL, NULL},
    };
    return run_tests("steady", tests);
}
