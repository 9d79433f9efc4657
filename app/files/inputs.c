#include "inputs.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/url.h"
#include "mien/log.h"
#include "outputs.h"

bool has_extension(const char *name, const char *const *extensions)
{
    const char *dot = strrchr(name, '.');
    for (; dot && *extensions; extensions++)
        if (!strcasecmp(dot + 1, *extensions))
            return true;
    return false;
}

/* Takes `path`, which may be NULL for no memory. */
static int add(struct inputs *inputs, char *path, struct mien_error *error)
{
    size_t count = (size_t)inputs->count;
    char **paths = path ? reallocarray(inputs->paths, count + 1, sizeof *paths) : NULL;
    if (!paths) {
        free(path);
        return mien_error_set(error, ENOMEM, "no memory for %zu names of files", count + 1);
    }
    paths[count] = path;
    inputs->paths = paths;
    inputs->count++;
    return 0;
}

/* ---- folders ---- */

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Takes `path`. Counts what is another kind of file. */
static int add_if_wanted(struct inputs *inputs, char *path, const struct input_kind *kind,
                         int *others, struct mien_error *error)
{
    if (!path || (has_extension(path, kind->extensions) && !is_folder(path)))
        return add(inputs, path, error);
    *others += !is_folder(path);
    free(path);
    return 0;
}

static int add_folder(struct inputs *inputs, const char *folder, const struct input_kind *kind,
                      struct mien_error *error)
{
    struct dirent **entries;
    int result = 0, others = 0, before = inputs->count;
    int count = scandir(folder, &entries, is_visible, alphasort);
    if (count < 0)
        return mien_error_set(error, errno, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        if (!result)
            result = add_if_wanted(inputs, path_in(folder, entries[i]->d_name, ""), kind, &others,
                                   error);
        free(entries[i]);
    }
    free(entries);
    if (!result && inputs->count == before)
        return mien_error_set(error, ENOENT, "%s: no %s in this folder", folder, kind->name);
    if (!result && others)
        mien_log(MIEN_LOG_INFO, "%s: %d %s%s; %d other file%s left out", folder,
                 inputs->count - before, kind->name, inputs->count - before == 1 ? "" : "s", others,
                 others == 1 ? "" : "s");
    return result;
}

/* ---- arguments ---- */

bool is_pattern(const char *name)
{
    struct stat about;
    return strpbrk(name, "*?[") && !mien_url_is(name) && lstat(name, &about);
}

static int add_path(struct inputs *inputs, const char *path, const struct input_kind *kind,
                    struct mien_error *error)
{
    return is_folder(path) ? add_folder(inputs, path, kind, error)
                           : add(inputs, strdup(path), error);
}

static int add_pattern(struct inputs *inputs, const char *pattern, const struct input_kind *kind,
                       struct mien_error *error)
{
    glob_t found;
    int result = glob(pattern, 0, NULL, &found);
    if (result == GLOB_NOMATCH)
        return mien_error_set(error, ENOENT, "%s: no file fits this pattern", pattern);
    if (result)
        return mien_error_set(error, result == GLOB_NOSPACE ? ENOMEM : EIO,
                              "%s: this pattern cannot be followed", pattern);
    for (size_t i = 0; i < found.gl_pathc && !result; i++)
        result = add_path(inputs, found.gl_pathv[i], kind, error);
    globfree(&found);
    return result;
}

int inputs_find(struct inputs *inputs, char *const *names, int count, const struct input_kind *kind,
                struct mien_error *error)
{
    int result = 0;
    for (int i = 0; i < count && !result; i++)
        result = is_pattern(names[i]) ? add_pattern(inputs, names[i], kind, error)
                                      : add_path(inputs, names[i], kind, error);
    return result;
}

void inputs_free(struct inputs *inputs)
{
    for (int i = 0; i < inputs->count; i++)
        free(inputs->paths[i]);
    free(inputs->paths);
    *inputs = (struct inputs){0};
}
