/* mien live: a camera, or a recording in its place, in a window or as JSON Lines. */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "analysis.h"
#include "clock.h"
#include "commands.h"
#include "meter.h"
#include "mien/log.h"
#include "recogniser.h"
#include "records.h"
#include "settings.h"
#include "source.h"
#include "window.h"

/* How long the loop waits for a picture before it looks after keys and signals again. */
enum { WAIT_MS = 50 };

#define IDLE_SECONDS 1.5 /* without a face, before the window says so */

struct options {
    struct mien_camera_options camera;
    const char *video, *model, *jsonl, *config;
    bool headless, no_mirror, no_bars, blur, fullscreen;
    double seconds; /* 0: without end */
};

struct live {
    const struct options *options;
    const struct mien_config *config;
    struct source *source;
    struct recogniser *recogniser;
    struct records *records;
    struct analysis *analysis;
    struct window *window;
    struct mien_frame shown; /* the picture in the window, held until the next one */
    struct analysis_result result;
    uint64_t pictures;         /* taken from the source */
    struct meter shows, looks; /* values: ms from capture to display, of pictures and of faces */
    double began, last_face;
    bool reader_left; /* of our JSON Lines */
};

/* ---- command line ---- */

enum {
    KEY_HEADLESS = 256,
    KEY_SECONDS,
    KEY_JSONL,
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
    struct options *options = state->input;
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

/* ---- the parts ---- */

static volatile sig_atomic_t stop_signal;

static void note_signal(int number)
{
    stop_signal = number;
}

/* A second signal ends the program at once. A closed pipe is an error of the write to it. */
static void catch_signals(void)
{
    struct sigaction stop = {.sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    stop_signal = 0;
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

static int open_recogniser(struct live *live, struct mien_error *error)
{
    struct recogniser_options options = settings_recogniser(live->config, live->options->model);
    return recogniser_create(&live->recogniser, &options, error) ? EXIT_UNREADABLE : EXIT_FINE;
}

static int open_records(struct live *live, struct mien_error *error)
{
    const char *path = live->options->jsonl;
    if (!path && live->options->headless)
        path = "-";
    if (!path)
        return EXIT_FINE;
    const struct mien_model_info *model = recogniser_model(live->recogniser);
    return records_open(&live->records, path, RECORDS_JSONL, model, error) ? EXIT_LOSSES
                                                                           : EXIT_FINE;
}

static int open_source(struct live *live, struct mien_error *error)
{
    const struct options *options = live->options;
    struct mien_camera_options camera = settings_camera(live->config, &options->camera);
    if (source_open(&live->source, options->video, &camera, error))
        return options->video ? EXIT_UNREADABLE : EXIT_NO_DEVICE;
    struct mien_camera_status status;
    source_status(live->source, &status);
    mien_log(MIEN_LOG_INFO, "%s%s%s, %d×%d %s at %.3g fps", status.name, *status.name ? ", " : "",
             status.path, status.width, status.height, status.fourcc, status.fps);
    return EXIT_FINE;
}

static int open_window(struct live *live, struct mien_error *error)
{
    const struct options *options = live->options;
    if (options->headless)
        return EXIT_FINE;
    struct mien_camera_status status;
    source_status(live->source, &status);
    char title[128];
    snprintf(title, sizeof title, "mien: %s", *status.name ? status.name : status.path);
    struct window_options looks = {
        .title = title,
        .width = status.width,
        .height = status.height,
        .mirror = live->config->camera.mirror && !options->no_mirror && !options->video,
        .bars = live->config->window.bars && !options->no_bars,
        .blur = options->blur || live->config->window.blur,
        .fullscreen = options->fullscreen || live->config->window.fullscreen};
    return window_open(&live->window, &looks, recogniser_model(live->recogniser), error)
               ? EXIT_NO_DEVICE
               : EXIT_FINE;
}

static int open_parts(struct live *live, struct mien_error *error)
{
    int (*const steps[])(struct live *, struct mien_error *) = {open_recogniser, open_records,
                                                                open_source, open_window};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int code = steps[i](live, error);
        if (code)
            return code;
    }
    return analysis_start(&live->analysis, live->recogniser, live->records, error) ? EXIT_UNREADABLE
                                                                                   : EXIT_FINE;
}

static int close_parts(struct live *live, int code)
{
    struct mien_error error;
    analysis_stop(&live->analysis);
    window_close(&live->window);
    if (live->shown.color.data)
        source_release(live->source, &live->shown);
    source_close(&live->source);
    if (records_close(&live->records, &error) && !code && !live->reader_left) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        code = EXIT_LOSSES;
    }
    recogniser_destroy(&live->recogniser);
    return code;
}

/* ---- the loop ---- */

/* A word for the status line; NULL: nothing to tell. */
static const char *note(const struct live *live, enum mien_camera_state state)
{
    switch (state) {
    case MIEN_CAMERA_STALLED:
        return "the camera sends nothing";
    case MIEN_CAMERA_LOST:
        return "camera lost";
    case MIEN_CAMERA_RUNNING:
        break;
    }
    return window_frozen(live->window) ? "frozen" : NULL;
}

static const char *hint(struct live *live, enum mien_camera_state state, double now)
{
    if (state == MIEN_CAMERA_LOST)
        return "Camera lost. Waiting for it to come back…";
    if (live->result.faces.count || window_frozen(live->window))
        live->last_face = now;
    return now - live->last_face > IDLE_SECONDS ? "looking for faces…" : NULL;
}

static int show(struct live *live, bool newer_picture, struct mien_error *error)
{
    bool newer_faces = analysis_latest(live->analysis, &live->result);
    double now = clock_seconds();
    struct mien_camera_status camera;
    source_status(live->source, &camera);
    struct overlay_status status = {
        .fps = meter_rate(&live->shows, now),
        .looks = meter_rate(&live->looks, now),
        .latency_p50_ms = meter_percentile(&live->looks, now, 0.5),
        .latency_p95_ms = meter_percentile(&live->looks, now, 0.95),
        .drops = camera.dropped,
        .note = note(live, camera.state),
        .hint = hint(live, camera.state, now),
    };
    bool has_picture = live->shown.color.data && camera.state != MIEN_CAMERA_LOST;
    int result = window_show(live->window, has_picture ? &live->shown.color : NULL,
                             has_picture ? &live->result.faces : NULL, &status, error);
    int64_t presented = clock_ns();
    now = (double)presented / 1e9;
    if (newer_picture)
        meter_add(&live->shows, now, (double)(presented - live->shown.captured_ns) / 1e6);
    if (newer_faces)
        meter_add(&live->looks, now, (double)(presented - live->result.captured_ns) / 1e6);
    return result;
}

/* Hands the picture to the recogniser; keeps it when it is to be shown. */
static int accept(struct live *live, struct mien_frame *frame, bool keep, struct mien_error *error)
{
    live->pictures++;
    int result = analysis_offer(live->analysis, frame, error);
    if (!keep) {
        source_release(live->source, frame);
        return result;
    }
    if (live->shown.color.data)
        source_release(live->source, &live->shown);
    live->shown = *frame;
    return result;
}

static int step(struct live *live, struct mien_error *error)
{
    struct mien_frame frame;
    int result = source_take(live->source, &frame, WAIT_MS);
    bool taken = !result;
    if (result == -ECANCELED)
        return mien_error_set(error, EIO, "there are no more pictures");
    bool keep = live->window && !window_frozen(live->window);
    if (taken)
        result = accept(live, &frame, keep, error);
    else
        result = 0;
    if (!result && live->window)
        result = show(live, taken && keep, error);
    return result;
}

static bool goes_on(struct live *live)
{
    double seconds = live->options->seconds;
    if (stop_signal || (seconds > 0 && clock_seconds() - live->began >= seconds))
        return false;
    return !live->window || window_react(live->window);
}

/* A reader that has had enough is no error. */
static int loop(struct live *live, struct mien_error *error)
{
    live->began = live->last_face = clock_seconds();
    while (goes_on(live)) {
        int result = step(live, error);
        live->reader_left = result == -EPIPE;
        if (live->reader_left)
            return EXIT_FINE;
        if (result)
            return EXIT_LOSSES;
    }
    return EXIT_FINE;
}

static double cpu_seconds(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void report(struct live *live, double cpu)
{
    double now = clock_seconds(), seconds = now - live->began;
    struct mien_camera_status camera;
    source_status(live->source, &camera);
    analysis_latest(live->analysis, &live->result);
    mien_log(MIEN_LOG_INFO,
             "%.1f s: %.1f pictures a second, %.1f analysed; dropped %llu at capture, %llu before "
             "analysis; %.2f CPU cores",
             seconds, (double)live->pictures / seconds, (double)live->result.looks / seconds,
             (unsigned long long)camera.dropped,
             (unsigned long long)analysis_skipped(live->analysis), cpu / seconds);
    if (live->looks.count)
        mien_log(
            MIEN_LOG_INFO,
            "from capture to screen, last 5 s: picture %.0f ms (p95 %.0f), faces %.0f ms "
            "(p95 %.0f)",
            meter_percentile(&live->shows, now, 0.5), meter_percentile(&live->shows, now, 0.95),
            meter_percentile(&live->looks, now, 0.5), meter_percentile(&live->looks, now, 0.95));
}

int command_live(int argc, char **argv)
{
    struct options options = {0};
    if (argp_parse(&live_argp, argc, argv, 0, NULL, &options))
        return EXIT_USAGE;
    struct mien_config config;
    if (settings_load(&config, options.config))
        return EXIT_USAGE;
    struct live live = {.options = &options, .config = &config};
    struct mien_error error = {""};
    catch_signals();
    int code = open_parts(&live, &error);
    if (!code) {
        double cpu = cpu_seconds();
        code = loop(&live, &error);
        report(&live, cpu_seconds() - cpu);
    }
    if (code)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    return close_parts(&live, code);
}
