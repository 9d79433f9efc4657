/* Rows to whoever connects to a Unix socket. */
#ifndef APP_SINKS_ROW_SOCKET_H
#define APP_SINKS_ROW_SOCKET_H

#include "mien/error.h"
#include "sink.h"

/* Listens at `path`, which is the user's alone, until the sink ends. Readers that connect get the
 * rows from then on; one that reads too slowly misses some, always whole ones. Returns 0,
 * -EADDRINUSE (somebody listens there, or it is a file), another −errno of the path, or -ENOMEM. */
int row_socket_start(struct sink **sink, const char *path, struct mien_error *error);

/* A line, with its end. A sink that is NULL is fine. */
void row_socket_send(struct sink *sink, const char *row);

#endif
