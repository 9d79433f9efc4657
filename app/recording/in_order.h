/* Several threads work on numbered things; what they made is handed over one at a time, in the
 * order of the numbers. */
#ifndef APP_IN_ORDER_H
#define APP_IN_ORDER_H

#include <stdbool.h>

enum { IN_ORDER_THREADS_MAX = 256, IN_ORDER_WINDOW_MAX = 4096 };

struct in_order {
    int count;   /* of things */
    int threads; /* that work, with the caller's, 1…IN_ORDER_THREADS_MAX */
    int window;  /* things that are at work, or wait for one before them, 1…IN_ORDER_WINDOW_MAX:
                    thing n and thing n + window are never there at once */

    /* Called once by each thread but the caller's, which is thread 0. Returns whether it can work;
     * what it cannot do, the others do. */
    bool (*begin)(void *user, int thread);
    /* Whether another thing is wanted. Called by one thread at a time. */
    bool (*wanted)(void *user);
    /* Works on a thing, beside other threads. */
    void (*work)(void *user, int thread, int number);
    /* Takes what was made of it, by any thread, in order, one at a time. Returns whether to go on:
     * if not, nothing more is worked on or handed over. */
    bool (*hand_over)(void *user, int number);
    void *user;
};

/* Returns when all that was begun has been handed over. */
void in_order_run(const struct in_order *things);

#endif
