/* Connections that get whole messages and hold up nobody: what one does not take in time, it
 * misses. */
#ifndef APP_SINKS_READERS_H
#define APP_SINKS_READERS_H

#include <stdbool.h>
#include <stddef.h>

#include "row.h"

enum { READERS_MAX = 16 };

struct reader {
    int fd;          /* below 0: a free place */
    size_t from, to; /* what is left of a message that went out in part */
    char rest[ROW_MAX];
};

struct readers {
    struct reader list[READERS_MAX];
};

void readers_init(struct readers *readers);
void readers_close(struct readers *readers);

/* Takes in who waits at `listener`; one too many is turned away. */
void readers_welcome(struct readers *readers, int listener);

/* Sends a message of up to ROW_MAX bytes, or what there is room for, and keeps the rest. False:
 * the one before has not gone out yet, and this one is not sent. One that has left is parted with.
 */
bool reader_send(struct reader *reader, const void *message, size_t size);

#endif
