/* mien image: pictures in; words, JSON Lines and annotated pictures out. */
#include <argp.h>
#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "data/records.h"
#include "draw/overlay.h"
#include "draw/picture_file.h"
#include "mien/log.h"
#include "mien/video.h"
#include "recognise/recogniser.h"
#include "settings.h"

struct options {
    char **files;
    int count;
    const char *out, *jsonl, *model, *precision, *config;
    bool out_is_folder, overwrite, no_bars, blur;
};

struct work {
    const struct options *options;
    const struct mien_config *config;
    struct recogniser *recogniser;
    struct records *records;
    struct canvas *canvas;
    bool talk; /* a line a face on standard output */
};

/* ---- command line ---- */

enum { KEY_JSONL = 256, KEY_MODEL, KEY_PRECISION, KEY_CONFIG, KEY_NO_BARS, KEY_BLUR };

static const struct argp_option option_list[] = {
    {"output", 'o', "FILE", 0,
     "write the picture with its faces marked: .png or .jpg, or a folder (needed for several "
     "pictures); - is standard output",
     0},
    {"jsonl", KEY_JSONL, "FILE", 0, "write a JSON line for each face; - is standard output", 0},
    {"model", KEY_MODEL, "FILE", 0, "the network, *.safetensors", 0},
    {"precision", KEY_PRECISION, "P", 0, "of the network: auto, fp32, bf16 or int8", 0},
    {"config", KEY_CONFIG, "FILE", 0, "settings, instead of the user's and the system's", 0},
    {"no-bars", KEY_NO_BARS, NULL, 0, "draw no bars of all emotions", 0},
    {"blur", KEY_BLUR, NULL, 0, "cover the faces in the pictures written", 0},
    {NULL, 'y', NULL, 0, "overwrite pictures that exist", 0},
    {0},
};

static bool is_folder(const char *path)
{
    struct stat about;
    size_t length = strlen(path);
    return (length && path[length - 1] == '/') || (!stat(path, &about) && S_ISDIR(about.st_mode));
}

static void check(struct options *options, struct argp_state *state)
{
    if (!options->count)
        argp_error(state, "name a picture");
    if (!options->out)
        return;
    bool to_stdout = !strcmp(options->out, "-");
    options->out_is_folder = is_folder(options->out);
    if (options->count > 1 && !options->out_is_folder)
        argp_error(state, "for several pictures, -o names a folder: '%s/'", options->out);
    if (!options->out_is_folder && !to_stdout && !picture_file_known(options->out))
        argp_error(state, "-o wants a name that ends in .png, .jpg or .jpeg, not '%s'",
                   options->out);
    if (to_stdout && options->jsonl && !strcmp(options->jsonl, "-"))
        argp_error(state, "-o and --jsonl cannot both go to standard output");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'o':
        options->out = argument;
        break;
    case 'y':
        options->overwrite = true;
        break;
    case KEY_JSONL:
        options->jsonl = argument;
        break;
    case KEY_MODEL:
        options->model = argument;
        break;
    case KEY_PRECISION:
        options->precision = argument;
        break;
    case KEY_CONFIG:
        options->config = argument;
        break;
    case KEY_NO_BARS:
        options->no_bars = true;
        break;
    case KEY_BLUR:
        options->blur = true;
        break;
    case ARGP_KEY_ARGS:
        options->files = state->argv + state->next;
        options->count = state->argc - state->next;
        break;
    case ARGP_KEY_END:
        check(options, state);
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
           "A FILE may be any picture that FFmpeg reads, or the first one of a video; - is "
           "standard input. Exit codes: 0 fine, 1 wrong arguments, 2 a picture or the model "
           "cannot be used (the other pictures are done), 3 an output cannot be written.",
};

/* ---- one picture ---- */

static void print_faces(const struct work *work, const char *file, const struct faces *faces)
{
    const char *const *labels = recogniser_model(work->recogniser)->labels;
    if (!faces->count)
        printf("%s: no face found\n", file);
    for (int i = 0; i < faces->count; i++) {
        const struct face *face = &faces->list[i];
        printf("%s: face %d at %d,%d %d×%d: %s %ld %%%s\n", file, i + 1, face->box.x, face->box.y,
               face->box.width, face->box.height, labels[face->label],
               lrintf(face->confidence * 100), face->uncertain ? " (uncertain)" : "");
    }
}

