#include "live_options.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mien/picture.h"

enum {
    KEY_HEADLESS = 256,
    KEY_SECONDS,
    KEY_JSONL,
    KEY_RECORD,
    KEY_SIZE,
    KEY_FPS,
    KEY_FORMAT,
    KEY_NO_MIRROR,
    KEY_NO_BARS,
    KEY_MODEL,
    KEY_CONFIG,
    KEY_VIDEO,
    KEY_BLUR,
    KEY_FULLSCREEN
};

static const struct argp_option option_list[] = {
    {NULL, 0, NULL, 0, "Where pictures come from", 1},
    {"device", 'd', "DEVICE", 0, "camera: /dev/videoN, N, or /dev/v4l/by-id/…; else the first one",
     1},
    {"size", KEY_SIZE, "WxH", 0, "picture size to ask the camera for (640x480)", 1},
    {"fps", KEY_FPS, "N", 0, "pictures a second to ask for (30)", 1},
    {"format", KEY_FORMAT, "FOURCC", 0, "pixel format to ask for: YUYV, MJPG, … (the best)", 1},
    {"video", KEY_VIDEO, "FILE", 0, "play a video or picture, over and over, in place of a camera",
     1},
    {NULL, 0, NULL, 0, "What becomes of them", 2},
    {"headless", KEY_HEADLESS, NULL, 0,
     "no window: write JSON Lines, to standard output unless --jsonl is given", 2},
    {"jsonl", KEY_JSONL, "FILE", 0,
     "write a JSON line for each face in each picture looked at; - is standard output", 2},
    {"record", KEY_RECORD, "FILE", 0, "record a video with the faces marked, *.mp4 or *.mkv", 2},
    {NULL, 'y', NULL, 0, "overwrite a recording that exists", 2},
    {"seconds", KEY_SECONDS, "N", 0, "stop after N seconds", 2},
    {"model", KEY_MODEL, "FILE", 0, "the network, *.safetensors", 2},
    {"config", KEY_CONFIG, "FILE", 0, "settings, instead of the user's and the system's", 2},
    {NULL, 0, NULL, 0, "How the window looks at first (keys change it; h lists them)", 3},
    {"no-mirror", KEY_NO_MIRROR, NULL, 0,
     "show the picture as the camera sees it (as recordings are)", 3},
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

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct live_options *options = state->input;
    switch (key) {
    case 'd':
        options->camera.device = argument;
        break;
    case KEY_SIZE:
        parse_size(argument, &options->camera, state);
        break;
    case KEY_FPS:
        options->camera.fps = parse_positive(argument, "--fps", state);
        break;
    case KEY_FORMAT:
        options->camera.format = argument;
        break;
    case KEY_VIDEO:
        options->video = argument;
        break;
    case KEY_HEADLESS:
        options->headless = true;
        break;
    case KEY_JSONL:
        options->jsonl = argument;
        break;
    case KEY_RECORD:
        options->record = argument;
        break;
    case 'y':
        options->overwrite = true;
        break;
    case KEY_SECONDS:
        options->seconds = parse_positive(argument, "--seconds", state);
        break;
    case KEY_MODEL:
        options->model = argument;
        break;
    case KEY_CONFIG:
        options->config = argument;
        break;
    case KEY_NO_MIRROR:
        options->no_mirror = true;
        break;
    case KEY_NO_BARS:
        options->no_bars = true;
        break;
    case KEY_BLUR:
        options->blur = true;
        break;
    case KEY_FULLSCREEN:
        options->fullscreen = true;
        break;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s' is no option; `--video FILE` plays a file", argument);
        break;
    case ARGP_KEY_END:
        if (options->video && options->camera.device)
            argp_error(state, "--video and --device exclude each other");
        if (options->record && !strcmp(options->record, "-"))
            argp_error(state, "--record wants the name of a file");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
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
