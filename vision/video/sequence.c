#include "sequence.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <libavutil/avstring.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "video.h"

/* ---- the place of the number ---- */

/* "%d" or "%0Nd" in a name. Returns it and sets `length` and the width N (1: none); NULL: there is
 * none, or more than one. */
static const char *find_number(const char *name, size_t *length, int *width)
{
    const char *start = strchr(name, '%'), *end = start ? start + 1 : NULL;
    if (!start)
        return NULL;
    *width = 1;
    if (*end == '0' && isdigit((unsigned char)end[1])) {
        *width = end[1] - '0';
        end += 2;
    }
    if (*end != 'd' || strchr(end, '%'))
        return NULL;
    *length = (size_t)(end + 1 - start);
    return start;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool mien_sequence_is(const char *path)
{
    size_t length;
    int width;
    return find_number(last_part(path), &length, &width) != NULL;
}

/* ---- numbered files ---- */

struct numbers {
    int64_t first, last, count;
};

/* The number in a file's name that fits the pattern; -1: it does not. */
static int64_t number_of(const char *name, const char *pattern)
{
    size_t length = 0;
    int width = 0;
    const char *place = find_number(pattern, &length, &width);
    size_t before = (size_t)(place - pattern), digits;
    if (strncmp(name, pattern, before))
        return -1;
    name += before;
    digits = strspn(name, "0123456789");
    bool padded = digits == (size_t)width || (digits > (size_t)width && *name != '0');
    return padded && digits < 10 && !strcmp(name + digits, place + length) ? atoll(name) : -1;
}

static void note_number(struct numbers *numbers, int64_t number)
{
    if (number < 0)
        return;
    if (!numbers->count || number < numbers->first)
        numbers->first = number;
    if (!numbers->count || number > numbers->last)
        numbers->last = number;
    numbers->count++;
}

static DIR *open_folder_of(const char *path)
{
    const char *name = last_part(path);
    char *folder = name == path ? strdup(".") : strndup(path, (size_t)(name - path));
    DIR *opened = folder ? opendir(folder) : NULL;
    free(folder);
    return opened;
}

static bool exists_in(const char *pattern, int64_t number)
{
    DIR *folder = open_folder_of(pattern);
    bool found = false;
    for (struct dirent *entry; folder && !found && (entry = readdir(folder));)
        found = number_of(entry->d_name, last_part(pattern)) == number;
    if (folder)
        closedir(folder);
    return found;
}

static int find_numbers(const char *pattern, struct numbers *numbers, struct mien_error *error)
{
    DIR *folder = open_folder_of(pattern);
    if (!folder)
        return mien_error_set(error, errno, "%s: %s", pattern, strerror(errno));
    for (struct dirent *entry; (entry = readdir(folder));)
        note_number(numbers, number_of(entry->d_name, last_part(pattern)));
    closedir(folder);
    if (!numbers->count)
        return mien_error_set(error, ENOENT, "%s: no file fits this pattern", pattern);
    int64_t missing = numbers->first;
    if (numbers->last - numbers->first + 1 == numbers->count)
        return 0;
    while (exists_in(pattern, missing))
        missing++;
    return mien_error_set(error, EINVAL,
                          "%s: number %lld is missing; close the gap, or take the folder with "
                          "--sequence",
                          pattern, (long long)missing);
}

/* ---- a folder ---- */

static bool is_picture(const char *extension)
{
    static const char *const known[] = {"png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp",
                                        "exr", "dpx", "pgm",  "ppm", "tga", "jp2"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcasecmp(extension, known[i]))
            return true;
    return false;
}

static int not_one_kind(const char *path, const char *one, const char *other,
                        struct mien_error *error)
{
    return mien_error_set(error, EINVAL,
                          "%s: it has .%s and .%s files; the frames of a film are of "
                          "one kind",
                          path, one, other);
}

/* The one extension that the pictures of a folder have. */
static int find_extension(const char *path, char extension[16], struct mien_error *error)
{
    DIR *folder = opendir(path);
    int result = 0;
    if (!folder)
        return mien_error_set(error, errno, "%s: %s", path, strerror(errno));
    for (struct dirent *entry; !result && (entry = readdir(folder));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (*entry->d_name == '.' || !dot || !is_picture(dot + 1))
            continue;
        if (*extension && strcmp(extension, dot + 1))
            result = not_one_kind(path, extension, dot + 1, error);
        else
            snprintf(extension, 16, "%s", dot + 1);
    }
    closedir(folder);
    return result || *extension
               ? result
               : mien_error_set(error, ENOENT, "%s: no pictures in this folder", path);
}

/* What has a meaning in a pattern of glob(3) is taken as it is. */
static char *glob_of(const char *folder, const char *extension)
{
    char *name = av_mallocz(2 * strlen(folder) + 32), *to = name;
    for (; name && *folder; folder++) {
        if (strchr("*?[{\\", *folder))
            *to++ = '\\';
        *to++ = *folder;
    }
    if (name)
        snprintf(to, 32, "/*.%s", extension);
    return name;
}

/* What has a meaning in a pattern of numbers, but for the number, is taken as it is. */
static char *escape_folder(const char *pattern)
{
    const char *last = last_part(pattern);
    char *name = av_mallocz(2 * strlen(pattern) + 1), *to = name;
    for (; name && *pattern; pattern++) {
        if (*pattern == '%' && pattern < last)
            *to++ = '%';
        *to++ = *pattern;
    }
    return name;
}

/* ---- both ---- */

static int keep_names(struct sequence *sequence, const char *path, const char *name, bool numbered,
                      int64_t first)
{
    sequence->first = first;
    if (numbered)
        return (sequence->pattern = strdup(last_part(path))) ? 0 : -ENOMEM;
    return glob(name, 0, NULL, &sequence->files) == GLOB_NOSPACE ? -ENOMEM : 0;
}

int sequence_find(struct sequence *sequence, const char *path, double fps, char **name,
                  AVDictionary **options, struct mien_error *error)
{
    struct numbers numbers = {0};
    char extension[16] = "", rate[32];
    bool numbered = mien_sequence_is(path);
    int result =
        numbered ? find_numbers(path, &numbers, error) : find_extension(path, extension, error);
    if (result)
        return result;
    *name = numbered ? escape_folder(path) : glob_of(path, extension);
    if (!*name || keep_names(sequence, path, *name, numbered, numbers.first) < 0)
        return mien_error_set(error, ENOMEM, "%s: no memory to read it", path);
    snprintf(rate, sizeof rate, "%.6f", fps);
    av_dict_set(options, "framerate", rate, 0);
    av_dict_set(options, "pattern_type", numbered ? "sequence" : "glob", 0);
    if (numbered)
        av_dict_set_int(options, "start_number", numbers.first, 0);
    return 0;
}

void sequence_free(struct sequence *sequence)
{
    free(sequence->pattern);
    globfree(&sequence->files);
    *sequence = (struct sequence){0};
}

void sequence_file(const struct sequence *sequence, int64_t place, char *name, size_t size)
{
    size_t length = 0;
    int width = 0;
    *name = '\0';
    if (!sequence->pattern) {
        if (place >= 0 && place < (int64_t)sequence->files.gl_pathc)
            snprintf(name, size, "%s", last_part(sequence->files.gl_pathv[place]));
        return;
    }
    const char *number = find_number(sequence->pattern, &length, &width);
    snprintf(name, size, "%.*s%0*lld%s", (int)(number - sequence->pattern), sequence->pattern,
             width, (long long)(sequence->first + place), number + length);
}
