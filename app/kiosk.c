/* mien kiosk: a camera on a screen in public, for months, with nobody there to help. */
#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "commands.h"
#include "data/put.h"
#include "draw/window.h"
#include "kiosk/publisher.h"
#include "kiosk/status.h"
#include "kiosk/supervisor.h"
#include "mien/log.h"
#include "reload.h"
#include "settings.h"
#include "signals.h"
#include "stream/session.h"

/* How long the loop waits for a picture before it looks after keys and signals again. */
enum { WAIT_MS = 50 };

/* Between tries to open a camera. */
#define RETRY_FIRST 1.0
#define RETRY_LAST 30.0

struct kiosk_options {
    const char *config, *video, *model;
    bool status;
};

struct kiosk {
    struct kiosk_options options;
    struct mien_config config;
    struct mien_error complaint; /* of a configuration that was not taken over; empty: none */
    struct session session;
    struct window *window;
    struct status *status;
    struct reload reload;
    struct publisher publisher;
    struct supervisor supervisor;
    uint64_t shown;   /* times the screen was drawn */
    uint32_t highest; /* number of a face so far */
    double began, last_face, retry_at, retry_after;
};

/* ---- the parts ---- */

static struct window_options looks(const struct kiosk *kiosk)
{
    const struct mien_config *config = &kiosk->config;
    return (struct window_options){.title = "mien",
                                   .width = config->camera.width,
                                   .height = config->camera.height,
                                   .mirror = config->camera.mirror && !kiosk->options.video,
                                   .bars = config->window.bars,
                                   .blur = config->window.blur,
                                   .fullscreen = true,
                                   .exit_keys = config->kiosk.exit_keys};
}

/* A kiosk without a camera waits for one: it may be plugged in later than the power. */
static void connect(struct kiosk *kiosk)
{
    struct mien_camera_options camera =
        settings_camera(&kiosk->config, &(struct mien_camera_options){0});
    struct mien_error error;
    double now = clock_seconds();
    if (now < kiosk->retry_at)
        return;
    if (!session_connect(&kiosk->session, kiosk->options.video, &camera, &error)) {
        kiosk->retry_after = 0;
        return;
    }
    kiosk->retry_after = fmin(fmax(RETRY_FIRST, 2 * kiosk->retry_after), RETRY_LAST);
    kiosk->retry_at = now + kiosk->retry_after;
    mien_log(MIEN_LOG_WARNING, "%s; next try in %.0f s", error.text, kiosk->retry_after);
}

/* The next try to open a camera is due at once. */
static void disconnect(struct kiosk *kiosk)
{
    session_disconnect(&kiosk->session);
    kiosk->retry_at = kiosk->retry_after = 0;
}

static int open_parts(struct kiosk *kiosk, struct mien_error *error)
{
    struct recogniser_options recogniser =
        settings_recogniser(&kiosk->config, kiosk->options.model);
    int code = session_open(&kiosk->session, &recogniser, NULL, error);
    if (code)
        return code;
    int result = status_open(&kiosk->status, error);
    if (result == -EADDRINUSE)
        return EXIT_USAGE;
    if (result)
        mien_log(MIEN_LOG_WARNING, "%s: mien kiosk --status will not work", error->text);
    struct window_options window = looks(kiosk);
    if (window_open(&kiosk->window, &window, recogniser_model(kiosk->session.recogniser), error))
        return EXIT_NO_DEVICE;
    return EXIT_FINE;
}

static void close_parts(struct kiosk *kiosk)
{
    supervisor_end();
    if (kiosk->session.recogniser)
        publisher_finish(&kiosk->publisher, &kiosk->config,
                         recogniser_model(kiosk->session.recogniser), clock_seconds());
    reload_finish(&kiosk->reload);
    window_close(&kiosk->window);
    status_close(&kiosk->status);
    session_close(&kiosk->session, NULL);
}

static void reload(struct kiosk *kiosk)
{
    struct mien_config old = kiosk->config;
    int result = reload_run(&kiosk->reload, &kiosk->config, kiosk->options.model, &kiosk->session,
                            kiosk->window, &kiosk->complaint);
    if (result <= 0)
        return;
    *kiosk->complaint.text = '\0';
    if (!kiosk->options.video && !settings_same_camera(&old, &kiosk->config))
        disconnect(kiosk);
    struct window_options window = looks(kiosk);
    window_apply(kiosk->window, &window);
    if (!mien_config_same(&old, &kiosk->config, "mqtt"))
        publisher_use(&kiosk->publisher, &kiosk->config);
}

