#include "kernels.h"

#include <errno.h>
#include <string.h>

struct level {
    const char *name;
    int (*is_supported)(void);
    void (*fill)(struct kernels *kernels); /* overwrites what it does better */
};

static int always(void)
{
    return 1;
}

/* From the plainest to the best. */
static const struct level levels[] = {
    {"c", always, kernels_fill_c},
};

int kernels_choose(struct kernels *kernels, const char *limit, struct mien_error *error)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        int is_last = limit && !strcmp(limit, levels[i].name);
        if (levels[i].is_supported()) {
            levels[i].fill(kernels);
            kernels->level = levels[i].name;
        } else if (is_last) {
            return mien_error_set(error, EINVAL, "this CPU has no '%s' instructions", limit);
        }
        if (is_last)
            return 0;
    }
    if (limit)
        return mien_error_set(error, EINVAL, "there is no CPU level '%s' in this build", limit);
    return 0;
}
