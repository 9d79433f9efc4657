/* A mailbox with one slot between two threads: the newest item wins, the older one is handed back
 * and counted as dropped. So a slow reader never holds up a fast writer. */
#ifndef MIEN_MAILBOX_H
#define MIEN_MAILBOX_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mien_mailbox;

/* Returns NULL when there is no memory. Items are the callers' own: the mailbox never frees one. */
struct mien_mailbox *mien_mailbox_create(void);

/* Closes the mailbox, waits until no reader is inside, frees it, sets NULL. NULL is fine. Empty it
 * first (mien_mailbox_poll) if an item left behind has to be freed. */
void mien_mailbox_destroy(struct mien_mailbox **mailbox);

/* Puts `item` (not NULL) in and wakes a reader; never waits for one. Returns the item that comes
 * back to the writer: the one replaced (counted as dropped), `item` itself when the mailbox is
 * closed, or NULL. */
void *mien_mailbox_put(struct mien_mailbox *mailbox, void *item);

/* Takes the item, waiting at most `timeout_ms` (monotonic clock; below 0: without end).
 * Returns 0, -ETIMEDOUT, or -ECANCELED once closed. *item is untouched on failure. */
int mien_mailbox_take(struct mien_mailbox *mailbox, void **item, int timeout_ms);

/* Takes the item without waiting, also from a closed mailbox; NULL when it is empty. */
void *mien_mailbox_poll(struct mien_mailbox *mailbox);

/* Ends every wait, now and in future. */
void mien_mailbox_close(struct mien_mailbox *mailbox);

/* How many items were replaced before anybody took them. */
uint64_t mien_mailbox_dropped(struct mien_mailbox *mailbox);

#ifdef __cplusplus
}
#endif
#endif
