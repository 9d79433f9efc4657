/* In the place of web.c where libwebsockets is missing. */
#include "web.h"

#include <errno.h>

int web_start(struct sink **sink, const char *address, struct mien_error *error)
{
    (void)sink;
    return mien_error_set(error, ENOTSUP, "--web %s: this mien was built without libwebsockets",
                          address);
}

void web_send(struct sink *sink, const char *row)
{
    (void)sink, (void)row;
}
