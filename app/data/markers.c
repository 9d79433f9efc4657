/* The spans as Anvil's tracks, and as markers for video editors (EDL as DaVinci Resolve has them).
 */
#include "exports.h"

#include <math.h>

#include "moments.h"
#include "write.h"

/* ---- Anvil ---- */

static void write_track(FILE *file, const struct timeline *timeline, uint32_t face)
{
    int index = 0;
    char name[TIMELINE_NAME_MAX];
    timeline_name(timeline, face, name);
    fputs("<track name=\"", file);
    write_xml(file, name);
    fputs("\" type=\"primary\">\n", file);
    for (size_t i = 0; i < timeline->span_count; i++) {
        const struct timeline_span *span = &timeline->spans[i];
        if (span->face != face || !moment_is_visible(span))
            continue;
        fprintf(file, "<el index=\"%d\" start=\"", index++);
        write_number(file, span->start, 3);
        fputs("\" end=\"", file);
        write_number(file, span->end, 3);
        fputs("\"><attribute name=\"emotion\">", file);
        write_xml(file, timeline->model->labels[span->label]);
        fputs("</attribute></el>\n", file);
    }
    fputs("</track>\n", file);
}

void write_anvil(FILE *file, const struct timeline *timeline, const struct export_facts *facts)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<annotation>\n<head>\n"
          "<specification src=\"mien.xml\"/>\n<video src=\"",
          file);
    write_xml(file, facts->source);
    fputs("\"/>\n<info key=\"coder\" type=\"String\">mien</info>\n</head>\n<body>\n", file);
    for (size_t i = 0; i < timeline->face_count; i++)
        write_track(file, timeline, timeline->faces[i].id);
    fputs("</body>\n</annotation>\n", file);
}

/* ---- EDL ---- */

enum { USUAL_FPS = 25, FIRST_HOUR = 3600 /* where timelines begin in editors */ };

static void write_timecode(FILE *file, int64_t frame, int fps)
{
    int64_t seconds = frame / fps + FIRST_HOUR;
    fprintf(file, "%02lld:%02lld:%02lld:%02lld", (long long)(seconds / 3600),
            (long long)(seconds / 60 % 60), (long long)(seconds % 60), (long long)(frame % fps));
}

static void write_marker(FILE *file, const struct timeline *timeline,
                         const struct timeline_span *span, int number, double rate)
{
    int fps = (int)lrint(rate) > 0 ? (int)lrint(rate) : USUAL_FPS;
    int64_t first = llround(span->start * rate), last = llround(span->end * rate);
    char name[TIMELINE_NAME_MAX];
    int64_t places[] = {first, first + 1, first, first + 1};
    fprintf(file, "%03d  001      V     C        ", number);
    for (int i = 0; i < 4; i++) {
        write_timecode(file, places[i], fps);
        putc(' ', file);
    }
    fputs(" \n |C:ResolveColorBlue |M:", file);
    timeline_name(timeline, span->face, name);
    write_plain(file, name);
    fputs(": ", file);
    write_plain(file, timeline->model->labels[span->label]);
    fprintf(file, " |D:%lld\n\n", (long long)(last > first ? last - first : 1));
}

void write_edl(FILE *file, const struct timeline *timeline, const struct export_facts *facts)
{
    double rate = facts->fps > 0 ? facts->fps : USUAL_FPS;
    int number = 0;
    fputs("TITLE: ", file);
    write_plain(file, facts->source);
    fputs("\nFCM: NON-DROP FRAME\n\n", file);
    for (size_t i = 0; i < timeline->span_count; i++)
        if (moment_is_visible(&timeline->spans[i]))
            write_marker(file, timeline, &timeline->spans[i], ++number, rate);
}
