#include "atomic_file.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct names {
    char path[PATH_MAX], part[PATH_MAX + 8], next[PATH_MAX + 16];
};

/* False for what is written in place: renaming over a device or pipe would replace it. */
static bool find_names(const char *path, struct names *names)
{
    struct stat status;
    if (!strcmp(path, "-") || (stat(path, &status) == 0 && !S_ISREG(status.st_mode)))
        return false;
    if (!realpath(path, names->path))
        snprintf(names->path, sizeof names->path, "%s", path);
    snprintf(names->part, sizeof names->part, "%s.part", names->path);
    snprintf(names->next, sizeof names->next, "%s.next", names->part);
    return true;
}

FILE *atomic_file_open_in_place(const char *path)
{
    if (strcmp(path, "-"))
        return fopen(path, "we");
    int fd = dup(STDOUT_FILENO);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file && fd >= 0)
        close(fd);
    return file;
}

FILE *atomic_file_open(const char *path)
{
    struct names names;
    return find_names(path, &names) ? fopen(names.part, "we") : atomic_file_open_in_place(path);
}

bool atomic_file_is_beside(const char *path)
{
    struct names names;
    return find_names(path, &names);
}

FILE *atomic_file_rewrite(const char *path)
{
    struct names names;
    find_names(path, &names);
    return fopen(names.next, "we");
}

static int fail(const char *path, struct mien_error *error)
{
    int code = errno ? errno : EIO;
    return mien_error_set(error, code, "%s: %s", path, strerror(code));
}

int atomic_file_replace(const char *path, FILE *file, struct mien_error *error)
{
    struct names names;
    find_names(path, &names);
    bool broken = ferror(file);
    errno = broken ? errno : 0;
    if (fclose(file) == 0 && !broken && rename(names.next, names.part) == 0)
        return 0;
    int result = fail(path, error);
    remove(names.next);
    return result;
}

void atomic_file_remove(const char *path)
{
    struct names names;
    if (find_names(path, &names))
        remove(names.part);
}

int atomic_file_finish(const char *path, struct mien_error *error)
{
    struct names names;
    if (!find_names(path, &names) || rename(names.part, names.path) == 0)
        return 0;
    return fail(path, error);
}
