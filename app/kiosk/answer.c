#include "answer.h"

#include <unistd.h>

#include "data/json.h"

static const char *const state_names[] = {"running", "stalled", "lost"};

static void write_camera(struct json *json, const struct mien_camera_status *camera)
{
    json_open(json, "camera", '{');
    json_text(json, "path", camera->path);
    json_text(json, "name", camera->name);
    json_text(json, "state", state_names[camera->state]);
    json_count(json, "width", camera->width);
    json_count(json, "height", camera->height);
    json_number(json, "fps", camera->fps, 2);
    json_count(json, "corrupt", (long long)camera->corrupt);
    json_count(json, "reopened", (long long)camera->reopened);
    json_close(json, '}');
}

static void write_latency(struct json *json, const char *name, double ms)
{
    if (ms < 0)
        json_null(json, name);
    else
        json_number(json, name, ms, 0);
}

void answer_write(const struct answer *answer, FILE *file)
{
    struct session *session = answer->session;
    struct overlay_status figures = {0};
    struct json json = {file};
    session_figures(session, answer->now, &figures);
    json_open(&json, NULL, '{');
    json_number(&json, "uptime", answer->now - answer->began, 1);
    json_count(&json, "pid", getpid());
    json_count(&json, "frames", (long long)session->pictures);
    json_count(&json, "looks", (long long)session->result.analysed);
    json_count(&json, "shown", (long long)answer->shown);
    json_open(&json, "drops", '{');
    json_count(&json, "capture", (long long)figures.drops);
    json_count(&json, "analysis", (long long)analysis_skipped(session->analysis));
    json_close(&json, '}');
    json_count(&json, "faces", session->result.faces.count);
    json_count(&json, "faces_so_far", answer->faces_so_far);
    json_number(&json, "fps", figures.fps, 1);
    json_open(&json, "latency_ms", '{');
    write_latency(&json, "p50", figures.latency_p50_ms);
    write_latency(&json, "p95", figures.latency_p95_ms);
    json_close(&json, '}');
    write_camera(&json, &answer->camera);
    json_text(&json, "config_error", answer->complaint);
    json_close(&json, '}');
    putc('\n', file);
}
