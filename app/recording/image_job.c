#include "image_job.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "common/exit_code.h"
#include "common/signals.h"
#include "data/records.h"
#include "draw/overlay.h"
#include "draw/picture_file.h"
#include "files/atomic_file.h"
#include "files/inputs.h"
#include "files/outputs.h"
#include "mien/log.h"
#include "progress.h"
#include "recognise/occlusion.h"
#include "recognise/open.h"
#include "video/still.h"

struct job {
    const struct image_job_options *options;
    struct inputs pictures;
    char **paths; /* of the annotated pictures, where they are wanted */
    struct mien_recogniser *recogniser;
    struct mien_faces faces;   /* of the picture at work */
    struct atomic_files files; /* the two: */
    struct records *jsonl, *csv;
    struct canvas *canvas;
    struct occlusion *occlusion; /* NULL: not wanted */
    struct occlusion_map *maps;  /* of the faces of the picture at work */
    bool talk;                   /* a line a face on standard output */
    struct progress progress;
    int done, failed;
    int damaged; /* of those done: what could be read of them was used */
};

/* What of a folder is a picture: all that FFmpeg reads and people have. */
static const char *const picture_extensions[] = {
    "avif", "bmp", "gif", "j2k", "jfif", "jp2", "jpe", "jpeg", "jpg",  "jxl",  "pbm",
    "pgm",  "png", "pnm", "ppm", "qoi",  "sgi", "tga", "tif",  "tiff", "webp", NULL};

static bool to_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

/* ---- names of what is written ---- */

/* In a folder a picture keeps its name, and its kind if we can write that. */
static char *name_picture(const char *out, const char *in)
{
    const char *slash = strrchr(in, '/');
    const char *name = !strcmp(in, "-") ? "stdin.png" : slash ? slash + 1 : in;
    return is_folder(out) ? path_in(out, name, picture_file_known(name) ? "" : ".png")
                          : strdup(out);
}

static int name_pictures(struct job *job, struct mien_error *error)
{
    const struct image_job_options *o = job->options;
    int count = job->pictures.count;
    if (!o->out)
        return 0;
    if (!is_folder(o->out) && (count > 1 || is_folder(o->inputs[0])))
        return mien_error_set(error, EINVAL, "for several pictures, -o names a folder: '%s/'",
                              o->out);
    if (!is_folder(o->out) && !to_stdout(o->out) && !picture_file_known(o->out))
        return mien_error_set(error, EINVAL,
                              "-o wants a name that ends in .png, .jpg or .jpeg, not '%s'", o->out);
    job->paths = calloc((size_t)count, sizeof *job->paths);
    for (int i = 0; i < count && job->paths; i++)
        if (!(job->paths[i] = name_picture(o->out, job->pictures.paths[i])))
            return mien_error_set(error, ENOMEM, "no memory for the names of the pictures");
    return job->paths ? 0 : mien_error_set(error, ENOMEM, "no memory for %d pictures", count);
}

static int check_names(const struct job *job, struct mien_error *error)
{
    const struct image_job_options *o = job->options;
    const struct inputs *pictures = &job->pictures;
    struct output *list = calloc((size_t)pictures->count + 2, sizeof *list);
    size_t count = 0;
    if (!list)
        return mien_error_set(error, ENOMEM, "no memory for the names of the outputs");
    for (int i = 0; i < pictures->count && job->paths; i++)
        list[count++] = (struct output){job->paths[i], pictures->paths[i]};
    if (o->jsonl)
        list[count++] = (struct output){o->jsonl, "--jsonl"};
    if (o->csv)
        list[count++] = (struct output){o->csv, "--csv"};
    int result = outputs_check(list, count, pictures->paths, pictures->count, o->overwrite,
                               "-y overwrites it", error);
    free(list);
    return result;
}

/* ---- one picture ---- */

