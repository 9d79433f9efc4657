#include "live_options.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mien/picture.h"
#include "network_options.h"

enum {
    KEY_HEADLESS = 256,
    KEY_SECONDS,
    KEY_JSONL,
    KEY_RECORD,
    KEY_SIZE,
    KEY_FPS,
    KEY_FORMAT,
    KEY_MIRROR,
    KEY_NO_MIRROR,
    KEY_NO_BARS,
    KEY_MODEL,
    KEY_PRECISION,
    KEY_CONFIG,
    KEY_VIDEO,
    KEY_BLUR,
    KEY_FULLSCREEN
};

static const struct argp_option option_list[] = {
    {NULL, 0, NULL, 0, "Where pictures come from", 1},
    {"device", 'd', "DEVICE", 0,
     "camera: /dev/videoN, N, or /dev/v4l/by-id/…, or several with commas, tried in order; else "
     "the first one",
     1},
    {"size", KEY_SIZE, "WxH", 0, "picture size to ask the camera for (640x480)", 1},
    {"fps", KEY_FPS, "N", 0, "pictures a second to ask for (30)", 1},
    {"format", KEY_FORMAT, "FOURCC", 0, "pixel format to ask for: YUYV, MJPG, … (the best)", 1},
    {"video", KEY_VIDEO, "FILE", 0,
     "play a video or picture, over and over, in place of a camera; - is standard input, which "
     "plays once",
     1},
    {NULL, 0, NULL, 0, "What becomes of them", 2},
    {"headless", KEY_HEADLESS, NULL, 0,
     "no window: write JSON Lines, to standard output unless --jsonl is given", 2},
    {"jsonl", KEY_JSONL, "FILE", 0,
     "write a JSON line for each face in each picture looked at; - is standard output", 2},
    {"record", KEY_RECORD, "FILE", 0, "record a video with the faces marked, *.mp4 or *.mkv", 2},
    {NULL, 'y', NULL, 0, "overwrite files that exist, of --jsonl and --record", 2},
    {"seconds", KEY_SECONDS, "N", 0, "stop after N seconds", 2},
    {"model", KEY_MODEL, "FILE", 0, "the network, *.safetensors", 2},
    {"precision", KEY_PRECISION, "P", 0, "of the network: auto, fp32, bf16 or int8", 2},
    {"config", KEY_CONFIG, "FILE", 0, "settings, instead of the user's and the system's", 2},
    {NULL, 0, NULL, 0, "How the window looks at first (keys change it; h lists them)", 3},
    {"mirror", KEY_MIRROR, NULL, 0, "show the picture as a mirror does (cameras are)", 3},
    {"no-mirror", KEY_NO_MIRROR, NULL, 0, "show the picture as the camera sees it (recordings are)",
     3},
    {"no-bars", KEY_NO_BARS, NULL, 0, "hide the bars of all emotions", 3},
    {"blur", KEY_BLUR, NULL, 0, "cover the faces", 3},
    {"fullscreen", KEY_FULLSCREEN, NULL, 0, "fill the screen", 3},
    {0},
};

static void parse_size(const char *text, struct mien_camera_options *camera,
                       struct argp_state *state)
{
    char end;
    if (sscanf(text, "%dx%d%c", &camera->width, &camera->height, &end) != 2 || camera->width < 16 ||
        camera->height < 16 || camera->width > MIEN_PICTURE_SIDE_MAX ||
        camera->height > MIEN_PICTURE_SIDE_MAX)
        argp_error(state, "--size is written like 1280x720, not '%s'", text);
}

static double parse_positive(const char *text, const char *option, struct argp_state *state)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value > 0 && value < 1e9))
        argp_error(state, "%s wants a number above 0, not '%s'", option, text);
    return value;
}

/* The field of an option that takes any text; NULL for other options. */
static const char **text_of(struct live_options *options, int key)
{
    switch (key) {
    case 'd':
        return &options->camera.device;
    case KEY_FORMAT:
        return &options->camera.format;
    case KEY_VIDEO:
        return &options->video;
    case KEY_JSONL:
        return &options->jsonl;
    case KEY_RECORD:
        return &options->record;
    case KEY_MODEL:
        return &options->model;
    case KEY_PRECISION:
        return &options->precision;
    case KEY_CONFIG:
        return &options->config;
    default:
        return NULL;
    }
}

/* The same for options that are given or not. */
static bool *flag_of(struct live_options *options, int key)
{
    switch (key) {
    case KEY_HEADLESS:
        return &options->headless;
    case 'y':
        return &options->overwrite;
    case KEY_MIRROR:
        return &options->mirror;
    case KEY_NO_MIRROR:
        return &options->no_mirror;
    case KEY_NO_BARS:
        return &options->no_bars;
    case KEY_BLUR:
        return &options->blur;
    case KEY_FULLSCREEN:
        return &options->fullscreen;
    default:
        return NULL;
    }
}

static void check(const struct live_options *options, struct argp_state *state)
{
    if (options->video && options->camera.device)
        argp_error(state, "--video and --device exclude each other");
    if (options->mirror && options->no_mirror)
        argp_error(state, "--mirror and --no-mirror exclude each other");
    if (options->record && !strcmp(options->record, "-"))
        argp_error(state, "--record wants the name of a file");
    if (options->precision)
        check_precision(options->precision, state);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct live_options *options = state->input;
    const char **text = text_of(options, key);
    bool *flag = flag_of(options, key);
    if (text)
        *text = argument;
    else if (flag)
        *flag = true;
    else if (key == KEY_SIZE)
        parse_size(argument, &options->camera, state);
    else if (key == KEY_FPS)
        options->camera.fps = parse_positive(argument, "--fps", state);
    else if (key == KEY_SECONDS)
        options->seconds = parse_positive(argument, "--seconds", state);
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "'%s' is no option; `--video FILE` plays a file", argument);
    else if (key == ARGP_KEY_END)
        check(options, state);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp live_argp = {
    .options = option_list,
    .parser = parse,
    .doc = "Shows what the faces before a camera express.\v"
           "Ends on q, Esc, SIGINT, SIGTERM or after --seconds. Exit codes: 0 fine, 1 wrong "
           "arguments, 2 the model or video cannot be used, 3 an output cannot be written, 4 no "
           "camera or no display.",
};

int live_options_parse(struct live_options *options, int argc, char **argv)
{
    return argp_parse(&live_argp, argc, argv, 0, NULL, options);
}
