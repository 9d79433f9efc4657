#include "outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

bool is_folder(const char *path)
{
    struct stat about;
    size_t length = strlen(path);
    return (length && path[length - 1] == '/') || (!stat(path, &about) && S_ISDIR(about.st_mode));
}

bool ends_in(const char *path, const char *ending)
{
    size_t length = strlen(path), tail = strlen(ending);
    return length > tail && !strcasecmp(path + length - tail, ending);
}

char *path_in(const char *folder, const char *name, const char *extension)
{
    char *path = NULL;
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    return asprintf(&path, "%s%s%s%s", folder, slash, name, extension) < 0 ? NULL : path;
}

int make_folder(const char *path, struct mien_error *error)
{
    if (!is_folder(path) || !mkdir(path, 0777) || errno == EEXIST)
        return 0;
    return mien_error_set(error, errno, "%s cannot be made: %s", path, strerror(errno));
}

/* ---- two of one name ---- */

/* An output and its name without links, dots and doubled slashes. */
struct place {
    const struct output *output;
    char *name;
};

/* Of a file that is not there yet the folder counts; as it is where that is missing too. NULL: no
 * memory. The caller frees it. */
static char *full_name(const char *path)
{
    char *name = strcmp(path, "-") ? realpath(path, NULL) : strdup(path);
    if (name)
        return name;
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    char *full = folder ? realpath(folder, NULL) : NULL;
    name = full ? path_in(full, slash ? slash + 1 : path, "") : strdup(path);
    free(folder);
    free(full);
    return name;
}

static int compare_places(const void *one, const void *other)
{
    return strcmp(((const struct place *)one)->name, ((const struct place *)other)->name);
}

static int find_places(struct place *places, const struct output *list, size_t count,
                       struct mien_error *error)
{
    for (size_t i = 0; i < count; i++) {
        places[i] = (struct place){&list[i], full_name(list[i].path)};
        if (!places[i].name)
            return mien_error_set(error, ENOMEM, "no memory for the names of the outputs");
    }
    return 0;
}

static int refuse_both(const struct output *one, const struct output *other,
                       struct mien_error *error)
{
    if (!strcmp(one->by, other->by))
        return mien_error_set(error, EEXIST, "two outputs cannot both go to '%s'", other->path);
    return mien_error_set(error, EEXIST, "%s and %s would both become %s; take one of them apart",
                          one->by, other->by, other->path);
}

static int check_names(const struct output *list, size_t count, struct mien_error *error)
{
    struct place *places = calloc(count + 1, sizeof *places);
    if (!places)
        return mien_error_set(error, ENOMEM, "no memory for the names of the outputs");
    int result = find_places(places, list, count, error);
    if (!result)
        qsort(places, count, sizeof *places, compare_places);
    for (size_t i = 1; i < count && !result; i++)
        if (!compare_places(&places[i - 1], &places[i]))
            result = refuse_both(places[i - 1].output, places[i].output, error);
    for (size_t i = 0; i < count; i++)
        free(places[i].name);
    free(places);
    return result;
}

/* ---- files that are there ---- */

struct identity {
    dev_t device;
    ino_t number;
};

static int compare_identities(const void *one, const void *other)
{
    const struct identity *a = one, *b = other;
    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* Sorted. Returns how many of the inputs are files. */
static size_t identify(char *const *inputs, int count, struct identity *list)
{
    size_t known = 0;
    struct stat about;
    for (int i = 0; i < count; i++)
        if (!stat(inputs[i], &about) && S_ISREG(about.st_mode))
            list[known++] = (struct identity){about.st_dev, about.st_ino};
    qsort(list, known, sizeof *list, compare_identities);
    return known;
}

static int check_file(const char *path, const struct identity *inputs, size_t input_count,
                      bool may_exist, const char *hint, struct mien_error *error)
{
    struct stat about;
    if (stat(path, &about) || !S_ISREG(about.st_mode))
        return 0;
    const struct identity file = {about.st_dev, about.st_ino};
    if (bsearch(&file, inputs, input_count, sizeof file, compare_identities))
        return mien_error_set(error, EEXIST, "%s is an input; it cannot be an output too", path);
    return may_exist ? 0 : mien_error_set(error, EEXIST, "%s exists already; %s", path, hint);
}

int outputs_check(const struct output *list, size_t count, char *const *inputs, int input_count,
                  bool may_exist, const char *hint, struct mien_error *error)
{
    struct identity *known = calloc((size_t)input_count + 1, sizeof *known);
    if (!known)
        return mien_error_set(error, ENOMEM, "no memory for the names of the files");
    size_t known_count = identify(inputs, input_count, known);
    int result = check_names(list, count, error);
    for (size_t i = 0; i < count && !result; i++)
        if (strcmp(list[i].path, "-"))
            result = check_file(list[i].path, known, known_count, may_exist, hint, error);
    free(known);
    return result;
}
