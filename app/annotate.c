/* mien annotate: a recording in; an annotated video and rows of data out. */
#include "commands.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "belt.h"
#include "mien/log.h"
#include "mien/video.h"
#include "overlay.h"
#include "progress.h"
#include "recogniser.h"
#include "records.h"
#include "settings.h"

/* ---- options ---- */

struct options {
    const char *in, *out, *jsonl, *csv, *model, *config;
    struct mien_writer_options video;
    bool overwrite, quiet, blur;
};

enum {
    KEY_JSONL = 256,
    KEY_CSV,
    KEY_MODEL,
    KEY_CONFIG,
    KEY_NO_VIDEO,
    KEY_CODEC,
    KEY_CRF,
    KEY_PRESET,
    KEY_BLUR
};

static const struct argp_option argp_options[] = {
    {NULL, 'o', "FILE", 0, "Annotated video (.mp4, .mkv, …); - is standard output, as Matroska", 1},
    {"jsonl", KEY_JSONL, "FILE", 0, "One JSON object a line for each face in each frame", 1},
    {"csv", KEY_CSV, "FILE", 0, "The same as a table, with rows for frames without a face", 1},
    {"no-video", KEY_NO_VIDEO, NULL, 0, "Write data only; the FILE of -o is then not written", 1},
    {NULL, 'y', NULL, 0, "Overwrite files that exist", 1},
    {"model", KEY_MODEL, "FILE", 0, "Model to use instead of the default", 2},
    {"config", KEY_CONFIG, "FILE", 0, "Settings, instead of the user's and the system's", 2},
    {"blur", KEY_BLUR, NULL, 0, "Make faces unrecognisable in the video", 2},
    {"codec", KEY_CODEC, "NAME", 0, "FFmpeg's video encoder; default libx264", 3},
    {"crf", KEY_CRF, "N", 0, "Quality, less is better; default 20", 3},
    {"preset", KEY_PRESET, "NAME", 0, "The encoder's preset; default veryfast", 3},
    {"quiet", 'q', NULL, 0, "Only warnings and errors", 4},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state);

static const struct argp argp = {
    argp_options,
    parse,
    "IN",
    "Finds the faces in a recording and says what they express: as an annotated video with the "
    "sound, subtitles and chapters of IN, as data, or both. IN may be - (standard input)."
    "\vAny of the outputs may be - (standard output), but only one.\n\n"
    "Exit codes: 0 fine, 1 usage, 2 unreadable input, 3 finished with losses or an output cannot "
    "be written, 130 or 143 interrupted (the files are complete up to there).",
    NULL,
    NULL,
    NULL};

static int parse_crf(const char *text, struct argp_state *state)
{
    char *end;
    long crf = strtol(text, &end, 10);
    if (*end || end == text || crf < 0 || crf > 63)
        argp_error(state, "--crf takes a whole number from 0 to 63, not '%s'", text);
    return (int)crf;
}

