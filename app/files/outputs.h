/* The files that a command writes: their names in folders, and what must not be overwritten. */
#ifndef APP_OUTPUTS_H
#define APP_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "mien/error.h"

/* A folder there is, or a name that ends in '/'. */
bool is_folder(const char *path);

/* Whether the name ends so (".png"), in whatever case, and is more than that. */
bool ends_in(const char *path, const char *ending);

/* FOLDER/NAME and EXTENSION; NULL: no memory. The caller frees it. */
char *path_in(const char *folder, const char *name, const char *extension);

/* Makes it where it is a folder and missing; nothing for other names. Returns 0 or −errno. */
int make_folder(const char *path, struct mien_error *error);

struct output {
    const char *path; /* "-" is nobody's file */
    const char *by;   /* the input it is made of, or the option that names it */
};

/* Refuses (-EEXIST) two outputs that are one file, however spelled, an output that is an input,
 * and, unless they `may_exist`, files that exist. `hint` says what to do about one of those: "-y
 * overwrites it". */
int outputs_check(const struct output *list, size_t count, char *const *inputs, int input_count,
                  bool may_exist, const char *hint, struct mien_error *error);

#endif
