#include "base/mailbox.h"
#include "runner.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <time.h>

static void newest_item_wins(void)
{
    struct mien_mailbox *mailbox = mien_mailbox_create();
    int items[3];
    void *got = NULL;
    CU_ASSERT_PTR_NULL(mien_mailbox_put(mailbox, &items[0]));
    CU_ASSERT_PTR_EQUAL(mien_mailbox_put(mailbox, &items[1]), &items[0]);
    CU_ASSERT_PTR_EQUAL(mien_mailbox_put(mailbox, &items[2]), &items[1]);
    CU_ASSERT_EQUAL(mien_mailbox_take(mailbox, &got, 0), 0);
    CU_ASSERT_PTR_EQUAL(got, &items[2]);
    CU_ASSERT_EQUAL(mien_mailbox_dropped(mailbox), 2);
    CU_ASSERT_PTR_NULL(mien_mailbox_poll(mailbox));
    mien_mailbox_destroy(&mailbox);
    CU_ASSERT_PTR_NULL(mailbox);
    mien_mailbox_destroy(&mailbox);
}

static void empty_mailbox_times_out(void)
{
    struct mien_mailbox *mailbox = mien_mailbox_create();
    struct timespec before, after;
    void *got = &before;
    clock_gettime(CLOCK_MONOTONIC, &before);
    CU_ASSERT_EQUAL(mien_mailbox_take(mailbox, &got, 30), -ETIMEDOUT);
    clock_gettime(CLOCK_MONOTONIC, &after);
    CU_ASSERT_PTR_EQUAL(got, &before);
    long waited = (after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec;
    CU_ASSERT(waited >= 30000000L);
    mien_mailbox_destroy(&mailbox);
}

static void closed_mailbox_hands_items_back(void)
{
    struct mien_mailbox *mailbox = mien_mailbox_create();
    int items[2];
    void *got;
    mien_mailbox_put(mailbox, &items[0]);
    mien_mailbox_close(mailbox);
    CU_ASSERT_PTR_EQUAL(mien_mailbox_put(mailbox, &items[1]), &items[1]);
    CU_ASSERT_EQUAL(mien_mailbox_take(mailbox, &got, -1), -ECANCELED);
    CU_ASSERT_PTR_EQUAL(mien_mailbox_poll(mailbox), &items[0]);
    CU_ASSERT_EQUAL(mien_mailbox_dropped(mailbox), 0);
    mien_mailbox_destroy(&mailbox);
}

struct reader {
    struct mien_mailbox *mailbox;
    uint64_t taken;
    int *last;
    int backwards, result;
};

/* Takes until the mailbox is closed; items must come in the order in which they were put. */
static void *read_items(void *argument)
{
    struct reader *reader = argument;
    void *item;
    while (!(reader->result = mien_mailbox_take(reader->mailbox, &item, -1))) {
        reader->taken++;
        reader->backwards += (int *)item <= reader->last;
        reader->last = item;
    }
    return NULL;
}

static void every_item_is_taken_or_dropped(void)
{
    enum { COUNT = 20000 };
    static int items[COUNT];
    struct reader reader = {.mailbox = mien_mailbox_create()};
    pthread_t thread;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, read_items, &reader), 0);
    for (int i = 0; i < COUNT; i++)
        mien_mailbox_put(reader.mailbox, &items[i]);
    mien_mailbox_close(reader.mailbox);
    pthread_join(thread, NULL);
    uint64_t left = mien_mailbox_poll(reader.mailbox) != NULL;
    CU_ASSERT_EQUAL(reader.result, -ECANCELED);
    CU_ASSERT_EQUAL(reader.backwards, 0);
    CU_ASSERT_EQUAL(reader.taken + mien_mailbox_dropped(reader.mailbox) + left, COUNT);
    mien_mailbox_destroy(&reader.mailbox);
}

/* Destroying while a reader sleeps inside must wake it, not pull the memory from under it. */
static void destroy_waits_for_readers(void)
{
    struct mien_mailbox *mailbox = mien_mailbox_create();
    struct reader reader = {.mailbox = mailbox};
    pthread_t thread;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, read_items, &reader), 0);
    int item;
    mien_mailbox_put(mailbox, &item);
    while (mien_mailbox_put(mailbox, &item)) /* until the reader is at work */
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    mien_mailbox_destroy(&mailbox);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(reader.result, -ECANCELED);
}

int main(void)
{
    const struct test tests[] = {
        {"the newest item wins", newest_item_wins},
        {"an empty mailbox times out", empty_mailbox_times_out},
        {"a closed mailbox hands items back", closed_mailbox_hands_items_back},
        {"every item is taken or dropped", every_item_is_taken_or_dropped},
        {"destroy waits for readers", destroy_waits_for_readers},
        {NULL, NULL},
    };
    return run_tests("mailbox", tests);
}