static int print_faces(struct job *job, const char *path, const struct mien_faces *faces,
                       struct mien_error *error)
{
    char file[PATH_MAX];
    snprintf(file, sizeof file, "%s", path);
    mien_utf8_make_plain(file);
    const char *const *labels = mien_recogniser_model(job->recogniser)->labels;
    if (isatty(STDOUT_FILENO))
        progress_hide(&job->progress);
    if (!faces->count)
        printf("%s: no face found\n", file);
    for (int i = 0; i < faces->count; i++) {
        const struct mien_face *face = &faces->list[i];
        printf("%s: face %d at %d,%d %d×%d: %s %ld %%%s\n", file, i + 1, face->box.x, face->box.y,
               face->box.width, face->box.height, labels[face->label],
               lrintf(face->confidence * 100), face->uncertain ? " (uncertain)" : "");
    }
    if (fflush(stdout))
        return mien_error_set(error, errno, "standard output: %s", strerror(errno));
    return 0;
}

static int write_picture(struct job *job, const char *path, struct mien_picture *color,
                         const struct mien_faces *faces, struct mien_error *error)
{
    const struct image_job_options *o = job->options;
    const struct overlay_style style = {.bars = o->bars, .blur = o->blur};
    for (int i = 0; i < faces->count && job->maps; i++)
        occlusion_draw(&job->maps[i], &faces->list[i], color);
    int result = canvas_draw(job->canvas, color, faces, &style, error);
    return result ? result : picture_file_write(path, color, o->overwrite, error);
}

static int write_outputs(struct job *job, int number, struct mien_still *still,
                         const struct mien_faces *faces, struct mien_error *error)
{
    const char *file = job->pictures.paths[number];
    int result = 0;
    if (job->talk)
        result = print_faces(job, file, faces, error);
    if (!result && job->jsonl)
        result = records_add(job->jsonl, file, 0, 0, faces, error);
    if (!result && job->csv)
        result = records_add(job->csv, file, 0, 0, faces, error);
    if (!result && job->paths)
        result = write_picture(job, job->paths[number], &still->color, faces, error);
    return result ? EXIT_LOSSES : EXIT_FINE;
}

static int explain(struct job *job, const struct mien_picture *gray, struct mien_error *error)
{
    const struct mien_faces *faces = &job->faces;
    free(job->maps);
    job->maps = NULL;
    if (!job->occlusion)
        return 0;
    job->maps = calloc((size_t)faces->count + 1, sizeof *job->maps);
    if (!job->maps)
        return mien_error_set(error, ENOMEM, "no memory to explain faces");
    for (int i = 0; i < faces->count; i++)
        occlusion_find(job->occlusion, gray, &faces->list[i], &job->maps[i]);
    if (job->jsonl)
        records_explain(job->jsonl, job->maps);
    return 0;
}

static int look_at(struct job *job, struct mien_still *still, int number, struct mien_error *error)
{
    if (mien_recogniser_run(job->recogniser, &still->gray, 0, &job->faces, error))
        return EXIT_UNREADABLE;
    if (explain(job, &still->gray, error))
        return EXIT_LOSSES;
    return write_outputs(job, number, still, &job->faces, error);
}

/* Returns an exit code, having told of the error. */
static int do_picture(struct job *job, int number)
{
    struct mien_error error = {""};
    struct mien_still still = {.damaged = false};
    int code = EXIT_UNREADABLE;
    if (!mien_still_read(&still, job->pictures.paths[number], job->paths, &error))
        code = look_at(job, &still, number, &error);
    bool damaged = !code && still.damaged;
    mien_still_free(&still);
    job->done += !code;
    job->failed += code != 0;
    job->damaged += damaged;
    if (damaged) {
        progress_hide(&job->progress);
        mien_log(MIEN_LOG_WARNING, "%s: it is damaged or cut short; what is there was used",
                 job->pictures.paths[number]);
    }
    if (code) {
        progress_hide(&job->progress);
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    }
    return code;
}

/* ---- all of them ---- */

static void show_progress(struct job *job)
{
    char text[160];
    double share = progress_of_pictures(text, sizeof text, job->done + job->failed,
                                        job->pictures.count, progress_seconds(&job->progress));
    progress_show(&job->progress, share, text);
}

static void say_result(const struct job *job, double elapsed)
{
    int count = job->pictures.count, left = count - job->done - job->failed;
    char text[32], failed[32] = "", not_started[32] = "";
    if (count == 1)
        return;
    progress_clock(text, sizeof text, elapsed);
    if (job->failed)
        snprintf(failed, sizeof failed, " %d failed,", job->failed);
    if (left)
        snprintf(not_started, sizeof not_started, " %d not started,", left);
    mien_log(MIEN_LOG_INFO, "%d pictures: %d done,%s%s in %s", count, job->done, failed,
             not_started, text);
}

