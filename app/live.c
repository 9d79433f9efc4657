/* mien live: a camera, or a recording in its place, in a window or as JSON Lines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "commands.h"
#include "common/signals.h"
#include "draw/window.h"
#include "files/outputs.h"
#include "mien/log.h"
#include "reload.h"
#include "settings.h"
#include "stream/recorder.h"
#include "stream/session.h"
#include "usage.h"

/* How long the loop waits for a picture before it looks after keys and signals again. */
enum { WAIT_MS = 50 };

#define IDLE_SECONDS 1.5 /* without a face, before the window says so */

struct live {
    const struct mien_command_line *line;
    struct mien_config *config;
    struct reload reload;
    struct mien_error complaint; /* of settings that were not taken over; empty: none */
    struct session session;
    struct window *window;
    struct recorder *recorder; /* NULL: not recording */
    char recording[64];        /* its file, when the key named it */
    bool asked_for;            /* it is that of --record */
    bool begun;                /* there was a picture */
    uint64_t recorder_drops;   /* of recordings that have ended */
    double began, last_face;
    bool reader_left; /* of our JSON Lines */
};

/* ---- the parts ---- */

static int check_outputs(struct live *live, struct mien_error *error)
{
    const struct mien_config *config = live->config;
    struct output list[2];
    size_t count = 0;
    if (config->output.jsonl)
        list[count++] = (struct output){config->output.jsonl, "--jsonl"};
    if (config->output.record)
        list[count++] = (struct output){config->output.record, "--record"};
    char *const inputs[] = {(char *)config->input.video};
    return outputs_check(list, count, inputs, config->input.video != NULL, config->output.overwrite,
                         "-y overwrites it", error)
               ? EXIT_USAGE
               : EXIT_FINE;
}

static int open_session(struct live *live, struct mien_error *error)
{
    struct mien_recogniser_options options = settings_recogniser(live->config);
    const struct mien_config *config = live->config;
    struct rows_options rows = {.jsonl = config->output.jsonl,
                                .socket = config->output.socket,
                                .web = config->output.web,
                                .osc = config->output.osc,
                                .mqtt = config->output.mqtt ? config : NULL};
    if (config->output.headless && !rows.jsonl && !rows.socket && !rows.web && !rows.osc &&
        !rows.mqtt)
        rows.jsonl = "-";
    if (session_open(&live->session, &options, error))
        return EXIT_UNREADABLE;
    int result = session_write(&live->session, &rows, error);
    if (result)
        return result == -EINVAL ? EXIT_USAGE : EXIT_LOSSES;
    return session_start(&live->session, error) ? EXIT_UNREADABLE : EXIT_FINE;
}

static struct mien_camera_options camera_of(const struct live *live)
{
    struct mien_camera_options camera = settings_camera(live->config);
    camera.gray_alone = live->config->output.headless && !live->config->output.record;
    return camera;
}

static int open_source(struct live *live, struct mien_error *error)
{
    const char *video = live->config->input.video;
    struct mien_camera_options camera = camera_of(live);
    if (session_connect(&live->session, video, &camera, error))
        return video ? EXIT_UNREADABLE : EXIT_NO_DEVICE;
    return EXIT_FINE;
}

static struct window_options window_options_of(const struct live *live)
{
    const struct mien_config *config = live->config;
    bool mirrored = !config->input.video || mien_command_line_has(live->line, "mirror");
    return (struct window_options){.mirror = config->camera.mirror && mirrored,
                                   .bars = config->window.bars,
                                   .blur = config->window.blur,
                                   .fullscreen = config->window.fullscreen};
}

static int open_window(struct live *live, struct mien_error *error)
{
    if (live->config->output.headless)
        return EXIT_FINE;
    struct mien_camera_status status = session_status(&live->session);
    char title[128];
    snprintf(title, sizeof title, "mien: %s", *status.name ? status.name : status.path);
    struct window_options window = window_options_of(live);
    window.title = title;
    window.width = status.width ? status.width : live->config->camera.width; /* not known yet */
    window.height = status.height ? status.height : live->config->camera.height;
    return window_open(&live->window, &window, mien_recogniser_model(live->session.recogniser),
                       error)
               ? EXIT_NO_DEVICE
               : EXIT_FINE;
}

static int open_parts(struct live *live, struct mien_error *error)
{
    int (*const steps[])(struct live *, struct mien_error *) = {check_outputs, open_session,
                                                                open_source, open_window};
    int code = EXIT_FINE;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !code; i++)
        code = steps[i](live, error);
    return code;
}

/* ---- other settings ---- */

/* Settings of a camera that does not open so give way to the old ones; where that does not open
 * either, the new one is waited for. */
static void reconnect(struct live *live, const struct mien_config *old)
{
    struct mien_config new = *live->config;
    session_disconnect(&live->session);
    if (!open_source(live, &live->complaint))
        return;
    mien_log(MIEN_LOG_ERROR, "%s", live->complaint.text);
    live->config->camera = old->camera;
    if (!open_source(live, &(struct mien_error){""}))
        return;
    live->config->camera = new.camera;
    *live->complaint.text = '\0';
}

