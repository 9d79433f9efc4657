#include "opencv.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>

#include "app_config.h"
#include "common/place.h"
#include "faces/engine.h"

#define MODULE "mien-opencv.so"

/* The module stays for good: OpenCV's threads and registers do not bear to be unloaded. */
int opencv_load(const struct mien_face_engine **opencv, struct mien_error *error)
{
    char path[PATH_MAX];
    if (!place_find(path, sizeof path, MIEN_MODULES, MODULE))
        return mien_error_set(error, ENOTSUP,
                              "only OpenCV searches with it, and there is no module %s; build mien "
                              "with -Dopencv=enabled",
                              path);
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const struct mien_face_engine *engine = module ? dlsym(module, "mien_opencv_engine") : NULL;
    if (!engine)
        return mien_error_set(error, ENOTSUP, "OpenCV cannot be loaded: %s", dlerror());
    if (engine->version != ENGINE_VERSION)
        return mien_error_set(error, ENOTSUP, "%s is not of this version of mien", path);
    *opencv = engine;
    return 0;
}
