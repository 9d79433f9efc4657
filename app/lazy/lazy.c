#include "lazy/lazy.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "app_config.h"
#include "common/place.h"

static void *give_up(const char *what)
{
    fprintf(stderr, "mien: %s cannot be loaded: %s\n", what, dlerror());
    _Exit(1);
}

void *lazy_find(const struct lazy_group *group, unsigned index)
{
    char path[PATH_MAX];
    place_find(path, sizeof path, MIEN_MODULES, group->module);
    void *module = dlopen(path, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    void *function = dlsym(module ? module : give_up(path), group->names[index]);
    if (!function)
        give_up(group->names[index]);
    __atomic_store_n(&group->functions[index], function, __ATOMIC_RELEASE);
    return function;
}
