/* A pipeline of slots that pass through stages, each stage on a thread of its own, always in order:
 * with as many results as without threads, and memory for the slots only. */
#ifndef APP_PIPELINE_H
#define APP_PIPELINE_H

#include "mien/error.h"

enum { PIPELINE_STAGES_MAX = 4 };

struct pipeline_stage {
    /* Works on a slot that nobody else touches. Returns 1 to go on, 0 at the end (the first stage
     * only), −errno to stop. */
    int (*work)(void *user, int slot, struct mien_error *error);
    int lag; /* how many slots the stage before may still touch of those that it passed on */
};

/* Runs until the first stage ends or one fails. What was passed on before that is still worked on
 * by the later stages. The last stage runs on the caller's thread, the others on new ones.
 * `cancel` wakes a first stage that waits for its input when another stage failed.
 * Returns 0, the first stage's failure that occurred, or -EAGAIN when no thread could be made. */
int pipeline_run(const struct pipeline_stage *stages, int stage_count, int slot_count,
                 void (*cancel)(void *user), void *user, struct mien_error *error);

#endif