/* ---- what it tells ---- */

static const char *const state_names[] = {"running", "stalled", "lost"};

static void put_camera(const struct kiosk *kiosk, FILE *file)
{
    struct mien_camera_status camera = {.state = MIEN_CAMERA_LOST};
    if (kiosk->session.source)
        source_status(kiosk->session.source, &camera);
    fputs("\"camera\":{\"path\":", file);
    put_json_string(file, camera.path);
    fputs(",\"name\":", file);
    put_json_string(file, camera.name);
    fprintf(file,
            ",\"state\":\"%s\",\"width\":%d,\"height\":%d,\"fps\":", state_names[camera.state],
            camera.width, camera.height);
    put_number(file, camera.fps, 2);
    fprintf(file, ",\"corrupt\":%llu,\"reopened\":%llu}", (unsigned long long)camera.corrupt,
            (unsigned long long)camera.reopened);
}

static void put_status(struct kiosk *kiosk, FILE *file)
{
    struct session *session = &kiosk->session;
    double now = clock_seconds();
    struct overlay_status figures = {0};
    session_figures(session, now, &figures);
    fputs("{\"uptime\":", file);
    put_number(file, now - kiosk->began, 1);
    fprintf(file, ",\"pid\":%d,\"frames\":%llu,\"looks\":%llu,\"shown\":%llu", (int)getpid(),
            (unsigned long long)session->pictures, (unsigned long long)session->result.looks,
            (unsigned long long)kiosk->shown);
    fprintf(file, ",\"drops\":{\"capture\":%llu,\"analysis\":%llu}",
            (unsigned long long)figures.drops,
            (unsigned long long)analysis_skipped(session->analysis));
    fprintf(file, ",\"faces\":%d,\"faces_so_far\":%u,\"fps\":", session->result.faces.count,
            kiosk->highest);
    put_number(file, figures.fps, 1);
    fputs(",\"latency_ms\":{\"p50\":", file);
    put_number(file, figures.latency_p50_ms, 0);
    fputs(",\"p95\":", file);
    put_number(file, figures.latency_p95_ms, 0);
    fputs("},", file);
    put_camera(kiosk, file);
    fputs(",\"config_error\":", file);
    put_json_string(file, kiosk->complaint.text);
    fputs("}\n", file);
}

static void answer(struct kiosk *kiosk)
{
    FILE *file = kiosk->status ? status_asked(kiosk->status) : NULL;
    if (!file)
        return;
    put_status(kiosk, file);
    fclose(file);
}

/* ---- what is counted ---- */

static void count(struct kiosk *kiosk)
{
    const struct analysis_result *result = &kiosk->session.result;
    counts_add(&kiosk->publisher.counts, &result->faces, (double)result->captured_ns / 1e9);
    for (int i = 0; i < result->faces.count; i++)
        if (result->faces.list[i].id > kiosk->highest)
            kiosk->highest = result->faces.list[i].id;
}

/* ---- the loop ---- */

static enum mien_camera_state camera_state(struct kiosk *kiosk)
{
    struct mien_camera_status camera = {.state = MIEN_CAMERA_LOST};
    if (kiosk->session.source)
        source_status(kiosk->session.source, &camera);
    return camera.state;
}

static int show(struct kiosk *kiosk, bool newer_picture, bool newer_faces, struct mien_error *error)
{
    struct session *session = &kiosk->session;
    const struct mien_config *config = &kiosk->config;
    double now = clock_seconds();
    bool seeing = camera_state(kiosk) != MIEN_CAMERA_LOST && session->shown.color.data;
    if (seeing && session->result.faces.count)
        kiosk->last_face = now;
    bool idle = now - kiosk->last_face > config->kiosk.idle_after;
    struct overlay_status status = {
        .screen = {.notice = config->kiosk.notice, .banner = kiosk->complaint.text}};
    if (!seeing)
        status.screen.title = config->kiosk.lost_text;
    else if (idle)
        status.screen.title = config->kiosk.idle_text;
    bool picture = seeing && !idle;
    int result = window_show(kiosk->window, picture ? &session->shown.color : NULL,
                             picture ? &session->result.faces : NULL, &status, error);
    session_presented(session, newer_picture, newer_faces);
    kiosk->shown++;
    return result;
}

