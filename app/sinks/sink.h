/* Where data goes while pictures come: each sink has a bounded queue and a thread of its own, so
 * that a slow or dead reader holds up nobody. What does not fit is dropped, the oldest first, and
 * counted. */
#ifndef APP_SINKS_SINK_H
#define APP_SINKS_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mien/error.h"

struct sink;

/* What a sink does with what it gets; `state` is its own. */
struct sink_kind {
    const char *name; /* for messages and statistics: "osc" */
    size_t item_size;
    /* On the sink's thread: takes items until sink_take returns -ECANCELED, then brings what it
     * has begun to an end. */
    void (*run)(struct sink *sink, void *state);
    void (*free)(void *state); /* after run */
};

/* Starts the thread; `state` belongs to the sink from now on, also on failure. Returns 0, -ENOMEM
 * or -EAGAIN. */
int sink_start(struct sink **sink, const struct sink_kind *kind, void *state,
               struct mien_error *error);

/* Copies an item into the queue; never waits. NULL is fine. Any thread. */
void sink_put(struct sink *sink, const void *item);

/* Asks the thread to end, once what is in the queue has gone out; does not wait. NULL is fine. */
void sink_end(struct sink *sink);

/* Ends it: what is in the queue still goes out. Waits for that up to `patience_ms`; after it, or
 * with 0, the thread frees everything by itself as soon as whoever holds it up lets it. Sets NULL;
 * NULL is fine. */
void sink_stop(struct sink **sink, int patience_ms);

const char *sink_name(const struct sink *sink);

/* Items that were dropped so far. Any thread. */
uint64_t sink_dropped(struct sink *sink);

/* ---- for the thread of the sink ---- */

/* Takes the oldest item, waiting up to `timeout_ms` (below 0: without end). Returns 0, -ETIMEDOUT,
 * or -ECANCELED when the sink is to end and the queue is empty. */
int sink_take(struct sink *sink, void *item, int timeout_ms);

/* Readable when sink_take would not wait. */
int sink_fd(const struct sink *sink);

/* The sink is to end. */
bool sink_ending(struct sink *sink);

/* Counts an item that was taken and could not be handed on. */
void sink_drop(struct sink *sink);

#endif
