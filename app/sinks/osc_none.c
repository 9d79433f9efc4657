/* In the place of osc.c where liblo is missing. */
#include "osc.h"

#include <errno.h>

int osc_start(struct sink **sink, const char *address, struct mien_error *error)
{
    (void)sink;
    return mien_error_set(error, ENOTSUP, "--osc %s: this mien was built without OSC", address);
}

void osc_send(struct sink *sink, const struct mien_model_info *model, int64_t utc_ns,
              const struct mien_faces *faces)
{
    (void)sink, (void)model, (void)utc_ns, (void)faces;
}
