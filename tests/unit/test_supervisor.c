/* When the watchdog is fed: never while a stage stands still. */
#include "kiosk/supervisor.h"
#include "runner.h"

static bool due(struct supervisor *supervisor, double now, bool away, uint64_t captured,
                uint64_t analysed, uint64_t shown)
{
    struct stages stages = {away, 6, captured, analysed, shown};
    return supervisor_due(supervisor, &stages, now);
}

static void every_interval_while_all_advance(void)
{
    struct supervisor supervisor = {.interval = 10, .next = 10};
    CU_ASSERT_FALSE(due(&supervisor, 9.9, false, 5, 5, 5));
    CU_ASSERT_TRUE(due(&supervisor, 10, false, 6, 6, 6));
    CU_ASSERT_FALSE(due(&supervisor, 19, false, 7, 7, 7));
    CU_ASSERT_TRUE(due(&supervisor, 21, false, 7, 7, 7));
}

static void a_stage_that_stands_still_holds_it_back(void)
{
    for (int stage = 0; stage < 3; stage++) {
        struct supervisor supervisor = {.interval = 1, .next = 1, .last = {false, 5, 5, 5, 5}};
        uint64_t still[3] = {9, 9, 9};
        still[stage] = 5;
        CU_ASSERT_FALSE(due(&supervisor, 2, false, still[0], still[1], still[2]));
        CU_ASSERT_FALSE(due(&supervisor, 200, false, still[0], still[1], still[2]));
        CU_ASSERT_TRUE(due(&supervisor, 201, false, 9, 9, 9));
    }
}

static void a_camera_that_is_away_is_no_fault_but_a_screen_is(void)
{
    struct supervisor supervisor = {.interval = 1, .next = 1, .last = {false, 5, 5, 5, 5}};
    CU_ASSERT_FALSE(due(&supervisor, 2, true, 5, 5, 5));
    CU_ASSERT_TRUE(due(&supervisor, 2, true, 5, 5, 6));
}

static void nor_may_whoever_looks_after_it_hang(void)
{
    struct supervisor supervisor = {.interval = 1, .next = 1, .last = {true, 6, 5, 5, 5}};
    CU_ASSERT_FALSE(due(&supervisor, 2, true, 5, 5, 6));
    supervisor.last.turns = 9; /* of another camera */
    CU_ASSERT_TRUE(due(&supervisor, 3, true, 5, 5, 6));
}

static void nobody_asked_nobody_told(void)
{
    struct supervisor supervisor = {0};
    CU_ASSERT_FALSE(due(&supervisor, 100, false, 9, 9, 9));
}

int main(void)
{
    const struct test tests[] = {
        {"every interval while all advance", every_interval_while_all_advance},
        {"a stage that stands still holds it back", a_stage_that_stands_still_holds_it_back},
        {"a camera that is away is no fault, but a screen is",
         a_camera_that_is_away_is_no_fault_but_a_screen_is},
        {"nor may whoever looks after it hang", nor_may_whoever_looks_after_it_hang},
        {"nobody asked, nobody told", nobody_asked_nobody_told},
        {NULL, NULL},
    };
    return run_tests("supervisor", tests);
}
