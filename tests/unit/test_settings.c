#include "mien/config.h"
#include "runner.h"
#include "settings.h"

/* What a user gets without settings is what a program gets from the library. */
static struct mien_config config; /* ours has its texts */
static struct mien_recogniser_options ours, theirs;

#define SAME(part, field) CU_ASSERT_EQUAL(ours.part.field, theirs.part.field)

static void detection_has_the_library_s_defaults(void)
{
    CU_ASSERT_EQUAL(ours.full_scan, theirs.full_scan);
    CU_ASSERT_EQUAL(ours.still, theirs.still);
    SAME(detector, scale_step);
    SAME(detector, neighbours);
    SAME(detector, engine);
    SAME(detector, smallest);
    SAME(detector, largest);
    SAME(detector, confirm);
    CU_ASSERT_PTR_NULL(ours.detector.cascade);
    CU_ASSERT_PTR_NULL(ours.model);
    CU_ASSERT_PTR_NULL(ours.cpu);
    CU_ASSERT_STRING_EQUAL(ours.precision, "auto"); /* what NULL means */
    CU_ASSERT_PTR_NULL(theirs.precision);
}

static void tracks_have_the_library_s_defaults(void)
{
    SAME(tracks, overlap);
    SAME(tracks, max_age);
    SAME(tracks, min_hits);
    SAME(tracks, smoothing);
    SAME(tracks, speed_smoothing);
    SAME(tracks, slowest_interval);
}

static void smoothing_has_the_library_s_defaults(void)
{
    SAME(smoothing, time_constant);
    SAME(smoothing, hysteresis);
    SAME(smoothing, hysteresis_seconds);
    SAME(smoothing, uncertain_below);
}

int main(void)
{
    mien_config_defaults(&config);
    ours = settings_recogniser(&config);
    theirs = mien_recogniser_defaults();
    const struct test tests[] = {
        {"detection has the library's defaults", detection_has_the_library_s_defaults},
        {"tracks have the library's defaults", tracks_have_the_library_s_defaults},
        {"smoothing has the library's defaults", smoothing_has_the_library_s_defaults},
        {NULL, NULL},
    };
    return run_tests("settings", tests);
}
