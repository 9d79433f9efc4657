#include "image_job.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
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
#include "in_order.h"
#include "mien/log.h"
#include "progress.h"
#include "recognise/occlusion.h"
#include "recognise/open.h"
#include "video/still.h"

/* What became of a picture. */
struct result {
    int code;
    bool damaged; /* what could be read of it was used */
    struct mien_error error;
    struct mien_faces faces;
    struct occlusion_map *maps; /* of the faces, or NULL */
};

enum { RESULTS_PER_WORKER = 16 }; /* that may wait for a slow picture before them */

/* Workers read pictures, find their faces and write them annotated, each picture by one of them.
 * Rows and words are written in the order of the pictures. */
struct job {
    const struct image_job_options *options;
    struct inputs pictures;
    char **paths; /* of the annotated pictures, where they are wanted */
    int worker_count;
    struct mien_recogniser **recognisers; /* one a worker; the others share the first's network */
    const struct mien_model_info *model;
    struct result *results; /* of picture n: n modulo result_count */
    int result_count;
    struct occlusion *occlusion; /* NULL: not wanted; has threads of its own */
    struct canvas *canvas;       /* NULL: not wanted */
    pthread_mutex_t lock;        /* of the two */

    bool talk; /* a line a face on standard output */
    int code;  /* of the pictures so far */
    int done, failed;
    int damaged; /* of those done */
    struct progress progress;
    struct atomic_files files; /* the two: */
    struct records *jsonl, *csv;
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
    const char *const *labels = job->model->labels;
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

static int write_rows(struct job *job, int number, const struct result *result,
                      struct mien_error *error)
{
    const char *file = job->pictures.paths[number];
    const struct mien_faces *faces = &result->faces;
    int status = 0;
    if (job->jsonl && result->maps)
        records_explain(job->jsonl, result->maps);
    if (job->talk)
        status = print_faces(job, file, faces, error);
    if (!status && job->jsonl)
        status = records_add(job->jsonl, file, 0, 0, faces, error);
    if (!status && job->csv)
        status = records_add(job->csv, file, 0, 0, faces, error);
    return status;
}

static int write_picture(struct job *job, const char *path, struct mien_picture *color,
                         struct result *result)
{
    const struct image_job_options *o = job->options;
    const struct mien_faces *faces = &result->faces;
    const struct overlay_style style = {.bars = o->bars, .blur = o->blur};
    for (int i = 0; i < faces->count && result->maps; i++)
        occlusion_draw(&result->maps[i], &faces->list[i], color);
    pthread_mutex_lock(&job->lock);
    int status = canvas_draw(job->canvas, color, faces, &style, &result->error);
    pthread_mutex_unlock(&job->lock);
    return status ? status : picture_file_write(path, color, o->overwrite, &result->error);
}

static int explain(struct job *job, const struct mien_picture *gray, struct result *result)
{
    const struct mien_faces *faces = &result->faces;
    result->maps = calloc((size_t)faces->count + 1, sizeof *result->maps);
    if (!result->maps)
        return mien_error_set(&result->error, ENOMEM, "no memory to explain faces");
    pthread_mutex_lock(&job->lock);
    for (int i = 0; i < faces->count; i++)
        occlusion_find(job->occlusion, gray, &faces->list[i], &result->maps[i]);
    pthread_mutex_unlock(&job->lock);
    return 0;
}

/* Returns an exit code. */
static int look_at(struct job *job, int worker, int number, struct mien_still *still,
                   struct result *result)
{
    if (mien_recogniser_run(job->recognisers[worker], &still->gray, 0, &result->faces,
                            &result->error))
        return EXIT_UNREADABLE;
    if (job->occlusion && explain(job, &still->gray, result))
        return EXIT_LOSSES;
    if (job->paths && write_picture(job, job->paths[number], &still->color, result))
        return EXIT_LOSSES;
    return EXIT_FINE;
}

static void count_picture(struct job *job, const char *path, const struct result *result)
{
    bool damaged = result->damaged && !result->code;
    job->code = result->code ? result->code : job->code;
    job->done += !result->code;
    job->failed += result->code != 0;
    job->damaged += damaged;
    if (damaged || result->code)
        progress_hide(&job->progress);
    if (damaged)
        mien_log(MIEN_LOG_WARNING, "%s: it is damaged or cut short; what is there was used", path);
    if (result->code)
        mien_log(MIEN_LOG_ERROR, "%s", result->error.text);
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

/* A worker that lacks memory leaves the pictures to the others: the first is never missing. */
static bool open_worker(void *user, int worker)
{
    struct job *job = user;
    struct mien_error error;
    if (!recogniser_open_beside(&job->recognisers[worker], job->recognisers[0],
                                &job->options->recogniser, &error))
        return true;
    mien_log(MIEN_LOG_WARNING, "one job less: %s", error.text);
    return false;
}

static bool goes_on(void *user)
{
    (void)user;
    return !signals_stop();
}

static void do_picture(void *user, int worker, int number)
{
    struct job *job = user;
    struct result *result = &job->results[number % job->result_count];
    struct mien_still still = {.damaged = false};
    result->code = EXIT_UNREADABLE;
    free(result->maps);
    result->maps = NULL;
    if (!mien_still_read(&still, job->pictures.paths[number], job->paths, &result->error))
        result->code = look_at(job, worker, number, &still, result);
    result->damaged = still.damaged;
    mien_still_free(&still);
}

/* What cannot be written ends it; what cannot be read does not. */
static bool take_result(void *user, int number)
{
    struct job *job = user;
    struct result *result = &job->results[number % job->result_count];
    if (!result->code && write_rows(job, number, result, &result->error))
        result->code = EXIT_LOSSES;
    count_picture(job, job->pictures.paths[number], result);
    if (progress_due(&job->progress))
        show_progress(job);
    return result->code != EXIT_LOSSES;
}

static int do_pictures(struct job *job)
{
    const struct in_order work = {.count = job->pictures.count,
                                  .threads = job->worker_count,
                                  .window = job->result_count,
                                  .begin = open_worker,
                                  .wanted = goes_on,
                                  .work = do_picture,
                                  .hand_over = take_result,
                                  .user = job};
    progress_start(&job->progress, job->options->quiet);
    in_order_run(&work);
    say_result(job, progress_end(&job->progress));
    if (!signals_stop())
        return job->code;
    mien_log(MIEN_LOG_WARNING, "interrupted; what is written is complete up to there");
    return 128 + signals_stop();
}

static int make_workers(struct job *job, struct mien_error *error)
{
    const struct image_job_options *o = job->options;
    int pictures = job->pictures.count;
    job->worker_count = o->jobs < pictures ? o->jobs : pictures;
    job->result_count = RESULTS_PER_WORKER * job->worker_count;
    job->recognisers = calloc((size_t)job->worker_count, sizeof(struct mien_recogniser *));
    job->results = calloc((size_t)job->result_count, sizeof *job->results);
    if (!job->recognisers || !job->results)
        return mien_error_set(error, ENOMEM, "no memory for %d jobs", job->worker_count);
    int status = recogniser_open(&job->recognisers[0], &o->recogniser, error);
    if (!status)
        job->model = mien_recogniser_model(job->recognisers[0]);
    return status || !o->explain ? status : occlusion_open(&job->occlusion, &o->recogniser, error);
}

/* The first recogniser last: the others use its network. */
static void close_workers(struct job *job)
{
    for (int i = job->worker_count; i > 0 && job->recognisers; i--)
        mien_recogniser_destroy(&job->recognisers[i - 1]);
    for (int i = 0; i < job->result_count && job->results; i++) {
        mien_faces_free(&job->results[i].faces);
        free(job->results[i].maps);
    }
    occlusion_close(&job->occlusion);
    free(job->recognisers);
    free(job->results);
}

static int open_outputs(struct job *job, struct mien_error *error)
{
    const struct image_job_options *o = job->options;
    const struct mien_model_info *model = job->model;
    int result = records_start(&job->jsonl, &job->files, o->jsonl, RECORDS_JSONL, model, error);
    if (!result)
        result = records_start(&job->csv, &job->files, o->csv, RECORDS_CSV, model, error);
    if (!result && o->jsonl && o->quality)
        records_add_columns(job->jsonl, RECORDS_QUALITY);
    if (!result && o->csv && o->quality)
        records_add_columns(job->csv, RECORDS_QUALITY);
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
    signals_catch(&(struct signals_options){.hangup = true});
    if (make_workers(job, &error))
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
    struct job job = {.options = options, .lock = PTHREAD_MUTEX_INITIALIZER};
    job.talk = !to_stdout(options->jsonl) && !to_stdout(options->csv) && !to_stdout(options->out);
    int code = prepare_and_run(&job);
    for (int i = 0; i < job.pictures.count && job.paths; i++)
        free(job.paths[i]);
    free(job.paths);
    inputs_free(&job.pictures);
    canvas_destroy(&job.canvas);
    close_workers(&job);
    return code;
}
