#include "sink.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { ITEMS = 64 }; /* some seconds of one face, or a moment of a crowd */

/* Two own it: whoever started it, and its thread. The last one to leave frees it. */
struct sink {
    const struct sink_kind *kind;
    void *state;
    unsigned char *items; /* a ring */
    int filled, ended;    /* eventfds: there is something to take; the thread is done */
    pthread_mutex_t lock; /* guards what follows */
    unsigned first, count;
    uint64_t dropped;
    bool ending;
    int owners;
};

static void free_sink(struct sink *sink)
{
    if (sink->state)
        sink->kind->free(sink->state);
    if (sink->filled >= 0)
        close(sink->filled);
    if (sink->ended >= 0)
        close(sink->ended);
    pthread_mutex_destroy(&sink->lock);
    free(sink->items);
    free(sink);
}

static void leave(struct sink *sink)
{
    pthread_mutex_lock(&sink->lock);
    bool last = --sink->owners == 0;
    pthread_mutex_unlock(&sink->lock);
    if (last)
        free_sink(sink);
}

static void *run(void *data)
{
    struct sink *sink = data;
    sink->kind->run(sink, sink->state);
    sink->kind->free(sink->state); /* its file or port is free before anybody hears of the end */
    sink->state = NULL;
    eventfd_write(sink->ended, 1);
    leave(sink);
    return NULL;
}

static int start_thread(struct sink *sink)
{
    pthread_t thread;
    sink->owners = 2;
    int result = pthread_create(&thread, NULL, run, sink);
    if (!result)
        pthread_detach(thread);
    return result;
}

int sink_start(struct sink **sink, const struct sink_kind *kind, void *state,
               struct mien_error *error)
{
    struct sink *s = calloc(1, sizeof *s);
    if (!s) {
        kind->free(state);
        return mien_error_set(error, ENOMEM, "%s: no memory", kind->name);
    }
    *s = (struct sink){.kind = kind, .state = state};
    pthread_mutex_init(&s->lock, NULL);
    s->items = malloc(ITEMS * kind->item_size);
    s->filled = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->ended = eventfd(0, EFD_CLOEXEC);
    int result = !s->items || s->filled < 0 || s->ended < 0 ? ENOMEM : start_thread(s);
    if (result) {
        mien_error_set(error, result, "%s: %s", kind->name, strerror(result));
        free_sink(s);
        return -result;
    }
    *sink = s;
    return 0;
}

/* ---- the queue ---- */

static void *place(struct sink *sink, unsigned i)
{
    return sink->items + (sink->first + i) % ITEMS * sink->kind->item_size;
}

static void take_first(struct sink *sink)
{
    sink->first = (sink->first + 1) % ITEMS;
    sink->count--;
}

void sink_put(struct sink *sink, const void *item)
{
    if (!sink)
        return;
    pthread_mutex_lock(&sink->lock);
    if (sink->count == ITEMS) {
        take_first(sink);
        sink->dropped++;
    }
    memcpy(place(sink, sink->count++), item, sink->kind->item_size);
    pthread_mutex_unlock(&sink->lock);
    eventfd_write(sink->filled, 1);
}

static int take_now(struct sink *sink, void *item)
{
    int result = 0;
    eventfd_t ignored;
    pthread_mutex_lock(&sink->lock);
    if (sink->count) {
        memcpy(item, place(sink, 0), sink->kind->item_size);
        take_first(sink);
    } else {
        result = sink->ending ? -ECANCELED : -ETIMEDOUT;
    }
    if (!sink->count && !sink->ending)
        eventfd_read(sink->filled, &ignored);
    pthread_mutex_unlock(&sink->lock);
    return result;
}

int sink_take(struct sink *sink, void *item, int timeout_ms)
{
    struct pollfd filled = {.fd = sink->filled, .events = POLLIN};
    poll(&filled, 1, timeout_ms);
    return take_now(sink, item);
}

/* ---- the end ---- */

void sink_end(struct sink *sink)
{
    if (!sink)
        return;
    pthread_mutex_lock(&sink->lock);
    sink->ending = true;
    pthread_mutex_unlock(&sink->lock);
    eventfd_write(sink->filled, 1);
}

void sink_stop(struct sink **sink, int patience_ms)
{
    struct sink *old = *sink;
    if (!old)
        return;
    sink_end(old);
    struct pollfd ended = {.fd = old->ended, .events = POLLIN};
    poll(&ended, 1, patience_ms);
    leave(old);
    *sink = NULL;
}

/* ---- small things ---- */

const char *sink_name(const struct sink *sink)
{
    return sink->kind->name;
}

int sink_fd(const struct sink *sink)
{
    return sink->filled;
}

bool sink_ending(struct sink *sink)
{
    pthread_mutex_lock(&sink->lock);
    bool ending = sink->ending;
    pthread_mutex_unlock(&sink->lock);
    return ending;
}

uint64_t sink_dropped(struct sink *sink)
{
    pthread_mutex_lock(&sink->lock);
    uint64_t dropped = sink->dropped;
    pthread_mutex_unlock(&sink->lock);
    return dropped;
}

void sink_drop(struct sink *sink)
{
    pthread_mutex_lock(&sink->lock);
    sink->dropped++;
    pthread_mutex_unlock(&sink->lock);
}
