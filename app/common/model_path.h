/* Which model file to use when nobody named one. */
#ifndef APP_MODEL_PATH_H
#define APP_MODEL_PATH_H

#include "mien/error.h"

/* Returns `wished`, else the default model that came with mien. The text is the caller's or the
 * thread's. NULL when there is no default model: the message names where it should be. */
const char *model_path(const char *wished, struct mien_error *error);

/* The one that came with mien to tell faces from what looks like one. NULL as above. */
const char *face_model_path(struct mien_error *error);

#endif
