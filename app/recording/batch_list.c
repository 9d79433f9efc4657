#include "batch_list.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* ---- outputs by number ---- */

enum { OUTPUTS = 3 + PAPERS };

static const char **output_of(struct film_options *film, int number)
{
    if (number == 0)
        return &film->video;
    if (number == 1)
        return &film->jsonl;
    return number == 2 ? &film->csv : &film->papers[number - 3];
}

static const char *const extensions[OUTPUTS] = {NULL,   ".jsonl", ".csv", ".vtt",
                                                ".srt", ".json",  ".svg", ".html"};

bool batch_is_folder(const char *path)
{
    struct stat about;
    size_t length = strlen(path);
    return (length && path[length - 1] == '/') || (!stat(path, &about) && S_ISDIR(about.st_mode));
}

/* ---- inputs ---- */

static bool has_extension(const char *name, const char *const *list)
{
    const char *dot = strrchr(name, '.');
    for (; dot && *list; list++)
        if (!strcasecmp(dot + 1, *list))
            return true;
    return false;
}

static int is_recording(const struct dirent *entry)
{
    static const char *const known[] = {"3gp", "avi",  "flv",  "m2ts", "m4v", "mkv", "mov",
                                        "mp4", "mpg",  "mpeg", "mts",  "mxf", "ogv", "ts",
                                        "vob", "webm", "wmv",  "y4m",  NULL};
    return entry->d_name[0] != '.' && has_extension(entry->d_name, known);
}

static char *join(const char *folder, const char *name, const char *extension)
{
    char *path = NULL;
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    return asprintf(&path, "%s%s%s%s", folder, slash, name, extension) < 0 ? NULL : path;
}

/* Takes `path`, which may be NULL for no memory. */
static int add(struct recordings *recordings, char *path, struct mien_error *error)
{
    size_t count = (size_t)recordings->count;
    struct recording *list = path ? reallocarray(recordings->list, count + 1, sizeof *list) : NULL;
    struct stat status;
    if (!list) {
        free(path);
        return mien_error_set(error, ENOMEM, "no memory for %zu recordings", count + 1);
    }
    list[count] = (struct recording){.in = path, .talk = -1};
    if (stat(path, &status) == 0)
        list[count].size = status.st_size;
    recordings->list = list;
    recordings->count++;
    return 0;
}

static int add_folder(struct recordings *recordings, const char *folder, struct mien_error *error)
{
    struct dirent **entries;
    int result = 0, count = scandir(folder, &entries, is_recording, alphasort);
    if (count < 0)
        return mien_error_set(error, errno, "%s: %s", folder, strerror(errno));
    if (!count)
        result = mien_error_set(error, ENOENT, "%s: no recording in this folder", folder);
    for (int i = 0; i < count; i++) {
        if (!result)
            result = add(recordings, join(folder, entries[i]->d_name, ""), error);
        free(entries[i]);
    }
    free(entries);
    return result;
}

static int find_inputs(struct recordings *recordings, const struct batch_options *options,
                       struct mien_error *error)
{
    int result = 0;
    for (int i = 0; i < options->input_count && !result; i++) {
        char *input = options->inputs[i];
        if (!strcmp(input, "-"))
            result = mien_error_set(error, EINVAL, "- (standard input) goes alone, into files");
        else if (batch_is_folder(input))
            result = add_folder(recordings, input, error);
        else
            result = add(recordings, strdup(input), error);
    }
    return result;
}

/* ---- names of outputs ---- */

/* MP4 stays MP4; Matroska takes whatever else was in the recording. */
static const char *video_extension(const char *in)
{
    static const char *const mp4[] = {"mp4", "m4v", NULL};
    return has_extension(in, mp4) ? ".mp4" : ".mkv";
}

static char *name_in_folder(const char *folder, const char *in, const char *extension)
{
    const char *slash = strrchr(in, '/');
    char *name = strdup(slash ? slash + 1 : in);
    char *dot = name ? strrchr(name, '.') : NULL;
    if (dot && dot != name)
        *dot = '\0';
    char *path = name ? join(folder, name, extension) : NULL;
    free(name);
    return path;
}

static int name_outputs(struct recording *recording, const struct film_options *film,
                        struct mien_error *error)
{
    struct film_options wanted = *film;
    recording->film = *film;
    recording->film.in = recording->in;
    for (int i = 0; i < OUTPUTS; i++)
        *output_of(&recording->film, i) = NULL;
    for (int i = 0; i < OUTPUTS; i++) {
        const char *name = *output_of(&wanted, i);
        const char *extension = i ? extensions[i] : video_extension(recording->in);
        if (!name)
            continue;
        const char *path =
            batch_is_folder(name) ? name_in_folder(name, recording->in, extension) : strdup(name);
        if (!path)
            return mien_error_set(error, ENOMEM, "%s: no memory", recording->in);
        *output_of(&recording->film, i) = path;
    }
    return 0;
}

/* Several recordings need folders; one may name files. */
static int check_folders(const struct batch_options *options, struct mien_error *error)
{
    struct film_options wanted = *options->film;
    bool several = options->input_count > 1 || batch_is_folder(options->inputs[0]);
    for (int i = 0; i < OUTPUTS; i++) {
        const char *name = *output_of(&wanted, i);
        if (name && !strcmp(name, "-"))
            return mien_error_set(
                error, EINVAL, "standard output takes one recording, without --resume or --jobs");
        if (name && several && !batch_is_folder(name))
            return mien_error_set(error, EINVAL,
                                  "for several recordings every output is a folder: '%s/'", name);
    }
    return 0;
}

