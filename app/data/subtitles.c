/* WebVTT (W3C) and SubRip: the dominant emotion of each face over spans. */
#include "exports.h"

#include "moments.h"
#include "write.h"

static void write_clock(FILE *file, double seconds, char point)
{
    int64_t ms = moment_ms(seconds);
    fprintf(file, "%02lld:%02lld:%02lld%c%03lld", (long long)(ms / 3600000),
            (long long)(ms / 60000 % 60), (long long)(ms / 1000 % 60), point,
            (long long)(ms % 1000));
}

static void write_cue(FILE *file, const struct timeline *timeline, const struct timeline_span *span,
                      enum export_kind kind)
{
    const char *label = timeline->model->labels[span->label];
    void (*write)(FILE *, const char *) = kind == EXPORT_SRT ? write_plain : write_xml;
    char name[TIMELINE_NAME_MAX];
    char point = kind == EXPORT_SRT ? ',' : '.';
    write_clock(file, span->start, point);
    fputs(" --> ", file);
    write_clock(file, span->end, point);
    timeline_name(timeline, span->face, name);
    putc('\n', file);
    write(file, name);
    fputs(": ", file);
    write(file, label);
    fprintf(file, " (%.0f %%)\n\n", span->confidence * 100);
}

/* A span that reaches up to now grows with the next frame, or another one follows it. */
static bool has_ended(const struct timeline *timeline, const struct timeline_span *span)
{
    return span->end < timeline->end;
}

void write_cues(FILE *file, enum export_kind kind, const struct timeline *timeline,
                struct cues *cues, bool all)
{
    if (!cues->begun && kind == EXPORT_VTT)
        fputs("WEBVTT\n\n", file);
    cues->begun = true;
    for (; cues->next < timeline->span_count; cues->next++) {
        const struct timeline_span *span = &timeline->spans[cues->next];
        if (!all && !has_ended(timeline, span))
            return;
        if (!moment_is_visible(span))
            continue;
        if (kind == EXPORT_SRT)
            fprintf(file, "%d\n", ++cues->number);
        write_cue(file, timeline, span, kind);
    }
}
