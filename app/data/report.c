/* The report: one HTML file without anything from outside. */
#include "exports.h"

#include <libavutil/base64.h>
#include <libavutil/mem.h>
#include <stdlib.h>
#include <turbojpeg.h>

#include "draw/overlay.h"
#include "json.h"
#include "report_page.h"
#include "write.h"

enum { THUMB_QUALITY = 85, BAR_WIDTH = 60 /* pixels */ };

/* ---- the curves, for the script ---- */

static void write_values(struct json *json, const double *values, int labels)
{
    if (values[0] <= 0) {
        json_null(json, NULL);
        return;
    }
    json_open(json, NULL, '[');
    for (int i = 0; i < labels; i++)
        json_number(json, NULL, values[i + 1] / values[0], 3);
    json_close(json, ']');
}

static void write_curve(struct json *json, const struct timeline *timeline,
                        const struct timeline_face *face)
{
    int labels = timeline->model->label_count;
    json_next_line(json);
    json_open(json, NULL, '{');
    json_count(json, "face", face->id);
    json_count(json, "first", face->step_first);
    json_open(json, "values", '[');
    for (int i = 0; i < face->step_count; i++)
        write_values(json, face->steps + (size_t)i * (size_t)(labels + 1), labels);
    json_close(json, ']');
    json_close(json, '}');
}

static void write_curves(FILE *file, const struct timeline *timeline, const size_t *faces,
                         size_t count)
{
    struct json json = {file};
    json_open(&json, NULL, '{');
    json_number(&json, "step", timeline->step, 6);
    json_open(&json, "faces", '[');
    for (size_t i = 0; i < count; i++)
        write_curve(&json, timeline, &timeline->faces[faces[i]]);
    json_close(&json, ']');
    json_close(&json, '}');
    putc('\n', file);
}

/* ---- a card for each face ---- */

static void write_jpeg(FILE *file, const unsigned char *jpeg, size_t size)
{
    size_t capacity = AV_BASE64_SIZE(size);
    char *text = malloc(capacity);
    if (text && av_base64_encode(text, (int)capacity, jpeg, (int)size))
        fprintf(file, "<img alt=\"\" src=\"data:image/jpeg;base64,%s\">\n", text);
    free(text);
}

static void write_thumb(FILE *file, const struct mien_picture *thumb)
{
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    tjhandle compressor = thumb->data ? tjInitCompress() : NULL;
    if (compressor &&
        tjCompress2(compressor, thumb->data, thumb->width, (int)thumb->stride, thumb->height,
                    TJPF_BGRX, &jpeg, &size, TJSAMP_420, THUMB_QUALITY, 0) == 0)
        write_jpeg(file, jpeg, size);
    else
        fputs("<div class=\"none\"></div>\n", file);
    tjFree(jpeg);
    if (compressor)
        tjDestroy(compressor);
}

static void write_card(FILE *file, const struct timeline *timeline,
                       const struct timeline_face *face)
{
    const struct mien_model_info *model = timeline->model;
    const char *name = people_name(timeline->people, face->id);
    fprintf(file, "<div class=\"face\" data-face=\"%u\">", face->id);
    write_thumb(file, &face->thumb);
    fprintf(file,
            "<div><h3>Face %u</h3><input data-face=\"%u\" aria-label=\"name of face %u\" "
            "placeholder=\"name\" value=\"",
            face->id, face->id, face->id);
    write_xml(file, name ? name : "");
    fprintf(file, "\"><br>%.1f s, from %.1f to %.1f s\n<table>\n", face->seconds, face->first,
            face->last);
    for (int i = 0; i < model->label_count; i++) {
        double share = face->seconds > 0 ? face->label_seconds[i] / face->seconds : 0;
        if (share < 0.005)
            continue;
        fputs("<tr><td>", file);
        write_xml(file, model->labels[i]);
        fprintf(file,
                "<td>%.0f&nbsp;%%<td><span class=\"bar\" style=\"width:%.0fpx;"
                "background:#%06x\"></span>\n",
                share * 100, share * BAR_WIDTH, (unsigned)overlay_color(model->labels[i]));
    }
    fputs("</table></div></div>\n", file);
}

/* ---- the page ---- */

static void write_facts(FILE *file, const struct timeline *timeline,
                        const struct export_facts *facts, size_t shown)
{
    fprintf(file, "<p>%.1f s, %lld frames, %lld of them with faces; %zu faces", timeline->end,
            (long long)timeline->frames, (long long)timeline->frames_with_faces,
            timeline->face_count);
    if (shown < timeline->face_count)
        fprintf(file, ", of which the %zu seen longest are shown", shown);
    fputs(".", file);
    if (facts->losses)
        fprintf(file, " %lld frames were missing or damaged.", (long long)facts->losses);
    if (facts->interrupted)
        fputs(" The run was interrupted; this is what it saw until then.", file);
    fputs(" What is said is what faces look like, not what people feel.</p>\n", file);
}

void write_report(FILE *file, const struct timeline *timeline, const struct export_facts *facts)
{
    size_t faces[CHART_FACES_MAX];
    size_t count = timeline_main_faces(timeline, faces, CHART_FACES_MAX);
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n<title>", file);
    write_xml(file, facts->source);
    fprintf(file, "</title>\n<style>\n%s</style>\n<h1>", report_style);
    write_xml(file, facts->source);
    fputs("</h1>\n", file);
    write_facts(file, timeline, facts, count);
    write_chart(file, timeline);
    fputs("<div id=\"detail\"></div>\n<div class=\"faces\">\n", file);
    for (size_t i = 0; i < count; i++)
        write_card(file, timeline, &timeline->faces[faces[i]]);
    fputs("</div>\n<h2>People</h2>\n<p class=\"hint\">Faces of one name are one person. "
          "<button id=\"save\">Save the names</button> for <code>--people</code>.</p>\n"
          "<table id=\"people\"></table>\n<div id=\"tip\"></div><div id=\"line\"></div>\n"
          "<script type=\"application/json\" id=\"summary\">",
          file);
    write_summary(file, timeline, facts);
    fputs("</script>\n<script type=\"application/json\" id=\"curves\">", file);
    write_curves(file, timeline, faces, count);
    fprintf(file, "</script>\n<script>\n%s</script>\n</html>\n", report_script);
}