/* What cannot be written ends it, as a signal does; what cannot be read does not. */
static int do_pictures(struct job *job)
{
    int code = EXIT_FINE;
    progress_start(&job->progress, job->options->quiet);
    for (int i = 0; i < job->pictures.count && code != EXIT_LOSSES && !signals_stop(); i++) {
        int failed = do_picture(job, i);
        code = failed ? failed : code;
        if (progress_due(&job->progress))
            show_progress(job);
    }
    say_result(job, progress_end(&job->progress));
    if (!signals_stop())
        return code;
    mien_log(MIEN_LOG_WARNING, "interrupted; what is written is complete up to there");
    return 128 + signals_stop();
}

static int open_outputs(struct job *job, struct mien_error *error)
{
    const struct image_job_options *o = job->options;
    const struct mien_model_info *model = mien_recogniser_model(job->recogniser);
    int result = records_start(&job->jsonl, &job->files, o->jsonl, RECORDS_JSONL, model, error);
    if (!result)
        result = records_start(&job->csv, &job->files, o->csv, RECORDS_CSV, model, error);
    if (!result && o->csv)
        records_name_sources(job->csv);
    if (!result && o->out)
        result = make_folder(o->out, error);
    return result || !o->out ? result : canvas_create(&job->canvas, model, NULL, error);
}

/* Data get their names when they are complete, even if a picture could not be used. Those of an
 * interrupted run do not replace older ones, which may hold more. */
static int close_outputs(struct job *job, int code, struct mien_error *error)
{
    bool partial = code == EXIT_LOSSES || (signals_stop() && atomic_files_replace_any(&job->files));
    int jsonl = records_close(&job->jsonl, error);
    int csv = records_close(&job->csv, jsonl ? NULL : error);
    int result = jsonl ? jsonl : csv;
    if (!result && !partial)
        result = atomic_files_commit(&job->files, error);
    return result;
}

static int tell(int code, const struct mien_error *error)
{
    mien_log(MIEN_LOG_ERROR, "%s", error->text);
    return code;
}

static int run(struct job *job)
{
    struct mien_error error = {""};
    const struct mien_recogniser_options *recogniser = &job->options->recogniser;
    signals_catch(&(struct signals_options){.hangup = true});
    if (recogniser_open(&job->recogniser, recogniser, &error) ||
        (job->options->explain && occlusion_open(&job->occlusion, recogniser, &error)))
        return tell(EXIT_UNREADABLE, &error);
    if (open_outputs(job, &error)) {
        records_abandon(&job->jsonl);
        records_abandon(&job->csv);
        atomic_files_discard(&job->files);
        return tell(EXIT_LOSSES, &error);
    }
    int code = do_pictures(job);
    if (close_outputs(job, code, &error) && code != EXIT_LOSSES)
        code = tell(EXIT_LOSSES, &error);
    atomic_files_keep(&job->files);
    return code || !job->damaged ? code : EXIT_LOSSES;
}

static int prepare_and_run(struct job *job)
{
    const struct image_job_options *o = job->options;
    const struct input_kind kind = {picture_extensions, "picture"};
    struct mien_error error = {""};
    if (inputs_find(&job->pictures, o->inputs, o->input_count, &kind, &error))
        return tell(EXIT_UNREADABLE, &error);
    if (name_pictures(job, &error) || check_names(job, &error))
        return tell(EXIT_USAGE, &error);
    return run(job);
}

int image_job_run(const struct image_job_options *options)
{
    struct job job = {.options = options};
    job.talk = !to_stdout(options->jsonl) && !to_stdout(options->csv) && !to_stdout(options->out);
    int code = prepare_and_run(&job);
    for (int i = 0; i < job.pictures.count && job.paths; i++)
        free(job.paths[i]);
    free(job.paths);
    inputs_free(&job.pictures);
    canvas_destroy(&job.canvas);
    occlusion_close(&job.occlusion);
    free(job.maps);
    mien_faces_free(&job.faces);
    mien_recogniser_destroy(&job.recogniser);
    return code;
}
