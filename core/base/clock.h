/* The monotonic clock, for every interval that is measured or waited for. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

static inline int64_t clock_read(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t clock_ns(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

static inline double clock_seconds(void)
{
    return (double)clock_ns() / 1e9;
}

/* For pthread_cond_timedwait, with a condition of clock_condition_init. */
static inline struct timespec clock_deadline(int timeout_ms)
{
    int64_t until = clock_ns() + (int64_t)timeout_ms * 1000000;
    return (struct timespec){.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
}

/* A condition whose waits go by this clock. */
static inline void clock_condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

#endif
