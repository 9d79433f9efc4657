/* The summary as JSON; docs/annotate.md and its schema describe it. */
#include "exports.h"
#include "json.h"

enum { TIME_PLACES = 6, SHARE_PLACES = 4 };

/* {label: share of `seconds`} */
static void write_shares(struct json *json, const struct mien_model_info *model,
                         const double *seconds, double whole)
{
    json_open(json, "share", '{');
    for (int i = 0; i < model->label_count; i++)
        json_number(json, model->labels[i], whole > 0 ? seconds[i] / whole : 0, SHARE_PLACES);
    json_close(json, '}');
}

static void write_changes(struct json *json, const struct mien_model_info *model,
                          const uint32_t *changes)
{
    int labels = model->label_count;
    json_open(json, "transitions", '[');
    for (int i = 0; i < labels * labels; i++) {
        if (!changes[i])
            continue;
        json_open(json, NULL, '{');
        json_text(json, "from", model->labels[i / labels]);
        json_text(json, "to", model->labels[i % labels]);
        json_count(json, "count", changes[i]);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_face(struct json *json, const struct timeline *timeline,
                       const struct timeline_face *face)
{
    const char *name = people_name(timeline->people, face->id);
    json_next_line(json);
    json_open(json, NULL, '{');
    json_count(json, "face", face->id);
    if (name)
        json_text(json, "name", name);
    json_number(json, "first", face->first, TIME_PLACES);
    json_number(json, "last", face->last, TIME_PLACES);
    json_number(json, "seconds", face->seconds, TIME_PLACES);
    write_shares(json, timeline->model, face->label_seconds, face->seconds);
    write_changes(json, timeline->model, face->changes);
    json_close(json, '}');
}

/* Of all the time that faces were shown. */
static void write_total(struct json *json, const struct timeline *timeline)
{
    double seconds[MIEN_LABELS_MAX] = {0}, whole = 0;
    for (size_t i = 0; i < timeline->face_count; i++) {
        whole += timeline->faces[i].seconds;
        for (int k = 0; k < timeline->model->label_count; k++)
            seconds[k] += timeline->faces[i].label_seconds[k];
    }
    write_shares(json, timeline->model, seconds, whole);
}

static void write_facts(struct json *json, const struct timeline *timeline,
                        const struct export_facts *facts)
{
    json_text(json, "format", "mien-summary");
    json_count(json, "version", 2);
    json_text(json, "source", facts->source);
    json_number(json, "duration", timeline->end, TIME_PLACES);
    json_count(json, "frames", timeline->frames);
    json_count(json, "frames_with_faces", timeline->frames_with_faces);
    json_count(json, "frames_lost", facts->losses);
    json_count(json, "time_jumps", facts->jumps);
    json_bool(json, "interrupted", facts->interrupted);
}

void write_summary(FILE *file, const struct timeline *timeline, const struct export_facts *facts)
{
    struct json json = {file};
    json_open(&json, NULL, '{');
    write_facts(&json, timeline, facts);
    json_open(&json, "labels", '[');
    for (int i = 0; i < timeline->model->label_count; i++)
        json_text(&json, NULL, timeline->model->labels[i]);
    json_close(&json, ']');
    write_total(&json, timeline);
    json_open(&json, "faces", '[');
    for (size_t i = 0; i < timeline->face_count; i++)
        write_face(&json, timeline, &timeline->faces[i]);
    json_close(&json, ']');
    json_close(&json, '}');
    putc('\n', file);
}
