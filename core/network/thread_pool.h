/* Threads that work through the same steps together: each step's pieces are shared out, and the
 * next step begins when all are done.
 *
 * The caller works too and waits for nobody who has not begun: where other programs hold the CPUs,
 * it does all pieces itself. Waiting between steps is spinning, for they last microseconds; between
 * runs the helpers sleep after a short while. */
#ifndef CORE_THREAD_POOL_H
#define CORE_THREAD_POOL_H

#include "mien/error.h"

struct pool;

enum { THREAD_POOL_MAX = 64 };

/* Does one piece of one step. */
typedef void thread_pool_work(void *data, int step, int piece);

/* Starts threads-1 helpers. Returns 0, -ENOMEM or -EAGAIN (no more threads). */
int thread_pool_create(struct pool **pool, int threads, int steps, thread_pool_work *function,
                       void *data, struct mien_error *error);
void thread_pool_destroy(struct pool **pool);

/* Works through all steps, each of which has so many pieces; one call at a time. */
void thread_pool_run(struct pool *pool, const int *pieces);

#endif
