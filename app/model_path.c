#include "model_path.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "app_config.h"

#define DEFAULT_MODEL "/ferplus-residual.safetensors"

const char *model_path(const char *wished, struct mien_error *error)
{
    static const char installed[] = MIEN_MODELS_INSTALLED DEFAULT_MODEL;
    static const char source[] = MIEN_MODELS_SOURCE DEFAULT_MODEL;
    const char *environment = getenv("MIEN_MODEL");
    if (wished)
        return wished;
    if (environment && *environment)
        return environment;
    if (access(installed, R_OK) == 0)
        return installed;
    if (access(source, R_OK) == 0)
        return source;
    mien_error_set(error, ENOENT,
                   "there is no model: neither %s nor %s can be read; name one with --model or "
                   "in $MIEN_MODEL",
                   installed, source);
    return NULL;
}
