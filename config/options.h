/* The table of settings; private to config/. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stddef.h>

#include "mien/config.h"

enum option_type { OPTION_BOOL, OPTION_INT, OPTION_NUMBER, OPTION_TEXT };

struct option {
    const char *group, *name; /* "camera", "width" */
    enum option_type type;
    size_t offset;       /* in struct mien_config */
    double low, high;    /* allowed range of numbers */
    const char *initial; /* the default, as text */
    const char *what;    /* for people: meaning and unit */
    const char *pattern; /* of a text: the extended regular expression it matches; NULL: any */
    const char *allowed; /* the same in words */
};

enum { OPTION_ALLOWED_MAX = 160 }; /* bytes of what is allowed, in words */

extern const struct option options[];
extern const size_t option_count;

/* Reads `text` (as in an environment variable) into the option's field; on failure says in
 * `allowed` (of `size` bytes) what would be right. Returns 0 or -EINVAL. */
int option_set(const struct option *option, struct mien_config *config, const char *text,
               char *allowed, size_t size);

#endif