static void await_camera(struct live *live)
{
    struct mien_camera_options camera = camera_of(live);
    session_await(&live->session, &camera);
}

/* A recording under way ends with the settings that it began with. */
static void reload(struct live *live)
{
    struct mien_config old = *live->config, *new = live->config;
    if (live->recorder ||
        reload_run(&live->reload, new, &live->session, live->window, &live->complaint) <= 0)
        return;
    *live->complaint.text = '\0';
    struct window_options window = window_options_of(live);
    if (live->window &&
        (!mien_config_same(&old, new, "window") || old.camera.mirror != new->camera.mirror))
        window_apply(live->window, &window);
    if (!live->config->input.video && !settings_same_camera(&old, new))
        reconnect(live, &old);
}

/* ---- recording ---- */

/* Tells the user where to look: in the window if there is one. */
static void tell(struct live *live, const char *what, const char *file)
{
    if (live->window)
        window_say(live->window, "%s %.100s", what, file);
    else
        mien_log(MIEN_LOG_INFO, "%s %s", what, file);
}

static int start_recording(struct live *live, const struct mien_frame *first, const char *path,
                           struct mien_error *error)
{
    int result = recorder_start(&live->recorder, path, first, session_status(&live->session).fps,
                                live->config->output.overwrite,
                                mien_recogniser_model(live->session.recogniser), error);
    if (!result)
        tell(live, "recording", path);
    live->asked_for = path == live->config->output.record;
    snprintf(live->recording, sizeof live->recording, "%s", path);
    return result;
}

static int stop_recording(struct live *live, struct mien_error *error)
{
    if (!live->recorder)
        return 0;
    live->recorder_drops += recorder_dropped(live->recorder);
    int result = recorder_stop(&live->recorder, error);
    if (!result && live->window)
        tell(live, "recorded", live->recording);
    return result;
}

static void tell_failure(struct live *live, const struct mien_error *error)
{
    mien_log(MIEN_LOG_ERROR, "%s", error->text);
    tell(live, "not recorded:", error->text);
}

/* The key's recordings are named by the time they begin, in the current folder. One that fails
 * is told of and leaves the picture alone. */
static void toggle_recording(struct live *live, const struct mien_frame *frame)
{
    struct mien_error error = {""};
    char path[64];
    time_t now = time(NULL);
    struct tm local;
    strftime(path, sizeof path, "mien-%Y%m%d-%H%M%S.mp4", localtime_r(&now, &local));
    int result =
        live->recorder ? stop_recording(live, &error) : start_recording(live, frame, path, &error);
    if (result)
        tell_failure(live, &error);
}

/* What --record asks for has to succeed. */
static int record(struct live *live, const struct session_picture *seen, struct mien_error *error)
{
    struct overlay_style style = {.bars = live->config->window.bars,
                                  .blur = live->config->window.blur};
    int result = 0;
    if (live->config->output.record && !live->begun)
        result = start_recording(live, &seen->frame, live->config->output.record, error);
    live->begun = true;
    if (live->window && window_record_pressed(live->window))
        toggle_recording(live, &seen->frame);
    if (result || !live->recorder)
        return result;
    result = recorder_add(live->recorder, &seen->frame, &seen->faces,
                          live->window ? window_style(live->window) : &style, error);
    if (!result || live->asked_for)
        return result;
    stop_recording(live, error);
    tell_failure(live, error);
    return 0;
}

/* ---- the end ---- */

static int close_parts(struct live *live, int code)
{
    struct mien_error error;
    if (stop_recording(live, &error) && !code) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        code = EXIT_LOSSES;
    }
    window_close(&live->window);
    if (session_close(&live->session, &error) && !code && !live->reader_left) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        code = EXIT_LOSSES;
    }
    return code;
}

/* ---- the loop ---- */

/* A word for the status line; NULL: nothing to tell. */
static const char *note(const struct live *live)
{
    if (window_frozen(live->window))
        return live->recorder ? "● recording, frozen" : "frozen";
    return live->recorder ? "● recording" : NULL;
}

static const char *hint(struct live *live, enum mien_camera_state state, double now)
{
    switch (state) {
    case MIEN_CAMERA_STALLED:
        return live->begun ? "the camera sends nothing" : "waiting for the first picture…";
    case MIEN_CAMERA_LOST:
        return "waiting for it to come back…";
    case MIEN_CAMERA_RUNNING:
        break;
    }
    if (!live->begun)
        return NULL;
    if (live->session.shown.faces.count || window_frozen(live->window))
        live->last_face = now;
    return now - live->last_face > IDLE_SECONDS ? "looking for faces…" : NULL;
}

