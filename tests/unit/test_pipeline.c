#include "recording/pipeline.h"
#include "runner.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

enum { SLOTS = 3, MANY = 2000 };

struct line {
    int made, made_max, fail_stage, fail_at;
    int slots[SLOTS];
    int looked, finished;
    uint64_t order; /* a hash of what came out, in order */
    atomic_int cancelled;
};

static int make(void *user, int slot, struct mien_error *error)
{
    struct line *line = user;
    if (line->fail_stage == 0 && line->made == line->fail_at)
        return mien_error_set(error, EIO, "the first stage failed");
    if (line->made == line->made_max)
        return 0;
    line->slots[slot] = ++line->made;
    return 1;
}

static int look(void *user, int slot, struct mien_error *error)
{
    struct line *line = user;
    if (line->fail_stage == 1 && line->looked == line->fail_at)
        return mien_error_set(error, EINVAL, "the second stage failed");
    line->looked++;
    line->slots[slot] *= 3;
    return 1;
}

static int finish(void *user, int slot, struct mien_error *error)
{
    struct line *line = user;
    if (line->fail_stage == 2 && line->finished == line->fail_at)
        return mien_error_set(error, ENOSPC, "the third stage failed");
    line->finished++;
    line->order = line->order * 31 + (uint64_t)line->slots[slot];
    return 1;
}

static void cancel(void *user)
{
    ((struct line *)user)->cancelled = 1;
}

static const struct pipeline_stage stages[] = {{make}, {look}, {finish}};

static void passes_all_in_order(void)
{
    struct line line = {.made_max = MANY, .fail_stage = -1};
    uint64_t order = 0;
    CU_ASSERT_EQUAL(pipeline_run(stages, 3, SLOTS, cancel, &line, NULL), 0);
    for (uint64_t i = 1; i <= MANY; i++)
        order = order * 31 + i * 3;
    CU_ASSERT_EQUAL(line.finished, MANY);
    CU_ASSERT_EQUAL(line.order, order);
    CU_ASSERT_EQUAL(line.cancelled, 0);
}

static void ends_with_nothing(void)
{
    struct line line = {.made_max = 0, .fail_stage = -1};
    CU_ASSERT_EQUAL(pipeline_run(stages, 3, SLOTS, cancel, &line, NULL), 0);
    CU_ASSERT_EQUAL(line.finished, 0);
}

static void finishes_what_came_before_a_failure(void)
{
    const int codes[] = {-EIO, -EINVAL, -ENOSPC};
    for (int stage = 0; stage < 3; stage++) {
        struct mien_error error = {""};
        struct line line = {.made_max = MANY, .fail_stage = stage, .fail_at = 100};
        CU_ASSERT_EQUAL(pipeline_run(stages, 3, SLOTS, cancel, &line, &error), codes[stage]);
        CU_ASSERT_EQUAL(line.finished, 100);
        CU_ASSERT_EQUAL(line.cancelled, stage > 0);
        CU_ASSERT(error.text[0] == 't');
        CU_ASSERT(line.made <= 100 + SLOTS);
    }
}

/* A first stage that waits for input until it is cancelled. */
static int wait_for_input(void *user, int slot, struct mien_error *error)
{
    struct line *line = user;
    if (line->made < 2)
        return make(user, slot, error);
    for (int i = 0; i < 5000 && !line->cancelled; i++)
        usleep(1000);
    return 0;
}

static void cancels_a_waiting_stage(void)
{
    const struct pipeline_stage waiting[] = {{wait_for_input}, {look}, {finish}};
    struct line line = {.made_max = MANY, .fail_stage = 2, .fail_at = 1};
    CU_ASSERT_EQUAL(pipeline_run(waiting, 3, SLOTS, cancel, &line, NULL), -ENOSPC);
    CU_ASSERT_EQUAL(line.cancelled, 1);
}

int main(void)
{
    const struct test tests[] = {
        {"passes all in order", passes_all_in_order},
        {"ends with nothing", ends_with_nothing},
        {"finishes what came before a failure", finishes_what_came_before_a_failure},
        {"cancels a waiting stage", cancels_a_waiting_stage},
        {NULL, NULL},
    };
    return run_tests("pipeline", tests);
}
