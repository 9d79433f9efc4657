/* mien annotate: a recording in; an annotated video and rows of data out. */
#include "commands.h"

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/inputs.h"
#include "files/outputs.h"
#include "mien/log.h"
#include "network_options.h"
#include "recording/batch.h"
#include "recording/video_job.h"
#include "settings.h"

/* ---- options ---- */

struct options {
    struct video_job_options job;
    const char *model, *precision, *config;
    char **inputs;
    int input_count, jobs; /* jobs 0: not said */
    bool no_video, overwrite, resume;
};

enum {
    KEY_JSONL = 256,
    KEY_CSV,
    KEY_EXPORT,
    KEY_MODEL = KEY_EXPORT + EXPORT_KINDS,
    KEY_PRECISION,
    KEY_CONFIG,
    KEY_NO_VIDEO,
    KEY_CODEC,
    KEY_CRF,
    KEY_PRESET,
    KEY_BLUR,
    KEY_TIMING,
    KEY_JOBS,
    KEY_RESUME
};

static const struct argp_option argp_options[] = {
    {NULL, 'o', "FILE", 0, "Annotated video (.mp4, .mkv, …); - is standard output, as Matroska", 1},
    {"jsonl", KEY_JSONL, "FILE", 0, "One JSON object a line for each face in each frame", 1},
    {"csv", KEY_CSV, "FILE", 0, "The same as a table, with rows for frames without a face", 1},
    {"vtt", KEY_EXPORT + EXPORT_VTT, "FILE", 0, "WebVTT subtitles: the emotion of each face", 1},
    {"srt", KEY_EXPORT + EXPORT_SRT, "FILE", 0, "The same as SubRip", 1},
    {"summary", KEY_EXPORT + EXPORT_SUMMARY, "FILE", 0, "JSON: shares of time, changes", 1},
    {"plot", KEY_EXPORT + EXPORT_PLOT, "FILE", 0, "Timeline as SVG", 1},
    {"report", KEY_EXPORT + EXPORT_REPORT, "FILE", 0,
     "HTML report in one file, with small pictures of the faces (none with --blur)", 1},
    {"no-video", KEY_NO_VIDEO, NULL, 0, "Write data only; the FILE of -o is then not written", 1},
    {NULL, 'y', NULL, 0, "Overwrite files that exist", 1},
    {"model", KEY_MODEL, "FILE", 0, "Model to use instead of the default", 2},
    {"precision", KEY_PRECISION, "P", 0, "Of the network: auto, fp32, bf16 or int8", 2},
    {"config", KEY_CONFIG, "FILE", 0, "Settings, instead of the user's and the system's", 2},
    {"blur", KEY_BLUR, NULL, 0, "Make faces unrecognisable in the video", 2},
    {"codec", KEY_CODEC, "NAME", 0, "FFmpeg's video encoder; default libx264", 3},
    {"crf", KEY_CRF, "N", 0, "Quality, less is better; default 20", 3},
    {"preset", KEY_PRESET, "NAME", 0, "The encoder's preset; default veryfast", 3},
    {"jobs", KEY_JOBS, "N", 0, "Work on N recordings at a time; default 1", 4},
    {"resume", KEY_RESUME, NULL, 0, "Only make what is missing, or older than its recording", 4},
    {"quiet", 'q', NULL, 0, "Only warnings and errors", 4},
    {"timing", KEY_TIMING, NULL, 0, "Say at the end where the time went", 4},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state);

static const struct argp argp = {
    argp_options,
    parse,
    "IN…",
    "Finds the faces in a recording and says what they express: as an annotated video with the "
    "sound, subtitles and chapters of IN, as data, or both. IN may be - (standard input)."
    "\vAny of the outputs may be - (standard output), but only one.\n"
    "For several IN, a folder with recordings or a pattern ('*.mp4'), every output is a folder: "
    "-o out/ --csv out/.\n\n"
    "Exit codes: 0 fine, 1 usage, 2 unreadable input, 3 finished with losses or an output cannot "
    "be written, 130 or 143 interrupted (the files are complete up to there).",
    NULL,
    NULL,
    NULL};

static int parse_whole(const char *text, const char *option, int least, int most,
                       struct argp_state *state)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*end || end == text || value < least || value > most)
        argp_error(state, "%s takes a whole number from %d to %d, not '%s'", option, least, most,
                   text);
    return (int)value;
}

/* All the names of outputs; NULL for those not wanted. */
enum { OUTPUTS = 3 + EXPORT_KINDS };

static void list_outputs(const struct video_job_options *job, const char *outputs[OUTPUTS])
{
    outputs[0] = job->video;
    outputs[1] = job->jsonl;
    outputs[2] = job->csv;
    memcpy(outputs + 3, job->exports, sizeof job->exports);
}

