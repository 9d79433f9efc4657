/* What each face of a live picture expresses, as rows for all who want them: a file of JSON Lines,
 * and sinks that hold up nobody. */
#ifndef APP_SINKS_ROWS_H
#define APP_SINKS_ROWS_H

#include <stdint.h>

#include "mien/config.h"
#include "mien/error.h"
#include "mien/recogniser.h"

struct rows;

/* NULL: not wanted. */
struct rows_options {
    const char *jsonl;  /* a file; "-" is standard output */
    const char *socket; /* path of a Unix socket that gives them to whoever connects */
    const char *web;    /* PORT or ADDRESS:PORT of a page and a WebSocket that have them */
    const char *osc;    /* HOST:PORT that gets them as OSC messages, by UDP */
    const struct mien_config *mqtt; /* settings of a broker that gets them */
};

/* *rows becomes NULL where nothing is wanted. Returns 0, or −errno with a message that names the
 * file or sink. */
int rows_open(struct rows **rows, const struct rows_options *options,
              const struct mien_model_info *model, struct mien_error *error);

/* Rows to come are of another model, which has to outlive them. NULL is fine, as below. */
void rows_use(struct rows *rows, const struct mien_model_info *model);

/* The faces of one picture, which was taken at `utc_ns` since 1970. Only the file may fail. */
int rows_add(struct rows *rows, uint64_t number, double time, int64_t utc_ns,
             const struct mien_faces *faces, struct mien_error *error);

/* Ends the sinks, and says how much they dropped. An error means that the last rows of the file are
 * not safe. Sets NULL. */
int rows_close(struct rows **rows, struct mien_error *error);

#endif
