/* Threads that work through the same steps together: each step's pieces are shared out, and the
 * next step begins when all are done.
 *
 * The caller works too and waits for nobody who has not begun: where other programs hold the CPUs,
 * it does all pieces itself. Waiting between steps is spinning, for they last microseconds; between
 * runs the helpers sleep after a short while. */
#ifndef CORE_CREW_H
#define CORE_CREW_H

#include "mien/error.h"

struct crew;

enum { CREW_THREADS_MAX = 64 };

/* Does one piece of one step. */
typedef void crew_function(void *data, int step, int piece);

/* Starts threads-1 helpers. Returns 0, -ENOMEM or -EAGAIN (no more threads). */
int crew_create(struct crew **crew, int threads, int steps, crew_function *function, void *data,
                struct mien_error *error);
void crew_destroy(struct crew **crew);

/* Works through all steps, each of which has so many pieces; one call at a time. */
void crew_run(struct crew *crew, const int *pieces);

#endif
