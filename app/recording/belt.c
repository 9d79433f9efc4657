#include "belt.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct belt {
    const struct belt_stage *stages;
    int stage_count, slot_count;
    void (*cancel)(void *user);
    void *user;

    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int64_t done[BELT_STAGES_MAX]; /* slots that each stage has passed on */
    bool ended[BELT_STAGES_MAX];
    int failure;
    struct mien_error error; /* of the first failure */
};

struct runner {
    struct belt *belt;
    int stage;
};

static bool later_one_ended(const struct belt *belt, int stage)
{
    for (int i = stage + 1; i < belt->stage_count; i++)
        if (belt->ended[i])
            return true;
    return false;
}

static bool has_slot(const struct belt *belt, int stage)
{
    if (stage > 0)
        return belt->done[stage] < belt->done[stage - 1];
    return belt->done[0] - belt->done[belt->stage_count - 1] < belt->slot_count;
}

static bool has_ended(const struct belt *belt, int stage)
{
    if (later_one_ended(belt, stage))
        return true;
    return stage > 0 && belt->ended[stage - 1] && !has_slot(belt, stage);
}

/* Waits for a slot; false when there will be none. */
static bool take_slot(struct belt *belt, int stage, int *slot)
{
    pthread_mutex_lock(&belt->mutex);
    while (!has_ended(belt, stage) && !has_slot(belt, stage))
        pthread_cond_wait(&belt->changed, &belt->mutex);
    bool taken = !has_ended(belt, stage);
    *slot = (int)(belt->done[stage] % belt->slot_count);
    pthread_mutex_unlock(&belt->mutex);
    return taken;
}

static void pass_slot(struct belt *belt, int stage)
{
    pthread_mutex_lock(&belt->mutex);
    belt->done[stage]++;
    pthread_cond_broadcast(&belt->changed);
    pthread_mutex_unlock(&belt->mutex);
}

static void end_stage(struct belt *belt, int stage, int result, const struct mien_error *error)
{
    pthread_mutex_lock(&belt->mutex);
    belt->ended[stage] = true;
    if (result < 0 && !belt->failure) {
        belt->failure = result;
        belt->error = *error;
    }
    pthread_cond_broadcast(&belt->changed);
    pthread_mutex_unlock(&belt->mutex);
    if (result < 0 && stage > 0)
        belt->cancel(belt->user);
}

static void *run_stage(void *argument)
{
    const struct runner *runner = argument;
    struct belt *belt = runner->belt;
    struct mien_error error = {""};
    int slot, result = 0;
    while (take_slot(belt, runner->stage, &slot)) {
        result = belt->stages[runner->stage].work(belt->user, slot, &error);
        if (result <= 0)
            break;
        pass_slot(belt, runner->stage);
    }
    end_stage(belt, runner->stage, result, &error);
    return NULL;
}

/* A stage without a thread has ended before it began, which ends the others. */
static int run_stages(struct belt *belt)
{
    pthread_t threads[BELT_STAGES_MAX];
    struct runner runners[BELT_STAGES_MAX];
    int started = 0, last = belt->stage_count - 1, result = 0;
    for (int i = 0; i < belt->stage_count; i++)
        runners[i] = (struct runner){belt, i};
    while (started < last && result == 0) {
        result = pthread_create(&threads[started], NULL, run_stage, &runners[started]);
        started += result == 0;
    }
    if (result == 0)
        run_stage(&runners[last]);
    else
        end_stage(belt, last, mien_error_set(&belt->error, result, "no thread to work on"),
                  &belt->error);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return belt->failure;
}

int belt_run(const struct belt_stage *stages, int stage_count, int slot_count,
             void (*cancel)(void *user), void *user, struct mien_error *error)
{
    struct belt belt = {.stages = stages,
                        .stage_count = stage_count,
                        .slot_count = slot_count,
                        .cancel = cancel,
                        .user = user};
    pthread_mutex_init(&belt.mutex, NULL);
    pthread_cond_init(&belt.changed, NULL);
    int result = run_stages(&belt);
    pthread_cond_destroy(&belt.changed);
    pthread_mutex_destroy(&belt.mutex);
    if (result < 0 && error)
        *error = belt.error;
    return result;
}
