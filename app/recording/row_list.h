/* The tables of a recording, JSON Lines and CSV: written frame by frame, or, where faces that are
 * shown too shortly are left out, as soon as it is known which those are. */
#ifndef APP_ROW_LIST_H
#define APP_ROW_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/records.h"
#include "data/timeline.h"

enum { ROWS_TABLES = 3 };

struct row {
    uint64_t frame;
    double time;
    const char *file; /* of the frame; NULL: it has none of its own. Owned. */
    struct mien_faces faces;
};

struct row_list {
    struct records *tables[ROWS_TABLES]; /* NULL: not wanted */
    const struct timeline *timeline; /* knows how long faces are shown; fed before row_list_add */
    double patience; /* seconds after which a face that is gone will not come back */
    struct row *held;
    size_t first, count, room; /* of those held */
};

/* Takes a frame. `file` may be NULL. Returns 0 or −errno. */
int row_list_add(struct row_list *rows, uint64_t frame, double time, const char *file,
                 const struct mien_faces *faces, struct mien_error *error);

/* There are no more: writes what was held and closes the tables. Returns 0 or the first −errno. */
int row_list_close(struct row_list *rows, struct mien_error *error);

/* The same where the work did not begin: writes nothing more. */
void row_list_abandon(struct row_list *rows);

#endif
