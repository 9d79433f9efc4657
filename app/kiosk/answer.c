#include "answer.h"

#include <unistd.h>

#include "data/write.h"

static const char *const state_names[] = {"running", "stalled", "lost"};

static void write_camera(const struct mien_camera_status *camera, FILE *file)
{
    fputs("\"camera\":{\"path\":", file);
    write_json_string(file, camera->path);
    fputs(",\"name\":", file);
    write_json_string(file, camera->name);
    fprintf(file,
            ",\"state\":\"%s\",\"width\":%d,\"height\":%d,\"fps\":", state_names[camera->state],
            camera->width, camera->height);
    write_number(file, camera->fps, 2);
    fprintf(file, ",\"corrupt\":%llu,\"reopened\":%llu}", (unsigned long long)camera->corrupt,
            (unsigned long long)camera->reopened);
}

static void write_latency(double ms, FILE *file)
{
    if (ms < 0)
        fputs("null", file);
    else
        write_number(file, ms, 0);
}

void answer_put(const struct answer *answer, FILE *file)
{
    struct session *session = answer->session;
    struct overlay_status figures = {0};
    session_figures(session, answer->now, &figures);
    fputs("{\"uptime\":", file);
    write_number(file, answer->now - answer->began, 1);
    fprintf(file, ",\"pid\":%d,\"frames\":%llu,\"looks\":%llu,\"shown\":%llu", (int)getpid(),
            (unsigned long long)session->pictures, (unsigned long long)session->result.analysed,
            (unsigned long long)answer->shown);
    fprintf(file, ",\"drops\":{\"capture\":%llu,\"analysis\":%llu}",
            (unsigned long long)figures.drops,
            (unsigned long long)analysis_skipped(session->analysis));
    fprintf(file, ",\"faces\":%d,\"faces_so_far\":%u,\"fps\":", session->result.faces.count,
            answer->faces_so_far);
    write_number(file, figures.fps, 1);
    fputs(",\"latency_ms\":{\"p50\":", file);
    write_latency(figures.latency_p50_ms, file);
    fputs(",\"p95\":", file);
    write_latency(figures.latency_p95_ms, file);
    fputs("},", file);
    write_camera(&answer->camera, file);
    fputs(",\"config_error\":", file);
    write_json_string(file, answer->complaint);
    fputs("}\n", file);
}
