#include "thread_pool.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum { IDLE_SPINS = 20000, STEP_SPINS = 2000 };

/* Pieces that nobody has taken: from `first` to `end`-1. The caller takes the first, a helper the
 * last, so that each works where it worked the step before and finds what it wrote in its own
 * cache. A helper that slept through the end of a run finds another run's number and takes nothing.
 */
struct untaken {
    uint32_t run;
    uint16_t first, end;
};

struct step {
    _Alignas(64) _Atomic struct untaken untaken;
    _Atomic int undone; /* pieces */
};

struct pool {
    int helper_count, step_count;
    thread_pool_work *function;
    void *data;
    struct step *steps;
    _Atomic uint32_t run; /* number of the latest; 0 before the first */
    _Atomic int stop, sleepers;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    pthread_t helpers[THREAD_POOL_MAX];
};

static void pause_briefly(void)
{
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
}

static int take(struct step *step, uint32_t run, int is_helper)
{
    struct untaken untaken = atomic_load_explicit(&step->untaken, memory_order_acquire), rest;
    do {
        if (untaken.run != run || untaken.first == untaken.end)
            return -1;
        rest = untaken;
        if (is_helper)
            rest.end--;
        else
            rest.first++;
    } while (!atomic_compare_exchange_weak(&step->untaken, &untaken, rest));
    return is_helper ? rest.end : untaken.first;
}

/* Returns when the step is done, or the run is over. */
static void wait_for(struct pool *pool, int step, uint32_t run)
{
    int spins = 0;
    while (atomic_load_explicit(&pool->steps[step].undone, memory_order_acquire) &&
           atomic_load_explicit(&pool->run, memory_order_relaxed) == run)
        if (++spins < STEP_SPINS)
            pause_briefly();
        else
            sched_yield();
}

static void work(struct pool *pool, uint32_t run, int is_helper)
{
    for (int step = 0; step < pool->step_count; step++) {
        int piece;
        while ((piece = take(&pool->steps[step], run, is_helper)) >= 0) {
            pool->function(pool->data, step, piece);
            atomic_fetch_sub_explicit(&pool->steps[step].undone, 1, memory_order_release);
        }
        wait_for(pool, step, run);
    }
}

/* Waits for a run other than `seen` and returns its number. */
static uint32_t wait_for_run(struct pool *pool, uint32_t seen)
{
    for (int spins = 0; spins < IDLE_SPINS; spins++) {
        if (atomic_load(&pool->run) != seen || atomic_load(&pool->stop))
            return atomic_load(&pool->run);
        pause_briefly();
    }
    atomic_fetch_add(&pool->sleepers, 1);
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load(&pool->run) == seen && !atomic_load(&pool->stop))
        pthread_cond_wait(&pool->wake, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
    atomic_fetch_sub(&pool->sleepers, 1);
    return atomic_load(&pool->run);
}

static void *help(void *data)
{
    struct pool *pool = data;
    for (uint32_t run = 0; !atomic_load(&pool->stop);) {
        run = wait_for_run(pool, run);
        if (run && !atomic_load(&pool->stop))
            work(pool, run, 1);
    }
    return NULL;
}

static void wake_sleepers(struct pool *pool)
{
    if (!atomic_load(&pool->sleepers))
        return;
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
}

static void run_alone(struct pool *pool, const int *pieces)
{
    for (int step = 0; step < pool->step_count; step++)
        for (int piece = 0; piece < pieces[step]; piece++)
            pool->function(pool->data, step, piece);
}

/* Steps are made ready before the number of the run is published. */
void thread_pool_run(struct pool *pool, const int *pieces)
{
    if (!pool->helper_count) {
        run_alone(pool, pieces);
        return;
    }
    uint32_t run = atomic_load(&pool->run) + 1;
    run += run == 0;
    for (int step = 0; step < pool->step_count; step++) {
        struct step *next = &pool->steps[step];
        struct untaken all = {run, 0, (uint16_t)pieces[step]};
        atomic_store_explicit(&next->undone, pieces[step], memory_order_relaxed);
        atomic_store_explicit(&next->untaken, all, memory_order_release);
    }
    atomic_store(&pool->run, run);
    wake_sleepers(pool);
    work(pool, run, 0);
}

int thread_pool_create(struct pool **pool, int threads, int steps, thread_pool_work *function,
                       void *data, struct mien_error *error)
{
    struct pool *made = calloc(1, sizeof *made);
    if (made)
        made->steps = aligned_alloc(_Alignof(struct step), (size_t)steps * sizeof *made->steps);
    if (!made || !made->steps) {
        free(made);
        return mien_error_set(error, ENOMEM, "no memory to run the network");
    }
    for (int i = 0; i < steps; i++) {
        atomic_init(&made->steps[i].untaken, (struct untaken){0});
        atomic_init(&made->steps[i].undone, 0);
    }
    made->step_count = steps;
    made->function = function;
    made->data = data;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->wake, NULL);
    *pool = made;
    for (; made->helper_count < threads - 1; made->helper_count++) {
        int code = pthread_create(&made->helpers[made->helper_count], NULL, help, made);
        if (code) {
            thread_pool_destroy(pool);
            return mien_error_set(error, code, "cannot start %d threads", threads);
        }
    }
    return 0;
}

void thread_pool_destroy(struct pool **pool)
{
    struct pool *old = *pool;
    if (!old)
        return;
    atomic_store(&old->stop, 1);
    wake_sleepers(old);
    for (int i = 0; i < old->helper_count; i++)
        pthread_join(old->helpers[i], NULL);
    pthread_mutex_destroy(&old->mutex);
    pthread_cond_destroy(&old->wake);
    free(old->steps);
    free(old);
    *pool = NULL;
}
