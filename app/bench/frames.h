/* The table of stages of `mien bench`. */
#ifndef APP_FRAMES_H
#define APP_FRAMES_H

#include <cjson/cJSON.h>

#include "mien/recogniser.h"

struct frames_options {
    const struct mien_recogniser_options *recogniser;
    const char *picture; /* of a face; NULL: the bundled portrait */
    double seconds;      /* for all rows together, without getting ready */
};

/* Measures pictures of several sizes, formats and numbers of faces, shown in a window, or where
 * there is no display in memory; prints each row as soon as it is known, or adds an object for it
 * to `list`. Main thread. Returns 0 or −errno. */
int frames_measure(const struct frames_options *options, cJSON *list, struct mien_error *error);

#endif
