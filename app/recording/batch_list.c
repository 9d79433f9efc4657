#include "batch_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "files/outputs.h"

/* ---- outputs by number ---- */

enum { OUTPUTS = 3 + EXPORT_KINDS };

static const char **output_of(struct video_job_options *job, int number)
{
    if (number == 0)
        return &job->video;
    if (number == 1)
        return &job->jsonl;
    return number == 2 ? &job->csv : &job->exports[number - 3];
}

static const char *const extensions[OUTPUTS] = {NULL,     ".jsonl", ".csv",  ".vtt", ".srt",
                                                ".json",  ".svg",   ".html", ".eaf", ".TextGrid",
                                                ".boris", ".anvil", ".edl"};

/* ---- inputs ---- */

static const char *const recording_extensions[] = {
    "3gp", "avi", "flv", "m2ts", "m4v", "mkv",  "mov", "mp4", "mpg", "mpeg",
    "mts", "mxf", "ogv", "ts",   "vob", "webm", "wmv", "y4m", NULL};

int recordings_find(struct recordings *recordings, const struct batch_options *options,
                    struct mien_error *error)
{
    const struct input_kind kind = {recording_extensions, "recording"};
    struct inputs *inputs = &recordings->inputs;
    struct stat status;
    int result = inputs_find(inputs, options->inputs, options->input_count, &kind, error);
    if (result)
        return result;
    recordings->list = calloc((size_t)inputs->count, sizeof *recordings->list);
    if (!recordings->list)
        return mien_error_set(error, ENOMEM, "no memory for %d recordings", inputs->count);
    recordings->count = inputs->count;
    for (int i = 0; i < inputs->count; i++) {
        recordings->list[i] = (struct recording){.in = inputs->paths[i], .talk = -1};
        if (stat(inputs->paths[i], &status) == 0)
            recordings->list[i].size = status.st_size;
    }
    return 0;
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
    char *path = name ? path_in(folder, name, extension) : NULL;
    free(name);
    return path;
}

static int name_outputs(struct recording *recording, const struct video_job_options *job,
                        struct mien_error *error)
{
    struct video_job_options wanted = *job;
    recording->job = *job;
    recording->job.in = recording->in;
    for (int i = 0; i < OUTPUTS; i++)
        *output_of(&recording->job, i) = NULL;
    for (int i = 0; i < OUTPUTS; i++) {
        const char *name = *output_of(&wanted, i);
        const char *extension = i ? extensions[i] : video_extension(recording->in);
        if (!name)
            continue;
        const char *path =
            is_folder(name) ? name_in_folder(name, recording->in, extension) : strdup(name);
        if (!path)
            return mien_error_set(error, ENOMEM, "%s: no memory", recording->in);
        *output_of(&recording->job, i) = path;
    }
    return 0;
}

/* Several recordings need folders; one may name files. */
static int check_folders(const struct recordings *recordings, const struct batch_options *options,
                         struct mien_error *error)
{
    struct video_job_options wanted = *options->job;
    bool several = recordings->count > 1 || is_folder(options->inputs[0]);
    for (int i = 0; i < recordings->count; i++)
        if (!strcmp(recordings->list[i].in, "-"))
            return mien_error_set(error, EINVAL, "- (standard input) goes alone, into files");
    for (int i = 0; i < OUTPUTS; i++) {
        const char *name = *output_of(&wanted, i);
        if (name && !strcmp(name, "-"))
            return mien_error_set(
                error, EINVAL, "standard output takes one recording, without --resume or --jobs");
        if (name && several && !is_folder(name))
            return mien_error_set(error, EINVAL,
                                  "for several recordings every output is a folder: '%s/'", name);
    }
    return 0;
}

int recordings_make_folders(const struct batch_options *options, struct mien_error *error)
{
    struct video_job_options wanted = *options->job;
    int result = 0;
    for (int i = 0; i < OUTPUTS && !result; i++)
        if (*output_of(&wanted, i))
            result = make_folder(*output_of(&wanted, i), error);
    return result;
}

static int check_outputs(struct recordings *recordings, const struct batch_options *options,
                         struct mien_error *error)
{
    const char *const tables[STUDY_TABLES] = {options->table, options->table_summary};
    struct output *list = calloc((size_t)recordings->count * OUTPUTS + STUDY_TABLES, sizeof *list);
    size_t count = 0;
    if (!list)
        return mien_error_set(error, ENOMEM, "no memory for the names of the outputs");
    for (int i = 0; i < recordings->count; i++)
        for (int j = 0; j < OUTPUTS; j++) {
            const char *path = *output_of(&recordings->list[i].job, j);
            if (path)
                list[count++] = (struct output){path, recordings->list[i].in};
        }
    for (int i = 0; i < STUDY_TABLES; i++)
        if (tables[i])
            list[count++] = (struct output){tables[i], i ? "--table-summary" : "--table"};
    int result = outputs_check(list, count, recordings->inputs.paths, recordings->inputs.count,
                               options->overwrite || options->resume,
                               "-y overwrites it, --resume keeps what is complete", error);
    free(list);
    return result;
}

/* ---- what is complete ---- */

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
        const char **path = output_of(&recording->job, i);
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

int recordings_name(struct recordings *recordings, const struct batch_options *options,
                    struct mien_error *error)
{
    int result = check_folders(recordings, options, error);
    for (int i = 0; i < recordings->count && !result; i++)
        result = name_outputs(&recordings->list[i], options->job, error);
    if (!result)
        result = check_outputs(recordings, options, error);
    for (int i = 0; i < recordings->count && !result && options->resume; i++)
        skip_complete(&recordings->list[i]);
    return result;
}

void recordings_free(struct recordings *recordings)
{
    for (int i = 0; i < recordings->count; i++)
        for (int j = 0; j < OUTPUTS; j++)
            free((char *)*output_of(&recordings->list[i].job, j));
    free(recordings->list);
    inputs_free(&recordings->inputs);
}
