/* Which model file to use when nobody named one. */
#ifndef APP_MODEL_PATH_H
#define APP_MODEL_PATH_H

#include "mien/error.h"

/* Returns `wished`, else $MIEN_MODEL, else the default model where it was installed, else in the
 * source tree that mien was built from. The text is static or the caller's or the environment's.
 * NULL when there is no default model: the message names the places looked in. */
const char *model_path(const char *wished, struct mien_error *error);

#endif
