#include "mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"

struct mien_mailbox {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    void *item;
    uint64_t dropped;
    int readers; /* threads inside mien_mailbox_take */
    bool closed;
};

struct mien_mailbox *mien_mailbox_create(void)
{
    struct mien_mailbox *mailbox = calloc(1, sizeof *mailbox);
    if (!mailbox)
        return NULL;
    clock_condition_init(&mailbox->changed);
    pthread_mutex_init(&mailbox->mutex, NULL);
    return mailbox;
}

void mien_mailbox_destroy(struct mien_mailbox **mailbox)
{
    if (!*mailbox)
        return;
    struct mien_mailbox *old = *mailbox;
    mien_mailbox_close(old);
    pthread_mutex_lock(&old->mutex);
    while (old->readers > 0)
        pthread_cond_wait(&old->changed, &old->mutex);
    pthread_mutex_unlock(&old->mutex);
    pthread_cond_destroy(&old->changed);
    pthread_mutex_destroy(&old->mutex);
    free(old);
    *mailbox = NULL;
}

void *mien_mailbox_put(struct mien_mailbox *mailbox, void *item)
{
    pthread_mutex_lock(&mailbox->mutex);
    void *back = item;
    if (!mailbox->closed) {
        back = mailbox->item;
        mailbox->item = item;
        mailbox->dropped += back != NULL;
        pthread_cond_broadcast(&mailbox->changed);
    }
    pthread_mutex_unlock(&mailbox->mutex);
    return back;
}

/* Waits, with the mutex held, until there is an item, the end, or the deadline. */
static void wait_for_item(struct mien_mailbox *mailbox, int timeout_ms)
{
    struct timespec deadline = clock_deadline(timeout_ms < 0 ? 0 : timeout_ms);
    int result = 0;
    while (!mailbox->item && !mailbox->closed && result != ETIMEDOUT)
        result = timeout_ms < 0
                     ? pthread_cond_wait(&mailbox->changed, &mailbox->mutex)
                     : pthread_cond_timedwait(&mailbox->changed, &mailbox->mutex, &deadline);
}

int mien_mailbox_take(struct mien_mailbox *mailbox, void **item, int timeout_ms)
{
    int result = 0;
    pthread_mutex_lock(&mailbox->mutex);
    mailbox->readers++;
    wait_for_item(mailbox, timeout_ms);
    if (mailbox->closed) {
        result = -ECANCELED;
    } else if (!mailbox->item) {
        result = -ETIMEDOUT;
    } else {
        *item = mailbox->item;
        mailbox->item = NULL;
    }
    mailbox->readers--;
    if (mailbox->closed)
        pthread_cond_broadcast(&mailbox->changed); /* for mien_mailbox_destroy */
    pthread_mutex_unlock(&mailbox->mutex);
    return result;
}

void *mien_mailbox_poll(struct mien_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->mutex);
    void *item = mailbox->item;
    mailbox->item = NULL;
    pthread_mutex_unlock(&mailbox->mutex);
    return item;
}

void mien_mailbox_close(struct mien_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->mutex);
    mailbox->closed = true;
    pthread_cond_broadcast(&mailbox->changed);
    pthread_mutex_unlock(&mailbox->mutex);
}

uint64_t mien_mailbox_dropped(struct mien_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->mutex);
    uint64_t dropped = mailbox->dropped;
    pthread_mutex_unlock(&mailbox->mutex);
    return dropped;
}
