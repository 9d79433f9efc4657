#include "place.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app_config.h"

/* The folder above that of the program; empty where the system does not tell it. */
static void find_prefix(char *prefix, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", prefix, size - 1);
    prefix[length < 0 ? 0 : length] = '\0';
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(prefix, '/');
        if (slash)
            *slash = '\0';
    }
}

bool place_find(char *path, size_t size, const char *folder, const char *file)
{
    char prefix[PATH_MAX];
    find_prefix(prefix, sizeof prefix);
    const char *const prefixes[] = {prefix, MIEN_PREFIX};
    for (int i = 0; i < 2; i++) {
        int length = snprintf(path, size, "%s/%s/%s", prefixes[i], folder, file);
        if (length < (int)size && access(path, R_OK) == 0)
            return true;
    }
    return false;
}
