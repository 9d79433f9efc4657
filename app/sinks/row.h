/* A row as text, as the sinks that pass text on queue it. */
#ifndef APP_SINKS_ROW_H
#define APP_SINKS_ROW_H

#include <stddef.h>

#include "sink.h"

enum { ROW_MAX = 2048 }; /* bytes */

struct row {
    size_t size;
    char text[ROW_MAX]; /* no end */
};

/* Queues `size` bytes; a row that is too long is dropped, and counted. NULL is fine. */
void row_put(struct sink *sink, const char *text, size_t size);

#endif