/* In a folder a picture keeps its name, and its kind if we can write that. */
static void output_path(const struct options *options, const char *file, char *path, size_t size)
{
    if (!options->out_is_folder) {
        snprintf(path, size, "%s", options->out);
        return;
    }
    char copy[4096];
    snprintf(copy, sizeof copy, "%s", strcmp(file, "-") ? file : "stdin.png");
    const char *name = basename(copy);
    const char *slash = options->out[strlen(options->out) - 1] == '/' ? "" : "/";
    snprintf(path, size, "%s%s%s%s", options->out, slash, name,
             picture_file_known(name) ? "" : ".png");
}

static int write_picture(struct work *work, const char *file, struct mien_picture *color,
                         const struct faces *faces, struct mien_error *error)
{
    struct overlay_style style = {.bars = work->config->window.bars && !work->options->no_bars,
                                  .blur = work->options->blur || work->config->window.blur};
    char path[8192];
    output_path(work->options, file, path, sizeof path);
    int result = canvas_draw(work->canvas, color, faces, &style, error);
    return result ? result : picture_file_write(path, color, work->options->overwrite, error);
}

static int write_outputs(struct work *work, const char *file, struct mien_frame *frame,
                         const struct faces *faces, struct mien_error *error)
{
    if (work->talk)
        print_faces(work, file, faces);
    int result = 0;
    if (work->records)
        result = records_add(work->records, file, 0, 0, faces, error);
    if (!result && work->options->out)
        result = write_picture(work, file, &frame->color, faces, error);
    return result ? EXIT_LOSSES : EXIT_FINE;
}

static int look_at(struct work *work, struct mien_reader *reader, const char *file,
                   struct mien_error *error)
{
    struct mien_frame frame;
    struct faces faces;
    int result = mien_reader_next(reader, &frame, error);
    if (!result)
        result = mien_error_set(error, EINVAL, "%s: there is no picture in it", file);
    if (result < 0)
        return EXIT_UNREADABLE;
    if (recogniser_look(work->recogniser, &frame.gray, 0, &faces, error))
        return EXIT_UNREADABLE;
    return write_outputs(work, file, &frame, &faces, error);
}

/* Returns an exit code, having told of the error. */
static int do_file(struct work *work, const char *file)
{
    struct mien_error error = {""};
    struct mien_reader *reader = NULL;
    int code = EXIT_UNREADABLE;
    if (!mien_reader_open(&reader, file, &error))
        code = look_at(work, reader, file, &error);
    mien_reader_close(&reader);
    if (code)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    return code;
}

/* ---- all of them ---- */

static int open_work(struct work *work, struct mien_error *error)
{
    const struct options *options = work->options;
    struct recogniser_options looks = settings_recogniser(work->config, options->model);
    if (options->precision)
        looks.precision = options->precision;
    looks.still = 1;
    if (recogniser_create(&work->recogniser, &looks, error))
        return EXIT_UNREADABLE;
    const struct mien_model_info *model = recogniser_model(work->recogniser);
    if (options->jsonl &&
        records_open(&work->records, options->jsonl, RECORDS_JSONL, model, false, error))
        return EXIT_LOSSES;
    if (!options->out)
        return EXIT_FINE;
    if (options->out_is_folder && mkdir(options->out, 0777) && errno != EEXIST) {
        mien_error_set(error, errno, "%s cannot be made: %s", options->out, strerror(errno));
        return EXIT_LOSSES;
    }
    return canvas_create(&work->canvas, model, NULL, error) ? EXIT_LOSSES : EXIT_FINE;
}

static int close_work(struct work *work, int code)
{
    struct mien_error error;
    if (records_close(&work->records, &error) && !code) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        code = EXIT_LOSSES;
    }
    if (fflush(stdout) && !code) {
        mien_log(MIEN_LOG_ERROR, "standard output: %s", strerror(errno));
        code = EXIT_LOSSES;
    }
    canvas_destroy(&work->canvas);
    recogniser_destroy(&work->recogniser);
    return code;
}

int command_image(int argc, char **argv)
{
    struct options options = {0};
    if (argp_parse(&image_argp, argc, argv, 0, NULL, &options))
        return EXIT_USAGE;
    struct mien_config config;
    if (settings_load(&config, options.config))
        return EXIT_USAGE;
    struct work work = {.options = &options, .config = &config};
    work.talk = !(options.jsonl && !strcmp(options.jsonl, "-")) &&
                !(options.out && !strcmp(options.out, "-"));
    struct mien_error error = {""};
    int code = open_work(&work, &error);
    if (code)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    for (int i = 0; i < options.count && code != EXIT_LOSSES && work.recogniser; i++) {
        int failed = do_file(&work, options.files[i]);
        code = failed ? failed : code;
    }
    return close_work(&work, code);
}
