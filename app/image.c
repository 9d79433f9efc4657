/* mien image: pictures in; words, JSON Lines and annotated pictures out. */
#include <argp.h>
#include <stdbool.h>
#include <string.h>

#include "commands.h"
#include "mien/log.h"
#include "network_options.h"
#include "recording/image_job.h"
#include "settings.h"

struct options {
    struct image_job_options job;
    const char *model, *precision, *config;
    bool no_bars;
};

/* ---- command line ---- */

enum { KEY_JSONL = 256, KEY_CSV, KEY_MODEL, KEY_PRECISION, KEY_CONFIG, KEY_NO_BARS, KEY_BLUR };

static const struct argp_option option_list[] = {
    {"output", 'o', "FILE", 0,
     "write the picture with its faces marked: .png or .jpg, or a folder/ (needed for several "
     "pictures); - is standard output",
     0},
    {"jsonl", KEY_JSONL, "FILE", 0, "write a JSON line for each face; - is standard output", 0},
    {"csv", KEY_CSV, "FILE", 0, "the same as a table, with a row for a picture without a face", 0},
    {"model", KEY_MODEL, "FILE", 0, "the network, *.safetensors", 0},
    {"precision", KEY_PRECISION, "P", 0, "of the network: auto, fp32, bf16 or int8", 0},
    {"config", KEY_CONFIG, "FILE", 0, "settings, instead of the user's and the system's", 0},
    {"no-bars", KEY_NO_BARS, NULL, 0, "draw no bars of all emotions", 0},
    {"blur", KEY_BLUR, NULL, 0, "cover the faces in the pictures written", 0},
    {NULL, 'y', NULL, 0, "overwrite files that exist", 0},
    {"quiet", 'q', NULL, 0, "only warnings and errors", 0},
    {0},
};

static void check(const struct image_job_options *job, struct argp_state *state)
{
    const char *const outputs[] = {job->out, job->jsonl, job->csv};
    int to_stdout = 0;
    for (int i = 0; i < 3; i++)
        to_stdout += outputs[i] && !strcmp(outputs[i], "-");
    if (!job->input_count)
        argp_error(state, "name a picture");
    if (to_stdout > 1)
        argp_error(state, "only one of -o, --jsonl and --csv can go to standard output");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    struct image_job_options *job = &options->job;
    switch (key) {
    case 'o':
        job->out = argument;
        break;
    case 'y':
        job->overwrite = true;
        break;
    case 'q':
        job->quiet = true;
        break;
    case KEY_JSONL:
        job->jsonl = argument;
        break;
    case KEY_CSV:
        job->csv = argument;
        break;
    case KEY_MODEL:
        options->model = argument;
        break;
    case KEY_PRECISION:
        check_precision(argument, state);
        options->precision = argument;
        break;
    case KEY_CONFIG:
        options->config = argument;
        break;
    case KEY_NO_BARS:
        options->no_bars = true;
        break;
    case KEY_BLUR:
        job->blur = true;
        break;
    case ARGP_KEY_ARGS:
        job->inputs = state->argv + state->next;
        job->input_count = state->argc - state->next;
        break;
    case ARGP_KEY_END:
        check(job, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp image_argp = {
    .options = option_list,
    .parser = parse,
    .args_doc = "FILE…",
    .doc = "Says what the faces in pictures express.\v"
           "A FILE may be any picture that FFmpeg reads, or the first one of a video; a folder, "
           "of which the pictures are taken, not those in folders below; a pattern ('*.jpg'); or "
           "-, standard input. Exit codes: 0 fine, 1 wrong arguments, 2 a picture or the model "
           "cannot be used (the other pictures are done), 3 an output cannot be written (it ends "
           "there), 130 or 143 interrupted (what is written is complete).",
};

int command_image(int argc, char **argv)
{
    struct options options = {0};
    struct image_job_options *job = &options.job;
    if (argp_parse(&image_argp, argc, argv, 0, NULL, &options))
        return EXIT_USAGE;
    struct mien_config config;
    if (settings_load(&config, options.config))
        return EXIT_USAGE;
    if (job->quiet)
        mien_log_set_level(MIEN_LOG_WARNING);
    job->recogniser = settings_recogniser(&config, options.model);
    if (options.precision)
        job->recogniser.precision = options.precision;
    job->recogniser.still = 1;
    job->bars = config.window.bars && !options.no_bars;
    job->blur |= config.window.blur;
    return image_job_run(job);
}