static int show(struct live *live, bool newer, struct mien_error *error)
{
    struct session *session = &live->session;
    double now = clock_seconds();
    struct mien_camera_status camera = session_status(session);
    char about[192] = "";
    if (session->source)
        source_describe(session->source, about, sizeof about);
    struct overlay_status status = {.note = note(live),
                                    .hint = hint(live, camera.state, now),
                                    .about = about,
                                    .screen = {.banner = live->complaint.text}};
    if (camera.state == MIEN_CAMERA_LOST)
        status.screen.title = "Camera lost";
    else if (!live->begun)
        status.screen.title = "Starting…";
    session_figures(session, now, &status);
    const struct session_picture *shown = session->shown.frame.color.data ? &session->shown : NULL;
    int result = window_show(live->window, shown ? &shown->frame.color : NULL,
                             shown ? &shown->faces : NULL, &status, error);
    if (newer)
        session_presented(session);
    return result;
}

static int step(struct live *live, struct mien_error *error)
{
    struct session *session = &live->session;
    analysis_search_whole(session->analysis, live->window ? window_style(live->window)->blur
                                                          : live->config->window.blur);
    int result = session_next(session, WAIT_MS, error);
    if (result && result != -ETIMEDOUT)
        return result;
    bool newer = !result && live->window && !window_frozen(live->window);
    result = result ? 0 : record(live, &session->seen, error);
    if (newer)
        session_show(session);
    if (!result && live->window)
        result = show(live, newer, error);
    return result;
}

static bool goes_on(struct live *live)
{
    double seconds = live->config->run.seconds;
    if (signals_stop() || (seconds > 0 && clock_seconds() - live->began >= seconds))
        return false;
    return !live->window || window_react(live->window);
}

/* A reader that has had enough is no error, nor is the end of standard input. */
static int loop(struct live *live, struct mien_error *error)
{
    live->began = live->last_face = clock_seconds();
    while (goes_on(live)) {
        reload(live);
        if (!live->session.source)
            await_camera(live);
        int result = step(live, error);
        live->reader_left = result == -EPIPE;
        if (live->reader_left || result == -ENODATA)
            return EXIT_FINE;
        if (result)
            return live->begun || result != -EINVAL ? EXIT_LOSSES : EXIT_UNREADABLE;
    }
    return EXIT_FINE;
}

/* What --record asks for may never have begun. */
static int check_recorded(const struct live *live, struct mien_error *error)
{
    if (!live->config->output.record || live->session.pictures || live->reader_left)
        return EXIT_FINE;
    mien_error_set(error, ENODATA, "%s: not recorded, as there was no picture",
                   live->config->output.record);
    return EXIT_LOSSES;
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
    struct mien_camera_status camera = session_status(&live->session);
    uint64_t unrecorded =
        live->recorder_drops + (live->recorder ? recorder_dropped(live->recorder) : 0);
    mien_log(MIEN_LOG_INFO,
             "%.1f s: %.1f pictures a second, %.1f searched for faces, %.1f read; dropped %llu at "
             "capture, %llu before the search, %llu before reading, %llu before recording; "
             "%.2f CPU cores",
             seconds, (double)live->session.pictures / seconds,
             (double)live->session.result.analysed / seconds,
             (double)live->session.result.classified / seconds, (unsigned long long)camera.dropped,
             (unsigned long long)analysis_skipped(live->session.analysis),
             (unsigned long long)analysis_unclassified(live->session.analysis),
             (unsigned long long)unrecorded, cpu / seconds);
    const struct meter *shows = &live->session.shows, *analysed = &live->session.analysed;
    double shown = meter_percentile(shows, now, 0.5), looked = meter_percentile(analysed, now, 0.5);
    if (shown >= 0 && looked >= 0)
        mien_log(MIEN_LOG_INFO,
                 "from capture to screen, last 5 s: picture %.0f ms (p95 %.0f), faces %.0f ms "
                 "(p95 %.0f)",
                 shown, meter_percentile(shows, now, 0.95), looked,
                 meter_percentile(analysed, now, 0.95));
}

static int check_line(const struct mien_command_line *line, const struct mien_config *config)
{
    if (config->input.video && mien_command_line_has(line, "device"))
        return usage_error(line, "--video and --device exclude each other");
    if (config->output.record && !strcmp(config->output.record, "-"))
        return usage_error(line, "--record takes the name of a file, not '-'");
    return EXIT_FINE;
}

int command_live(const struct mien_command_line *line)
{
    struct mien_config config;
    struct live live = {.line = line, .config = &config};
    reload_init(&live.reload, line); /* first, so that no change is missed */
    if (settings_load(&config, line) || check_line(line, &config))
        return EXIT_USAGE;
    struct mien_error error = {""};
    signals_catch(&(struct signals_options){.hangup = true});
    int code = open_parts(&live, &error);
    if (!code) {
        double cpu = cpu_seconds();
        code = loop(&live, &error);
        report(&live, cpu_seconds() - cpu);
        if (!code)
            code = check_recorded(&live, &error);
    }
    if (code)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    return close_parts(&live, code);
}