static int make_folders(const struct batch_options *options, struct mien_error *error)
{
    struct film_options wanted = *options->film;
    for (int i = 0; i < OUTPUTS; i++) {
        const char *name = *output_of(&wanted, i);
        if (name && batch_is_folder(name) && mkdir(name, 0777) && errno != EEXIST)
            return mien_error_set(error, errno, "%s cannot be made: %s", name, strerror(errno));
    }
    return 0;
}

/* ---- what must not be ---- */

struct claim {
    const char *path;
    const struct recording *by;
};

static int compare_claims(const void *one, const void *other)
{
    return strcmp(((const struct claim *)one)->path, ((const struct claim *)other)->path);
}

static int check_clashes(struct recordings *recordings, struct mien_error *error)
{
    struct claim *claims = calloc((size_t)recordings->count * OUTPUTS, sizeof *claims);
    size_t count = 0;
    int result = 0;
    if (!claims)
        return mien_error_set(error, ENOMEM, "no memory for the names of the outputs");
    for (int i = 0; i < recordings->count; i++)
        for (int j = 0; j < OUTPUTS; j++) {
            const char *path = *output_of(&recordings->list[i].film, j);
            if (path)
                claims[count++] = (struct claim){path, &recordings->list[i]};
        }
    qsort(claims, count, sizeof *claims, compare_claims);
    for (size_t i = 1; i < count && !result; i++)
        if (!strcmp(claims[i - 1].path, claims[i].path))
            result = mien_error_set(error, EEXIST,
                                    "%s and %s would both become %s; annotate one of them apart",
                                    claims[i - 1].by->in, claims[i].by->in, claims[i].path);
    free(claims);
    return result;
}

static int check_inputs_safe(const struct recordings *recordings, const char *path,
                             struct mien_error *error)
{
    struct stat output, input;
    if (stat(path, &output) < 0)
        return 0;
    for (int i = 0; i < recordings->count; i++)
        if (!stat(recordings->list[i].in, &input) && input.st_dev == output.st_dev &&
            input.st_ino == output.st_ino)
            return mien_error_set(error, EEXIST, "%s is an input; it cannot be an output too",
                                  path);
    return 0;
}

/* Neither the output nor what is written before it may be an input. */
static int check_output(const struct recordings *recordings, const char *path, bool may_exist,
                        struct mien_error *error)
{
    static const char *const ends[] = {"", ".part", ".part.next"};
    char written[PATH_MAX];
    struct stat status;
    int result = 0;
    for (int i = 0; i < 3 && !result; i++) {
        snprintf(written, sizeof written, "%s%s", path, ends[i]);
        result = check_inputs_safe(recordings, written, error);
    }
    if (!result && !may_exist && stat(path, &status) == 0 && S_ISREG(status.st_mode))
        result = mien_error_set(error, EEXIST,
                                "%s exists already; -y overwrites it, --resume keeps what is "
                                "complete",
                                path);
    return result;
}

static bool is_newer(const struct stat *one, const struct stat *other)
{
    if (one->st_mtim.tv_sec != other->st_mtim.tv_sec)
        return one->st_mtim.tv_sec > other->st_mtim.tv_sec;
    return one->st_mtim.tv_nsec >= other->st_mtim.tv_nsec;
}

/* Forgets the outputs that are there under their names and no older than the input. */
static void skip_complete(struct recording *recording)
{
    struct stat input, output;
    bool missing = false;
    if (stat(recording->in, &input) < 0)
        return;
    for (int i = 0; i < OUTPUTS; i++) {
        const char **path = output_of(&recording->film, i);
        if (!*path)
            continue;
        if (stat(*path, &output) == 0 && S_ISREG(output.st_mode) && is_newer(&output, &input)) {
            free((char *)*path);
            *path = NULL;
        } else {
            missing = true;
        }
    }
    if (!missing)
        recording->state = RECORDING_SKIPPED;
}

static int check_outputs(struct recordings *recordings, bool may_exist, struct mien_error *error)
{
    int result = check_clashes(recordings, error);
    for (int i = 0; i < recordings->count && !result; i++)
        for (int j = 0; j < OUTPUTS && !result; j++) {
            const char *path = *output_of(&recordings->list[i].film, j);
            if (path)
                result = check_output(recordings, path, may_exist, error);
        }
    return result;
}

int recordings_list(struct recordings *recordings, const struct batch_options *options,
                    struct mien_error *error)
{
    int result = check_folders(options, error);
    if (!result)
        result = find_inputs(recordings, options, error);
    for (int i = 0; i < recordings->count && !result; i++)
        result = name_outputs(&recordings->list[i], options->film, error);
    if (!result)
        result = check_outputs(recordings, options->overwrite || options->resume, error);
    for (int i = 0; i < recordings->count && !result && options->resume; i++)
        skip_complete(&recordings->list[i]);
    return result ? result : make_folders(options, error);
}

void recordings_free(struct recordings *recordings)
{
    for (int i = 0; i < recordings->count; i++) {
        for (int j = 0; j < OUTPUTS; j++)
            free((char *)*output_of(&recordings->list[i].film, j));
        free(recordings->list[i].in);
    }
    free(recordings->list);
}
