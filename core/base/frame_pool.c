#include "frame_pool.h"

#include <stddef.h>

static int first_free(unsigned taken, int count)
{
    int slot = 0;
    while (slot < count && taken >> slot & 1)
        slot++;
    return slot;
}

struct mien_frame *mien_frame_pool_take(struct mien_frame_pool *pool)
{
    unsigned taken = atomic_load(&pool->taken);
    int slot;
    do {
        slot = first_free(taken, pool->count);
        if (slot == pool->count)
            return NULL;
    } while (!atomic_compare_exchange_weak(&pool->taken, &taken, taken | 1u << slot));
    pool->frames[slot].slot = slot;
    return &pool->frames[slot];
}

void mien_frame_pool_give_back(struct mien_frame_pool *pool, const struct mien_frame *frame)
{
    if (frame)
        atomic_fetch_and(&pool->taken, ~(1u << frame->slot));
}

void mien_frame_pool_finish(struct mien_frame_pool *pool)
{
    for (int i = 0; i < pool->count; i++) {
        mien_picture_free(&pool->frames[i].color);
        mien_picture_free(&pool->frames[i].gray);
    }
}