static void check(const struct options *o, struct argp_state *state)
{
    const char *const outputs[] = {o->out, o->jsonl, o->csv};
    if (!o->in)
        argp_error(state, "no recording named");
    if (!o->out && !o->jsonl && !o->csv)
        argp_error(state, "nothing to write: name a video with -o, or data with --jsonl or --csv");
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < i; j++)
            if (outputs[i] && outputs[j] && !strcmp(outputs[i], outputs[j]))
                argp_error(state, "two outputs cannot both go to '%s'", outputs[i]);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *o = state->input;
    static bool no_video;
    switch (key) {
    case 'o':
        o->out = argument;
        return 0;
    case 'y':
        o->overwrite = true;
        return 0;
    case 'q':
        o->quiet = true;
        return 0;
    case KEY_JSONL:
        o->jsonl = argument;
        return 0;
    case KEY_CSV:
        o->csv = argument;
        return 0;
    case KEY_MODEL:
        o->model = argument;
        return 0;
    case KEY_CONFIG:
        o->config = argument;
        return 0;
    case KEY_NO_VIDEO:
        no_video = true;
        return 0;
    case KEY_BLUR:
        o->blur = true;
        return 0;
    case KEY_CODEC:
        o->video.codec = argument;
        return 0;
    case KEY_CRF:
        o->video.crf = parse_crf(argument, state);
        return 0;
    case KEY_PRESET:
        o->video.preset = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (o->in)
            argp_error(state, "one recording at a time, please: '%s' is too many", argument);
        o->in = argument;
        return 0;
    case ARGP_KEY_END:
        if (no_video)
            o->out = NULL;
        check(o, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- what must not be overwritten ---- */

static bool is_same_file(const char *one, const char *other)
{
    struct stat a, b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino && S_ISREG(a.st_mode);
}

static bool may_write(const struct options *o, const char *path)
{
    struct stat status;
    if (!path || !strcmp(path, "-") || stat(path, &status) < 0 || !S_ISREG(status.st_mode))
        return true;
    if (is_same_file(o->in, path)) {
        mien_log(MIEN_LOG_ERROR, "%s is the input; it cannot be the output too", path);
        return false;
    }
    if (!o->overwrite)
        mien_log(MIEN_LOG_ERROR, "%s exists already; -y overwrites it", path);
    return o->overwrite;
}

/* The video is written as PATH.part at first. */
static bool may_write_part(const struct options *o)
{
    char part[4096];
    if (!o->out)
        return true;
    snprintf(part, sizeof part, "%s.part", o->out);
    if (!is_same_file(o->in, part))
        return true;
    mien_log(MIEN_LOG_ERROR, "%s is the input, and is needed to write %s; rename it first", part,
             o->out);
    return false;
}

/* ---- interruption ---- */

static struct mien_reader *interrupted_reader;
static volatile sig_atomic_t interrupted_by;

/* The second signal ends the program at once. */
static void interrupt(int number)
{
    interrupted_by = number;
    if (interrupted_reader)
        mien_reader_stop(interrupted_reader);
}

static void catch_signals(struct mien_reader *reader)
{
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
    interrupted_reader = reader;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    /* A closed pipe and a file grown too large are errors that have words. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

static void release_signals(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    interrupted_reader = NULL;
}

/* ---- the work ---- */

/* Frames on their way; more would only cost memory. */
enum { SLOTS = 6 };

struct slot {
    struct mien_frame frame;
    struct faces faces;
};

struct job {
    const struct options *options;
    const struct mien_config *config;
    struct mien_reader *reader;
    struct recogniser *recogniser;
    struct canvas *canvas;
    struct mien_writer *writer;
    struct records *jsonl, *csv;
    struct progress progress;
    struct slot slots[SLOTS];
    int64_t frames, with_faces;
    double time; /* of the last frame */
};

static int make_slots(struct job *job, struct mien_error *error)
{
    const struct mien_video_info *info = mien_reader_info(job->reader);
    int result = 0;
    for (int i = 0; i < SLOTS && result == 0; i++) {
        struct mien_frame *frame = &job->slots[i].frame;
        result = mien_picture_alloc(&frame->gray, MIEN_GRAY8, info->width, info->height, error);
        if (result == 0 && job->options->out)
            result =
                mien_picture_alloc(&frame->color, MIEN_BGRX32, info->width, info->height, error);
    }
    return result;
}

static void free_slots(struct job *job)
{
    for (int i = 0; i < SLOTS; i++) {
        mien_picture_free(&job->slots[i].frame.color);
        mien_picture_free(&job->slots[i].frame.gray);
    }
}

static int open_outputs(struct job *job, struct mien_error *error)
{
    const struct options *o = job->options;
    const struct mien_model_info *model = recogniser_model(job->recogniser);
    int result = 0;
    if (o->out)
        result = mien_writer_open(&job->writer, o->out, job->reader, &o->video, error);
    if (result == 0 && o->out)
        result = canvas_create(&job->canvas, model, error);
    if (result == 0 && o->jsonl)
        result = records_open(&job->jsonl, o->jsonl, RECORDS_JSONL, model, error);
    if (result == 0 && o->csv)
        result = records_open(&job->csv, o->csv, RECORDS_CSV, model, error);
    return result;
}

/* ---- the stages, each on its own thread ---- */

static int decode(void *user, int slot, struct mien_error *error)
{
    struct job *job = user;
    return mien_reader_next_into(job->reader, &job->slots[slot].frame, error);
}

static int look(void *user, int number, struct mien_error *error)
{
    struct job *job = user;
    struct slot *slot = &job->slots[number];
    int result =
        recogniser_look(job->recogniser, &slot->frame.gray, slot->frame.time, &slot->faces, error);
    return result < 0 ? result : 1;
}

static int write_rows(struct job *job, const struct slot *slot, struct mien_error *error)
{
    const struct mien_frame *frame = &slot->frame;
    int result = 0;
    if (job->jsonl)
        result = records_add(job->jsonl, NULL, frame->number, frame->time, &slot->faces, error);
    if (result == 0 && job->csv)
        result = records_add(job->csv, NULL, frame->number, frame->time, &slot->faces, error);
    return result;
}

static int write_picture(struct job *job, struct slot *slot, struct mien_error *error)
{
    const struct overlay_style style = {.bars = job->config->window.bars,
                                        .blur = job->options->blur || job->config->window.blur};
    int result = canvas_draw(job->canvas, &slot->frame.color, &slot->faces, &style, error);
    return result < 0 ? result : mien_writer_add(job->writer, &slot->frame, error);
}

static int write_slot(void *user, int number, struct mien_error *error)
{
    struct job *job = user;
    struct slot *slot = &job->slots[number];
    int result = write_rows(job, slot, error);
    if (result == 0 && job->writer)
        result = write_picture(job, slot, error);
    if (result < 0)
        return result;
    job->frames++;
    job->with_faces += slot->faces.count > 0;
    job->time = slot->frame.time;
    progress_show(&job->progress, job->time);
    return 1;
}

static void cancel(void *user)
{
    mien_reader_stop(((struct job *)user)->reader);
}

static int work(struct job *job, struct mien_error *error)
{
    const struct belt_stage stages[] = {{decode}, {look}, {write_slot}};
    return belt_run(stages, 3, SLOTS, cancel, job, error);
}

/* ---- the end ---- */

/* Returns the first error of those that only show when closing. */
static int close_outputs(struct job *job, struct mien_error *error)
{
    int video = mien_writer_finish(&job->writer, error);
    int jsonl = records_close(&job->jsonl, video ? NULL : error);
    int csv = records_close(&job->csv, video || jsonl ? NULL : error);
    return video ? video : jsonl ? jsonl : csv;
}

static void say_result(const struct job *job, double elapsed)
{
    mien_log(MIEN_LOG_INFO, "%lld frames (%lld with faces), %.1f s in %.1f s: %.1f × real time",
             (long long)job->frames, (long long)job->with_faces, job->time, elapsed,
             elapsed > 0 ? job->time / elapsed : 0);
    if (interrupted_by)
        mien_log(MIEN_LOG_WARNING, "interrupted at %.2f s; what is written is complete up to there",
                 job->time);
}

static bool say_losses(int64_t frames, int64_t packets)
{
    if (frames)
        mien_log(MIEN_LOG_WARNING, "%lld frames of the input are missing or damaged",
                 (long long)frames);
    if (packets)
        mien_log(MIEN_LOG_WARNING, "%lld streams or packets could not be copied",
                 (long long)packets);
    return frames || packets;
}

static int run(struct job *job)
{
    struct mien_error error;
    bool silent = job->options->quiet;
    progress_start(&job->progress, mien_reader_info(job->reader)->duration, silent);
    int result = work(job, &error);
    double elapsed = progress_end(&job->progress);
    if (result < 0)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    int64_t packets = job->writer ? mien_writer_losses(job->writer) : 0;
    int closed = close_outputs(job, &error);
    if (closed < 0)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    say_result(job, elapsed);
    bool lossy = say_losses(mien_reader_losses(job->reader), packets) || result < 0 || closed < 0;
    if (interrupted_by)
        return 128 + interrupted_by;
    return lossy ? EXIT_LOSSES : EXIT_FINE;
}

static int prepare_and_run(struct job *job)
{
    struct mien_error error;
    const struct options *o = job->options;
    const struct recogniser_options looks = settings_recogniser(job->config, o->model);
    int result = mien_reader_open(&job->reader, o->in, &error);
    if (result == 0)
        result = recogniser_create(&job->recogniser, &looks, &error);
    if (result == 0)
        result = make_slots(job, &error);
    if (result < 0) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        return EXIT_UNREADABLE;
    }
    if ((result = open_outputs(job, &error)) < 0) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        close_outputs(job, NULL);
        return result == -EINVAL ? EXIT_USAGE : EXIT_LOSSES;
    }
    catch_signals(job->reader);
    int code = run(job);
    release_signals();
    return code;
}

int command_annotate(int argc, char **argv)
{
    struct options options = {.video.crf = -1};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options))
        return EXIT_USAGE;
    if (!may_write(&options, options.out) || !may_write(&options, options.jsonl) ||
        !may_write(&options, options.csv) || !may_write_part(&options))
        return EXIT_USAGE;
    if (options.quiet)
        mien_log_set_level(MIEN_LOG_WARNING);
    static struct job job;
    struct mien_config config;
    if (settings_load(&config, options.config))
        return EXIT_USAGE;
    job.options = &options;
    job.config = &config;
    int code = prepare_and_run(&job);
    free_slots(&job);
    canvas_destroy(&job.canvas);
    recogniser_destroy(&job.recogniser);
    mien_reader_close(&job.reader);
    return code;
}
