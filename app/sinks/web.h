/* Rows to browsers: a page with the live values, and a WebSocket that has the rows. */
#ifndef APP_SINKS_WEB_H
#define APP_SINKS_WEB_H

#include "mien/error.h"
#include "sink.h"

/* Serves at a port of this machine only, "8080", or at an address of it, "0.0.0.0:8080": the page
 * at
 * /, the rows at any path. A page of another site gets no rows from this machine's port. Returns 0,
 * -EINVAL (no such address), -EADDRINUSE, another −errno, or -ENOMEM. */
int web_start(struct sink **sink, const char *address, struct mien_error *error);

/* A row of JSON. A sink that is NULL is fine. */
void web_send(struct sink *sink, const char *row);

#endif