static void check(const struct options *o, struct argp_state *state)
{
    const char *outputs[OUTPUTS];
    int count = 0;
    list_outputs(&o->job, outputs);
    if (o->precision)
        check_precision(o->precision, state);
    if (!o->input_count)
        argp_error(state, "no recording named");
    for (int i = 0; i < OUTPUTS; i++)
        count += outputs[i] != NULL;
    if (!count)
        argp_error(state, "nothing to write: name a video with -o, or data with --jsonl or --csv");
}

/* The field of an option that takes any text; NULL for other options. */
static const char **text_of(struct options *o, int key)
{
    if (key >= KEY_EXPORT && key < KEY_EXPORT + EXPORT_KINDS)
        return &o->job.exports[key - KEY_EXPORT];
    switch (key) {
    case 'o':
        return &o->job.video;
    case KEY_JSONL:
        return &o->job.jsonl;
    case KEY_CSV:
        return &o->job.csv;
    case KEY_MODEL:
        return &o->model;
    case KEY_PRECISION:
        return &o->precision;
    case KEY_CONFIG:
        return &o->config;
    case KEY_CODEC:
        return &o->job.encoding.codec;
    case KEY_PRESET:
        return &o->job.encoding.preset;
    default:
        return NULL;
    }
}

/* The same for options that are given or not. */
static bool *flag_of(struct options *o, int key)
{
    switch (key) {
    case 'y':
        return &o->overwrite;
    case 'q':
        return &o->job.quiet;
    case KEY_NO_VIDEO:
        return &o->no_video;
    case KEY_BLUR:
        return &o->job.blur;
    case KEY_TIMING:
        return &o->job.timing;
    case KEY_RESUME:
        return &o->resume;
    default:
        return NULL;
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *o = state->input;
    const char **text = text_of(o, key);
    bool *flag = flag_of(o, key);
    if (text) {
        *text = argument;
    } else if (flag) {
        *flag = true;
    } else if (key == KEY_CRF) {
        o->job.encoding.crf = parse_whole(argument, "--crf", 0, 63, state);
    } else if (key == KEY_JOBS) {
        o->jobs = parse_whole(argument, "--jobs", 1, BATCH_JOBS_MAX, state);
    } else if (key == ARGP_KEY_ARGS) {
        o->inputs = state->argv + state->next;
        o->input_count = state->argc - state->next;
        o->job.in = o->inputs[0];
    } else if (key == ARGP_KEY_END) {
        if (o->no_video)
            o->job.video = NULL;
        check(o, state);
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* One recording into files is done here; all else as a batch. */
static bool is_batch(const struct options *o, const char *const outputs[OUTPUTS])
{
    bool folders = false;
    for (int i = 0; i < OUTPUTS; i++)
        folders |= outputs[i] && is_folder(outputs[i]);
    return folders || o->input_count > 1 || o->jobs || o->resume || is_folder(o->job.in) ||
           is_pattern(o->job.in);
}

static bool may_write_all(const struct options *o, const char *const outputs[OUTPUTS])
{
    struct mien_error error;
    struct output list[OUTPUTS];
    size_t count = 0;
    for (int i = 0; i < OUTPUTS; i++)
        if (outputs[i])
            list[count++] = (struct output){outputs[i], o->job.in};
    if (!outputs_check(list, count, o->inputs, 1, o->overwrite, "-y overwrites it", &error))
        return true;
    mien_log(MIEN_LOG_ERROR, "%s", error.text);
    return false;
}

int command_annotate(int argc, char **argv)
{
    struct options options = {.job.encoding.crf = -1};
    struct video_job_options *job = &options.job;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options))
        return EXIT_USAGE;
    const char *outputs[OUTPUTS];
    list_outputs(job, outputs);
    bool batch = is_batch(&options, outputs);
    if (batch && job->timing) {
        mien_log(MIEN_LOG_ERROR, "--timing takes one recording, into files");
        return EXIT_USAGE;
    }
    if (!batch && !may_write_all(&options, outputs))
        return EXIT_USAGE;
    struct mien_config config;
    if (settings_load(&config, options.config))
        return EXIT_USAGE;
    if (job->quiet)
        mien_log_set_level(MIEN_LOG_WARNING);
    job->recogniser = settings_recogniser(&config, options.model);
    if (options.precision)
        job->recogniser.precision = options.precision;
    job->bars = config.window.bars;
    job->blur |= config.window.blur;
    if (!batch)
        return video_job_run(job);
    return batch_annotate(&(struct batch_options){.job = job,
                                                  .inputs = options.inputs,
                                                  .input_count = options.input_count,
                                                  .jobs = options.jobs ? options.jobs : 1,
                                                  .resume = options.resume,
                                                  .overwrite = options.overwrite});
}
