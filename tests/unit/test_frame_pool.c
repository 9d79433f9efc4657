#include "base/frame_pool.h"
#include "runner.h"

#include <pthread.h>
#include <stddef.h>

static void frames_run_out_and_come_back(void)
{
    struct mien_frame_pool pool = {.count = 2};
    struct mien_frame *first = mien_frame_pool_take(&pool);
    struct mien_frame *second = mien_frame_pool_take(&pool);
    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    CU_ASSERT_PTR_NOT_EQUAL(first, second);
    CU_ASSERT_PTR_NULL(mien_frame_pool_take(&pool));
    struct mien_frame copy = *second;
    mien_frame_pool_give_back(&pool, &copy);
    mien_frame_pool_give_back(&pool, NULL);
    CU_ASSERT_PTR_EQUAL(mien_frame_pool_take(&pool), second);
    CU_ASSERT_PTR_NULL(mien_frame_pool_take(&pool));
    mien_frame_pool_finish(&pool);
}

static void frames_keep_their_pictures(void)
{
    struct mien_frame_pool pool = {.count = 1};
    struct mien_frame *frame = mien_frame_pool_take(&pool);
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&frame->gray, MIEN_GRAY8, 16, 16, NULL), 0);
    const uint8_t *data = frame->gray.data;
    mien_frame_pool_give_back(&pool, frame);
    CU_ASSERT_PTR_EQUAL(mien_frame_pool_take(&pool)->gray.data, data);
    mien_frame_pool_finish(&pool);
    CU_ASSERT_PTR_NULL(pool.frames[0].gray.data);
}

static struct mien_frame_pool shared = {.count = 3};
static atomic_int owners[3], clashes;

/* With three threads and three frames there is always one, and nobody else has it. */
static void *take_and_give_back(void *unused)
{
    for (int i = 0; i < 20000; i++) {
        struct mien_frame *frame = mien_frame_pool_take(&shared);
        if (!frame || atomic_fetch_add(&owners[frame->slot], 1))
            clashes++;
        if (!frame)
            continue;
        atomic_fetch_sub(&owners[frame->slot], 1);
        mien_frame_pool_give_back(&shared, frame);
    }
    return unused;
}

static void no_frame_has_two_owners(void)
{
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, take_and_give_back, NULL), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_EQUAL(clashes, 0);
}

int main(void)
{
    const struct test tests[] = {
        {"frames run out and come back", frames_run_out_and_come_back},
        {"frames keep their pictures", frames_keep_their_pictures},
        {"no frame has two owners", no_frame_has_two_owners},
        {NULL, NULL},
    };
    return run_tests("frame_pool", tests);
}
