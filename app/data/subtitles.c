/* WebVTT (W3C) and SubRip: the dominant emotion of each face over spans. */
#include "papers.h"

#include <math.h>

#include "put.h"

static void put_clock(FILE *file, double seconds, char point)
{
    int64_t ms = llround(seconds * 1000);
    fprintf(file, "%02lld:%02lld:%02lld%c%03lld", (long long)(ms / 3600000),
            (long long)(ms / 60000 % 60), (long long)(ms / 1000 % 60), point,
            (long long)(ms % 1000));
}

static void put_cue(FILE *file, const struct timeline *timeline, const struct timeline_span *span,
                    char point)
{
    put_clock(file, span->start, point);
    fputs(" --> ", file);
    put_clock(file, span->end, point);
    fprintf(file, "\nface %u: ", span->face);
    put_xml(file, timeline->model->labels[span->label]);
    fprintf(file, " (%.0f %%)\n\n", span->confidence * 100);
}

/* A cue that rounds to no time at all would be refused by players. */
static int is_visible(const struct timeline_span *span)
{
    return llround(span->end * 1000) > llround(span->start * 1000);
}

void put_vtt(FILE *file, const struct timeline *timeline)
{
    fputs("WEBVTT\n\n", file);
    for (size_t i = 0; i < timeline->span_count; i++)
        if (is_visible(&timeline->spans[i]))
            put_cue(file, timeline, &timeline->spans[i], '.');
}

void put_srt(FILE *file, const struct timeline *timeline)
{
    int number = 0;
    for (size_t i = 0; i < timeline->span_count; i++) {
        if (!is_visible(&timeline->spans[i]))
            continue;
        fprintf(file, "%d\n", ++number);
        put_cue(file, timeline, &timeline->spans[i], ',');
    }
}
