/* A few frames that go from thread to thread, each with one at a time: being filled, in a mailbox,
 * or in use. Nobody waits for one. Any thread. */
#ifndef MIEN_FRAME_POOL_H
#define MIEN_FRAME_POOL_H

#include <stdatomic.h>

#include "base/frame.h"

enum { FRAME_POOL_MAX = 5 };

/* Zeros, with the count, are a pool whose frames have no pictures yet. Whoever keeps more beside
 * each frame has a list of it, by the frame's slot. */
struct mien_frame_pool {
    int count; /* frames, at most FRAME_POOL_MAX */
    struct mien_frame frames[FRAME_POOL_MAX];
    atomic_uint taken; /* bit i: frame i is with somebody */
};

/* A frame until it is given back, with the pictures it had before; NULL: there is none left. */
struct mien_frame *mien_frame_pool_take(struct mien_frame_pool *pool);

/* Takes back a frame, or a copy of one. NULL is fine. */
void mien_frame_pool_give_back(struct mien_frame_pool *pool, const struct mien_frame *frame);

/* Frees all pictures, once every thread is done. */
void mien_frame_pool_finish(struct mien_frame_pool *pool);

#endif
