/* mien kiosk: a camera on a screen in public, for months, with nobody there to help. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "commands.h"
#include "common/signals.h"
#include "draw/window.h"
#include "kiosk/answer.h"
#include "kiosk/publisher.h"
#include "kiosk/status.h"
#include "kiosk/supervisor.h"
#include "mien/log.h"
#include "reload.h"
#include "settings.h"
#include "stream/session.h"
#include "usage.h"

/* How long the loop waits for a picture before it looks after keys and signals again. */
enum { WAIT_MS = 50 };

/* The end: how long a broker may take for what it was sent last, and how long all of it may take,
 * also where a window, camera or disk does not let go. */
enum { PATIENCE_MS = 700, END_MS = 1700 };

struct kiosk {
    const struct mien_command_line *line;
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
    double began, last_face;
};

/* ---- the parts ---- */

static struct window_options window_options_of(const struct kiosk *kiosk)
{
    const struct mien_config *config = &kiosk->config;
    bool mirrored = !config->input.video || mien_command_line_has(kiosk->line, "mirror");
    return (struct window_options){.title = "mien",
                                   .width = config->camera.width,
                                   .height = config->camera.height,
                                   .mirror = config->camera.mirror && mirrored,
                                   .bars = config->window.bars,
                                   .blur = config->window.blur,
                                   .fullscreen = true,
                                   .cover = !strcmp(config->kiosk.fit, "cover"),
                                   .rotate = atoi(config->kiosk.rotate),
                                   .exit_keys = config->kiosk.exit_keys};
}

static int open_parts(struct kiosk *kiosk, struct mien_error *error)
{
    struct mien_recogniser_options recogniser = settings_recogniser(&kiosk->config);
    if (session_open(&kiosk->session, &recogniser, error) || session_start(&kiosk->session, error))
        return EXIT_UNREADABLE;
    int result = status_open(&kiosk->status, error);
    if (result == -EADDRINUSE)
        return EXIT_USAGE;
    if (result)
        mien_log(MIEN_LOG_WARNING, "%s: mien kiosk --status will not work", error->text);
    if (kiosk->config.input.video &&
        session_connect(&kiosk->session, kiosk->config.input.video, NULL, error))
        return EXIT_UNREADABLE;
    struct window_options window = window_options_of(kiosk);
    if (window_open(&kiosk->window, &window, mien_recogniser_model(kiosk->session.recogniser),
                    error))
        return EXIT_NO_DEVICE;
    return EXIT_FINE;
}

static void close_parts(struct kiosk *kiosk)
{
    supervisor_end();
    if (kiosk->session.recogniser)
        publisher_finish(&kiosk->publisher, &kiosk->config,
                         mien_recogniser_model(kiosk->session.recogniser), clock_seconds());
    window_close(&kiosk->window);
    status_close(&kiosk->status);
    session_close(&kiosk->session, NULL);
    publisher_close(&kiosk->publisher, PATIENCE_MS);
}

static void reload(struct kiosk *kiosk)
{
    struct mien_config old = kiosk->config;
    int result = reload_run(&kiosk->reload, &kiosk->config, &kiosk->session, kiosk->window,
                            &kiosk->complaint);
    if (result <= 0)
        return;
    *kiosk->complaint.text = '\0';
    if (!kiosk->config.input.video && !settings_same_camera(&old, &kiosk->config))
        session_disconnect(&kiosk->session);
    struct window_options window = window_options_of(kiosk);
    window_apply(kiosk->window, &window);
    if (!mien_config_same(&old, &kiosk->config, "mqtt"))
        publisher_use(&kiosk->publisher, &kiosk->config);
}

/* ---- what it tells ---- */

static void answer_whoever_asks(struct kiosk *kiosk)
{
    FILE *file = kiosk->status ? status_asked(kiosk->status) : NULL;
    if (!file)
        return;
    struct answer answer = {.session = &kiosk->session,
                            .camera = session_status(&kiosk->session),
                            .began = kiosk->began,
                            .now = clock_seconds(),
                            .shown = kiosk->shown,
                            .faces_so_far = kiosk->highest,
                            .complaint = kiosk->complaint.text};
    answer_write(&answer, file);
    fclose(file);
}

/* ---- what is counted ---- */

