#include "model_path.h"

#include <errno.h>
#include <limits.h>

#include "app_config.h"
#include "place.h"

#define DEFAULT_MODEL "ferplus-residual.safetensors"
#define FACE_MODEL "face.safetensors"

const char *model_path(const char *wished, struct mien_error *error)
{
    static _Thread_local char installed[PATH_MAX];
    if (wished)
        return wished;
    if (place_find(installed, sizeof installed, MIEN_DATA "/models", DEFAULT_MODEL))
        return installed;
    mien_error_set(error, ENOENT,
                   "there is no model: %s cannot be read; name one with --model or in $MIEN_MODEL",
                   installed);
    return NULL;
}

const char *face_model_path(struct mien_error *error)
{
    static _Thread_local char installed[PATH_MAX];
    if (place_find(installed, sizeof installed, MIEN_DATA "/models", FACE_MODEL))
        return installed;
    mien_error_set(error, ENOENT,
                   "there is no network that tells faces: %s cannot be read; name one in "
                   "$MIEN_FACE_MODEL, or set detection.verify to false",
                   installed);
    return NULL;
}
