/* What annotation programs read: a tier for each face, with the spans that the subtitles have.
 * ELAN's EAF 3.0, and Praat's TextGrid. */
#include "exports.h"

#include <stdlib.h>

#include "moments.h"
#include "write.h"

/* ---- EAF ---- */

static void write_moments(FILE *file, const struct moment *moments, size_t count)
{
    fputs("<TIME_ORDER>\n", file);
    for (size_t i = 0; i < count; i++)
        fprintf(file, "<TIME_SLOT TIME_SLOT_ID=\"ts%zu\" TIME_VALUE=\"%lld\"/>\n",
                moments[i].number + 1, (long long)moments[i].ms);
    fputs("</TIME_ORDER>\n", file);
}

static void write_eaf_tier(FILE *file, const struct timeline *timeline, uint32_t face)
{
    char name[TIMELINE_NAME_MAX];
    timeline_name(timeline, face, name);
    fputs("<TIER LINGUISTIC_TYPE_REF=\"emotion\" TIER_ID=\"", file);
    write_xml(file, name);
    fputs("\">\n", file);
    for (size_t i = 0; i < timeline->span_count; i++) {
        const struct timeline_span *span = &timeline->spans[i];
        if (span->face != face || !moment_is_visible(span))
            continue;
        fprintf(file,
                "<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a%zu\" TIME_SLOT_REF1=\"ts%zu\" "
                "TIME_SLOT_REF2=\"ts%zu\"><ANNOTATION_VALUE>",
                i + 1, 2 * i + 1, 2 * i + 2);
        write_xml(file, timeline->model->labels[span->label]);
        fputs("</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>\n", file);
    }
    fputs("</TIER>\n", file);
}

/* The date is a constant, so that the same input gives the same file. */
void write_eaf(FILE *file, const struct timeline *timeline, const struct export_facts *facts)
{
    size_t count;
    struct moment *moments = moments_of(timeline, &count);
    if (!moments)
        return;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<ANNOTATION_DOCUMENT AUTHOR=\"mien\" DATE=\"1970-01-01T00:00:00Z\" FORMAT=\"3.0\" "
          "VERSION=\"3.0\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
          "xsi:noNamespaceSchemaLocation=\"http://www.mpi.nl/tools/elan/EAFv3.0.xsd\">\n"
          "<HEADER MEDIA_FILE=\"\" TIME_UNITS=\"milliseconds\"><MEDIA_DESCRIPTOR MEDIA_URL=\"",
          file);
    write_xml(file, facts->source);
    fputs("\" MIME_TYPE=\"video/*\"/></HEADER>\n", file);
    write_moments(file, moments, count);
    for (size_t i = 0; i < timeline->face_count; i++)
        write_eaf_tier(file, timeline, timeline->faces[i].id);
    fputs("<LINGUISTIC_TYPE GRAPHIC_REFERENCES=\"false\" LINGUISTIC_TYPE_ID=\"emotion\" "
          "TIME_ALIGNABLE=\"true\"/>\n</ANNOTATION_DOCUMENT>\n",
          file);
    free(moments);
}

/* ---- TextGrid ---- */

static void write_time(FILE *file, const char *name, int64_t ms)
{
    fprintf(file, "%s = ", name);
    write_number(file, (double)ms / 1000, 3);
    putc('\n', file);
}

/* Quotes are doubled in Praat's texts. */
static void write_text(FILE *file, const char *text)
{
    putc('"', file);
    for (; *text; text++)
        fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, file);
    fputs("\"\n", file);
}

/* Writes nothing for an interval of no length, and with a NULL file only counts. */
static int write_interval(FILE *file, int number, int64_t from, int64_t to, const char *text)
{
    if (to <= from)
        return number;
    if (!file)
        return number + 1;
    fprintf(file, "        intervals [%d]:\n", number + 1);
    write_time(file, "            xmin", from);
    write_time(file, "            xmax", to);
    fputs("            text = ", file);
    write_text(file, text);
    return number + 1;
}

/* Intervals fill the whole tier: empty ones lie between the spans. */
static int write_intervals(FILE *file, const struct timeline *timeline, uint32_t face, int64_t end)
{
    int64_t at = 0;
    int number = 0;
    for (size_t i = 0; i < timeline->span_count; i++) {
        const struct timeline_span *span = &timeline->spans[i];
        if (span->face != face || !moment_is_visible(span))
            continue;
        number = write_interval(file, number, at, moment_ms(span->start), "");
        at = moment_ms(span->end);
        number = write_interval(file, number, moment_ms(span->start), at,
                                timeline->model->labels[span->label]);
    }
    return write_interval(file, number, at, end, "");
}

void write_text_grid(FILE *file, const struct timeline *timeline)
{
    int64_t end = moment_ms(timeline->end);
    fputs("File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\n", file);
    write_time(file, "xmax", end);
    fprintf(file, "tiers? <exists>\nsize = %zu\nitem []:\n", timeline->face_count);
    for (size_t i = 0; i < timeline->face_count; i++) {
        uint32_t face = timeline->faces[i].id;
        char name[TIMELINE_NAME_MAX];
        timeline_name(timeline, face, name);
        fprintf(file, "    item [%zu]:\n        class = \"IntervalTier\"\n        name = ", i + 1);
        write_text(file, name);
        fputs("        xmin = 0\n", file);
        write_time(file, "        xmax", end);
        fprintf(file, "        intervals: size = %d\n", write_intervals(NULL, timeline, face, end));
        write_intervals(file, timeline, face, end);
    }
}