static int step(struct kiosk *kiosk, struct mien_error *error)
{
    struct session *session = &kiosk->session;
    struct mien_frame frame = {0};
    int result = -ETIMEDOUT;
    if (session->source)
        result = session_next(session, &frame, WAIT_MS, error);
    else
        usleep(1000 * WAIT_MS);
    if (result && result != -ETIMEDOUT)
        return result;
    if (!result)
        session_keep(session, &frame);
    bool newer_faces = session_look(session);
    if (newer_faces)
        count(kiosk);
    return show(kiosk, !result, newer_faces, error);
}

/* A lost camera is waited for by its own thread; but where others may stand in for it, they do. */
static void look_after_camera(struct kiosk *kiosk)
{
    if (kiosk->session.source && strchr(kiosk->config.camera.device, ',') &&
        camera_state(kiosk) == MIEN_CAMERA_LOST)
        disconnect(kiosk);
    if (!kiosk->session.source)
        connect(kiosk);
}

static void look_after_rest(struct kiosk *kiosk)
{
    double now = clock_seconds();
    answer(kiosk);
    reload(kiosk);
    look_after_camera(kiosk);
    publisher_run(&kiosk->publisher, &kiosk->config, recogniser_model(kiosk->session.recogniser),
                  now);
    struct stages stages = {.camera_away = camera_state(kiosk) != MIEN_CAMERA_RUNNING,
                            .captured = kiosk->session.pictures,
                            .analysed = kiosk->session.result.looks,
                            .shown = kiosk->shown};
    supervisor_look(&kiosk->supervisor, &stages, now);
}

static int loop(struct kiosk *kiosk, struct mien_error *error)
{
    kiosk->began = kiosk->publisher.since = clock_seconds();
    publisher_use(&kiosk->publisher, &kiosk->config);
    supervisor_begin(&kiosk->supervisor, kiosk->began);
    kiosk->last_face = -INFINITY;
    while (!signals_stop() && window_react(kiosk->window)) {
        look_after_rest(kiosk);
        if (step(kiosk, error))
            return EXIT_LOSSES;
    }
    return EXIT_FINE;
}

/* ---- the command ---- */

enum { KEY_MODEL = 256, KEY_VIDEO, KEY_STATUS };

static const struct argp_option option_list[] = {
    {"config", 'c', "FILE", 0, "settings, instead of the user's and the system's files", 0},
    {"status", KEY_STATUS, NULL, 0, "print how the running kiosk is, as JSON", 0},
    {"model", KEY_MODEL, "FILE", 0, "network to use", 0},
    {"video", KEY_VIDEO, "FILE", 0, "play a recording or picture in the camera's place", 0},
    {0}};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct kiosk_options *options = state->input;
    switch (key) {
    case 'c':
        options->config = argument;
        return 0;
    case KEY_STATUS:
        options->status = true;
        return 0;
    case KEY_MODEL:
        options->model = argument;
        return 0;
    case KEY_VIDEO:
        options->video = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp kiosk_argp = {
    .options = option_list,
    .parser = parse,
    .doc = "Shows what the faces before a camera express, on a whole screen in public: keys are "
           "locked, pictures are not kept, and a camera that is missing is waited for.\v"
           "Ends on the keys of kiosk.exit_keys, SIGINT or SIGTERM. Exit codes: 0 fine, 1 wrong "
           "arguments or settings, 2 the model or video cannot be used, 3 the pictures ended, 4 no "
           "display; with --status: 4 no kiosk answers.",
};

static int print_status(void)
{
    struct mien_error error;
    if (!status_ask(stdout, &error))
        return EXIT_FINE;
    mien_log(MIEN_LOG_ERROR, "%s", error.text);
    return EXIT_NO_DEVICE;
}

int command_kiosk(int argc, char **argv)
{
    struct kiosk kiosk = {.reload = {.fd = -1}};
    if (argp_parse(&kiosk_argp, argc, argv, 0, NULL, &kiosk.options))
        return EXIT_USAGE;
    if (kiosk.options.status)
        return print_status();
    reload_init(&kiosk.reload, kiosk.options.config); /* first, so that no change is missed */
    if (settings_load(&kiosk.config, kiosk.options.config))
        return EXIT_USAGE;
    struct mien_error error = {""};
    signals_catch();
    int code = open_parts(&kiosk, &error);
    if (!code)
        code = loop(&kiosk, &error);
    if (code)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    close_parts(&kiosk);
    return code;
}
