#include "recording/in_order.h"
#include "runner.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { THINGS = 500, WINDOW = 6 };

/* What is counted of a run. */
struct tally {
    int made[WINDOW]; /* of the things in the window; not atomic: they have one owner at a time */
    atomic_int threads, working, handing, clashes;
    int handed; /* the next in order */
    int left;   /* are wanted */
    int stop;   /* is the last that can be handed over */
};

static bool begin(void *user, int thread)
{
    struct tally *tally = user;
    tally->threads++;
    return thread != 2; /* which lacks something */
}

static bool wanted(void *user)
{
    struct tally *tally = user;
    return tally->left > 0 && tally->left--;
}

/* Things take differently long, and many wait for one before them. */
static void work(void *user, int thread, int number)
{
    struct tally *tally = user;
    tally->clashes += ++tally->working > WINDOW;
    tally->clashes += thread == 2;
    for (int i = 0; i < number % 7 * 20; i++)
        sched_yield();
    tally->made[number % WINDOW] = number;
    tally->working--;
}

static bool hand_over(void *user, int number)
{
    struct tally *tally = user;
    tally->clashes += tally->handing++;
    tally->clashes += tally->handed++ != number;
    tally->clashes += tally->made[number % WINDOW] != number;
    sched_yield();
    tally->handing--;
    return number != tally->stop;
}

static struct tally run(int threads, int wished, int stop)
{
    struct tally tally = {.left = wished, .stop = stop};
    const struct in_order things = {.count = THINGS,
                                    .threads = threads,
                                    .window = WINDOW,
                                    .begin = begin,
                                    .wanted = wanted,
                                    .work = work,
                                    .hand_over = hand_over,
                                    .user = &tally};
    in_order_run(&things);
    CU_ASSERT_EQUAL(tally.clashes, 0);
    CU_ASSERT_EQUAL(tally.working, 0);
    CU_ASSERT_EQUAL(tally.threads, threads - 1);
    return tally;
}

static void hands_over_in_order(void)
{
    for (int threads = 1; threads < 10; threads++) {
        struct tally tally = run(threads, THINGS, -1);
        CU_ASSERT_EQUAL(tally.handed, THINGS);
    }
}

static void finishes_what_it_began(void)
{
    for (int threads = 1; threads < 5; threads++) {
        struct tally tally = run(threads, 42, -1);
        CU_ASSERT_EQUAL(tally.handed, 42);
    }
}

static void ends_where_nothing_can_be_handed_over(void)
{
    for (int threads = 1; threads < 5; threads++) {
        struct tally tally = run(threads, THINGS, 17);
        CU_ASSERT_EQUAL(tally.handed, 18);
        CU_ASSERT(THINGS - tally.left <= 18 + WINDOW); /* taken before that was known */
    }
}

int main(void)
{
    const struct test tests[] = {
        {"hands over in order", hands_over_in_order},
        {"finishes what it began", finishes_what_it_began},
        {"ends where nothing can be handed over", ends_where_nothing_can_be_handed_over},
        {NULL, NULL},
    };
    return run_tests("in_order", tests);
}
