/* The files that a command takes: as its arguments name them, in folders, and by patterns. */
#ifndef APP_INPUTS_H
#define APP_INPUTS_H

#include <stdbool.h>

#include "mien/error.h"

struct inputs {
    char **paths;
    int count;
};

/* What is taken of a folder: files whose names end in one of these (no dot, any case). */
struct input_kind {
    const char *const *extensions; /* ends with NULL */
    const char *name;              /* "picture", for messages */
};

/* Of a folder its files of that kind are taken, sorted by name, not those in folders below, and of
 * a pattern what a shell would take. All else is taken as it is, whether it can be read or not. To
 * be freed in any case. Returns 0, -ENOENT for a folder or pattern that has nothing, or another
 * −errno. */
int inputs_find(struct inputs *inputs, char *const *names, int count, const struct input_kind *kind,
                struct mien_error *error);
void inputs_free(struct inputs *inputs);

/* Neither a file's name nor an address, but what fits files' names: it has *, ? or [ in it. */
bool is_pattern(const char *name);

/* Any case. */
bool has_extension(const char *name, const char *const *extensions);

#endif
