/* The summary as JSON; docs/annotate.md and its schema describe it. */
#include "exports.h"
#include "write.h"

enum { TIME_PLACES = 6, SHARE_PLACES = 4 };

static void write_field(FILE *file, const char *name, double value, int places)
{
    fprintf(file, "\"%s\":", name);
    write_number(file, value, places);
}

/* {label: share of `seconds`} */
static void write_shares(FILE *file, const struct mien_model_info *model, const double *seconds,
                         double whole)
{
    fputs("\"share\":{", file);
    for (int i = 0; i < model->label_count; i++) {
        fputs(i ? "," : "", file);
        write_json_string(file, model->labels[i]);
        putc(':', file);
        write_number(file, whole > 0 ? seconds[i] / whole : 0, SHARE_PLACES);
    }
    putc('}', file);
}

static void write_changes(FILE *file, const struct mien_model_info *model, const uint32_t *changes)
{
    int labels = model->label_count, written = 0;
    fputs("\"transitions\":[", file);
    for (int i = 0; i < labels * labels; i++) {
        if (!changes[i])
            continue;
        fputs(written++ ? ",{\"from\":" : "{\"from\":", file);
        write_json_string(file, model->labels[i / labels]);
        fputs(",\"to\":", file);
        write_json_string(file, model->labels[i % labels]);
        fprintf(file, ",\"count\":%u}", changes[i]);
    }
    putc(']', file);
}

static void write_face(FILE *file, const struct timeline *timeline,
                       const struct timeline_face *face)
{
    fprintf(file, "{\"face\":%u,", face->id);
    write_field(file, "first", face->first, TIME_PLACES);
    putc(',', file);
    write_field(file, "last", face->last, TIME_PLACES);
    putc(',', file);
    write_field(file, "seconds", face->seconds, TIME_PLACES);
    putc(',', file);
    write_shares(file, timeline->model, face->label_seconds, face->seconds);
    putc(',', file);
    write_changes(file, timeline->model, face->changes);
    putc('}', file);
}

/* Of all the time that faces were shown. */
static void write_total(FILE *file, const struct timeline *timeline)
{
    double seconds[MIEN_LABELS_MAX] = {0}, whole = 0;
    for (size_t i = 0; i < timeline->face_count; i++) {
        whole += timeline->faces[i].seconds;
        for (int k = 0; k < timeline->model->label_count; k++)
            seconds[k] += timeline->faces[i].label_seconds[k];
    }
    write_shares(file, timeline->model, seconds, whole);
}

void write_summary(FILE *file, const struct timeline *timeline, const struct export_facts *facts)
{
    fputs("{\"format\":\"mien-summary\",\"version\":2,\"source\":", file);
    write_json_string(file, facts->source);
    putc(',', file);
    write_field(file, "duration", timeline->end, TIME_PLACES);
    fprintf(file, ",\"frames\":%lld,\"frames_with_faces\":%lld,\"frames_lost\":%lld",
            (long long)timeline->frames, (long long)timeline->frames_with_faces,
            (long long)facts->losses);
    fprintf(file, ",\"time_jumps\":%lld", (long long)facts->jumps);
    fprintf(file, ",\"interrupted\":%s,\"labels\":[", facts->interrupted ? "true" : "false");
    for (int i = 0; i < timeline->model->label_count; i++) {
        fputs(i ? "," : "", file);
        write_json_string(file, timeline->model->labels[i]);
    }
    fputs("],", file);
    write_total(file, timeline);
    fputs(",\"faces\":[", file);
    for (size_t i = 0; i < timeline->face_count; i++) {
        fputs(i ? ",\n" : "\n", file);
        write_face(file, timeline, &timeline->faces[i]);
    }
    fputs("]}\n", file);
}
