#include "pipeline.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct pipeline {
    const struct pipeline_stage *stages;
    int stage_count, slot_count;
    void (*cancel)(void *user);
    void *user;

    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int64_t done[PIPELINE_STAGES_MAX]; /* slots that each stage has passed on */
    bool ended[PIPELINE_STAGES_MAX];
    int failure;
    struct mien_error error; /* of the first failure */
};

struct runner {
    struct pipeline *pipeline;
    int stage;
};

static bool later_one_ended(const struct pipeline *pipeline, int stage)
{
    for (int i = stage + 1; i < pipeline->stage_count; i++)
        if (pipeline->ended[i])
            return true;
    return false;
}

static bool has_slot(const struct pipeline *pipeline, int stage)
{
    if (stage > 0) {
        int lag = pipeline->ended[stage - 1] ? 0 : pipeline->stages[stage].lag;
        return pipeline->done[stage] + lag < pipeline->done[stage - 1];
    }
    return pipeline->done[0] - pipeline->done[pipeline->stage_count - 1] < pipeline->slot_count;
}

static bool has_ended(const struct pipeline *pipeline, int stage)
{
    if (later_one_ended(pipeline, stage))
        return true;
    return stage > 0 && pipeline->ended[stage - 1] && !has_slot(pipeline, stage);
}

/* Waits for a slot; false when there will be none. */
static bool take_slot(struct pipeline *pipeline, int stage, int *slot)
{
    pthread_mutex_lock(&pipeline->mutex);
    while (!has_ended(pipeline, stage) && !has_slot(pipeline, stage))
        pthread_cond_wait(&pipeline->changed, &pipeline->mutex);
    bool taken = !has_ended(pipeline, stage);
    *slot = (int)(pipeline->done[stage] % pipeline->slot_count);
    pthread_mutex_unlock(&pipeline->mutex);
    return taken;
}

static void pass_slot(struct pipeline *pipeline, int stage)
{
    pthread_mutex_lock(&pipeline->mutex);
    pipeline->done[stage]++;
    pthread_cond_broadcast(&pipeline->changed);
    pthread_mutex_unlock(&pipeline->mutex);
}

static void end_stage(struct pipeline *pipeline, int stage, int result,
                      const struct mien_error *error)
{
    pthread_mutex_lock(&pipeline->mutex);
    pipeline->ended[stage] = true;
    if (result < 0 && !pipeline->failure) {
        pipeline->failure = result;
        pipeline->error = *error;
    }
    pthread_cond_broadcast(&pipeline->changed);
    pthread_mutex_unlock(&pipeline->mutex);
    if (result < 0 && stage > 0)
        pipeline->cancel(pipeline->user);
}

static void *run_stage(void *argument)
{
    const struct runner *runner = argument;
    struct pipeline *pipeline = runner->pipeline;
    struct mien_error error = {""};
    int slot, result = 0;
    while (take_slot(pipeline, runner->stage, &slot)) {
        result = pipeline->stages[runner->stage].work(pipeline->user, slot, &error);
        if (result <= 0)
            break;
        pass_slot(pipeline, runner->stage);
    }
    end_stage(pipeline, runner->stage, result, &error);
    return NULL;
}

/* A stage without a thread has ended before it began, which ends the others. */
static int run_stages(struct pipeline *pipeline)
{
    pthread_t threads[PIPELINE_STAGES_MAX];
    struct runner runners[PIPELINE_STAGES_MAX];
    int started = 0, last = pipeline->stage_count - 1, result = 0;
    for (int i = 0; i < pipeline->stage_count; i++)
        runners[i] = (struct runner){pipeline, i};
    while (started < last && result == 0) {
        result = pthread_create(&threads[started], NULL, run_stage, &runners[started]);
        started += result == 0;
    }
    if (result == 0)
        run_stage(&runners[last]);
    else
        end_stage(pipeline, last, mien_error_set(&pipeline->error, result, "no thread to work on"),
                  &pipeline->error);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return pipeline->failure;
}

int pipeline_run(const struct pipeline_stage *stages, int stage_count, int slot_count,
                 void (*cancel)(void *user), void *user, struct mien_error *error)
{
    struct pipeline pipeline = {.stages = stages,
                                .stage_count = stage_count,
                                .slot_count = slot_count,
                                .cancel = cancel,
                                .user = user};
    pthread_mutex_init(&pipeline.mutex, NULL);
    pthread_cond_init(&pipeline.changed, NULL);
    int result = run_stages(&pipeline);
    pthread_cond_destroy(&pipeline.changed);
    pthread_mutex_destroy(&pipeline.mutex);
    if (result < 0 && error)
        *error = pipeline.error;
    return result;
}
