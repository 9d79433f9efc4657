/* How long to wait between tries to open what is gone, a camera say. */
#ifndef CORE_BACKOFF_H
#define CORE_BACKOFF_H

enum { BACKOFF_FIRST_MS = 1000, BACKOFF_LAST_MS = 30000 };

/* The wait after one of `wait_ms` was in vain: twice as long, within the two. */
static inline int backoff_after(int wait_ms)
{
    int next = wait_ms > BACKOFF_LAST_MS / 2 ? BACKOFF_LAST_MS : 2 * wait_ms;
    return next < BACKOFF_FIRST_MS ? BACKOFF_FIRST_MS : next;
}

#endif