static void count(struct kiosk *kiosk)
{
    const struct analysis_result *result = &kiosk->session.result;
    counts_add(&kiosk->publisher.counts, &result->faces, (double)result->captured_ns / 1e9);
}

/* Also between looks: a face comes in when it has been read. */
static void note_newest_face(struct kiosk *kiosk)
{
    const struct mien_faces *faces = &kiosk->session.result.faces;
    for (int i = 0; i < faces->count; i++)
        if (faces->list[i].id > kiosk->highest)
            kiosk->highest = faces->list[i].id;
}

/* ---- the loop ---- */

static int show(struct kiosk *kiosk, bool newer, struct mien_error *error)
{
    struct session *session = &kiosk->session;
    const struct mien_config *config = &kiosk->config;
    double now = clock_seconds();
    const struct session_picture *shown = &session->shown;
    bool seeing = shown->frame.color.data != NULL;
    if (seeing && shown->faces.count)
        kiosk->last_face = now;
    bool idle = now - kiosk->last_face > config->kiosk.idle_after;
    struct overlay_status status = {
        .screen = {.notice = config->kiosk.notice, .banner = kiosk->complaint.text}};
    if (!seeing)
        status.screen.title = config->kiosk.lost_text;
    else if (idle)
        status.screen.title = config->kiosk.idle_text;
    bool picture = seeing && !idle;
    int result = window_show(kiosk->window, picture ? &shown->frame.color : NULL,
                             picture ? &shown->faces : NULL, &status, error);
    if (newer)
        session_presented(session);
    kiosk->shown++;
    return result;
}

static int step(struct kiosk *kiosk, struct mien_error *error)
{
    struct session *session = &kiosk->session;
    analysis_search_whole(session->analysis, kiosk->config.window.blur);
    int result = session_next(session, WAIT_MS, error);
    if (result && result != -ETIMEDOUT)
        return result;
    if (!result) {
        session_show(session);
        count(kiosk);
    }
    note_newest_face(kiosk);
    return show(kiosk, !result, error);
}

/* A lost camera is waited for by its own thread; but where others may stand in for it, they do. One
 * that is not there yet is waited for here: it may be plugged in later than the power. */
static void look_after_camera(struct kiosk *kiosk)
{
    struct session *session = &kiosk->session;
    if (kiosk->config.input.video)
        return;
    if (session->source && strchr(kiosk->config.camera.device, ',') &&
        session_status(session).state == MIEN_CAMERA_LOST)
        session_disconnect(session);
    if (session->source)
        return;
    struct mien_camera_options camera = settings_camera(&kiosk->config);
    session_await(session, &camera);
}

static void look_after_rest(struct kiosk *kiosk)
{
    double now = clock_seconds();
    answer_whoever_asks(kiosk);
    reload(kiosk);
    look_after_camera(kiosk);
    publisher_run(&kiosk->publisher, &kiosk->config,
                  mien_recogniser_model(kiosk->session.recogniser), now);
    struct mien_camera_status camera = session_status(&kiosk->session);
    struct stages stages = {.camera_away = camera.state != MIEN_CAMERA_RUNNING,
                            .turns = kiosk->session.source ? camera.turns : kiosk->shown,
                            .captured = kiosk->session.pictures,
                            .analysed = kiosk->session.result.analysed,
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

static int print_status(void)
{
    struct mien_error error;
    int result = status_ask(stdout, &error);
    if (!result)
        return EXIT_FINE;
    mien_log(MIEN_LOG_ERROR, "%s", error.text);
    return result == -EIO ? EXIT_LOSSES : EXIT_NO_DEVICE;
}

int command_kiosk(const struct mien_command_line *line)
{
    struct kiosk kiosk = {.line = line};
    mien_command_line_apply(line, &kiosk.config);
    if (kiosk.config.run.status)
        return print_status();
    if (kiosk.config.input.video && mien_command_line_has(line, "device"))
        return usage_error(line, "--video and --device exclude each other");
    reload_init(&kiosk.reload, line); /* first, so that no change is missed */
    if (settings_load(&kiosk.config, line))
        return EXIT_USAGE;
    struct mien_error error = {""};
    signals_catch(&(struct signals_options){.hangup = true});
    signals_end_within(END_MS);
    int code = open_parts(&kiosk, &error);
    if (!code)
        code = loop(&kiosk, &error);
    if (code)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    close_parts(&kiosk);
    return code;
}
