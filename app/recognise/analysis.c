#include "analysis.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "mien/mailbox.h"

/* One in the mailbox, one being looked at, one being filled. */
enum { SLOTS = 3 };

struct slot {
    struct mien_picture gray;
    uint64_t number;
    double time;
    int64_t captured_ns;
    atomic_bool busy;
};

struct analysis {
    pthread_mutex_t looking; /* held during a look: guards these two */
    struct recogniser *recogniser;
    struct records *records;
    struct mien_mailbox *mailbox;
    struct slot slots[SLOTS];
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* guards what follows */
    struct analysis_result result;
    int failure; /* 0 or −errno */
    struct mien_error error;
};

static int look(struct analysis *analysis, const struct slot *slot, struct analysis_result *seen,
                struct mien_error *error)
{
    int result =
        recogniser_look(analysis->recogniser, &slot->gray, slot->time, &seen->faces, error);
    if (!result && analysis->records)
        result =
            records_add(analysis->records, NULL, slot->number, slot->time, &seen->faces, error);
    seen->looks++;
    seen->time = slot->time;
    seen->captured_ns = slot->captured_ns;
    return result;
}

static void *run(void *data)
{
    struct analysis *analysis = data;
    struct analysis_result seen = {0};
    struct mien_error error = {""};
    int failure = 0;
    void *item;
    while (!failure && !mien_mailbox_take(analysis->mailbox, &item, -1)) {
        struct slot *slot = item;
        pthread_mutex_lock(&analysis->looking);
        failure = look(analysis, slot, &seen, &error);
        pthread_mutex_unlock(&analysis->looking);
        atomic_store(&slot->busy, false);
        pthread_mutex_lock(&analysis->lock);
        analysis->result = seen;
        analysis->failure = failure;
        analysis->error = error;
        pthread_mutex_unlock(&analysis->lock);
    }
    return NULL;
}

int analysis_start(struct analysis **analysis, struct recogniser *recogniser,
                   struct records *records, struct mien_error *error)
{
    struct analysis *a = calloc(1, sizeof *a);
    if (!a)
        return mien_error_set(error, ENOMEM, "no memory to look at pictures");
    a->recogniser = recogniser;
    a->records = records;
    pthread_mutex_init(&a->looking, NULL);
    pthread_mutex_init(&a->lock, NULL);
    a->mailbox = mien_mailbox_create();
    int result = a->mailbox ? pthread_create(&a->thread, NULL, run, a) : ENOMEM;
    if (result) {
        analysis_stop(&a);
        return mien_error_set(error, result, "no thread to look at pictures: %s", strerror(result));
    }
    a->running = true;
    *analysis = a;
    return 0;
}

void analysis_stop(struct analysis **analysis)
{
    struct analysis *a = *analysis;
    if (!a)
        return;
    if (a->running) {
        mien_mailbox_close(a->mailbox);
        pthread_join(a->thread, NULL);
    }
    mien_mailbox_destroy(&a->mailbox);
    for (int i = 0; i < SLOTS; i++)
        mien_picture_free(&a->slots[i].gray);
    pthread_mutex_destroy(&a->lock);
    pthread_mutex_destroy(&a->looking);
    free(a);
    *analysis = NULL;
}

struct recogniser *analysis_use(struct analysis *analysis, struct recogniser *recogniser)
{
    pthread_mutex_lock(&analysis->looking);
    struct recogniser *old = analysis->recogniser;
    analysis->recogniser = recogniser;
    if (analysis->records)
        records_use(analysis->records, recogniser_model(recogniser));
    pthread_mutex_unlock(&analysis->looking);
    return old;
}

static struct slot *free_slot(struct analysis *analysis)
{
    struct slot *slot = analysis->slots;
    while (atomic_load(&slot->busy))
        slot++; /* one of the three is always free */
    return slot;
}

int analysis_offer(struct analysis *analysis, const struct mien_frame *frame,
                   struct mien_error *error)
{
    pthread_mutex_lock(&analysis->lock);
    int failure = analysis->failure;
    if (failure && error)
        *error = analysis->error;
    pthread_mutex_unlock(&analysis->lock);
    if (failure)
        return failure;
    struct slot *slot = free_slot(analysis);
    int result = mien_picture_copy(&slot->gray, &frame->gray, error);
    if (result)
        return result;
    slot->number = frame->number;
    slot->time = frame->time;
    slot->captured_ns = frame->captured_ns;
    atomic_store(&slot->busy, true);
    struct slot *old = mien_mailbox_put(analysis->mailbox, slot);
    if (old)
        atomic_store(&old->busy, false);
    return 0;
}

bool analysis_latest(struct analysis *analysis, struct analysis_result *result)
{
    pthread_mutex_lock(&analysis->lock);
    bool newer = analysis->result.looks != result->looks;
    if (newer)
        *result = analysis->result;
    pthread_mutex_unlock(&analysis->lock);
    return newer;
}

uint64_t analysis_skipped(struct analysis *analysis)
{
    return mien_mailbox_dropped(analysis->mailbox);
}
