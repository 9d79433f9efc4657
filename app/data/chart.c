/* The timeline as SVG: for each face a strip of its labels and the stacked probabilities. */
#include "exports.h"

#include "draw/overlay.h"
#include "write.h"

/* Pixels; the report's script reads them from the data- attributes. */
enum { LEFT = 70, WIDTH = 900, RIGHT = 20, TOP = 44, STRIP = 12, AREA = 64, GAP = 22, BOTTOM = 30 };

struct chart {
    FILE *file;
    const struct timeline *timeline;
    double scale; /* pixels a second */
};

static double x_of(const struct chart *chart, double time)
{
    return LEFT + time * chart->scale;
}

static void write_rect(const struct chart *chart, double x, double y, double width, double height,
                       const char *label)
{
    fputs("<rect x=\"", chart->file);
    write_number(chart->file, x, 2);
    fputs("\" y=\"", chart->file);
    write_number(chart->file, y, 2);
    fputs("\" width=\"", chart->file);
    write_number(chart->file, width, 2);
    fputs("\" height=\"", chart->file);
    write_number(chart->file, height, 2);
    fprintf(chart->file, "\" fill=\"#%06x\"", (unsigned)overlay_color(label));
}

static void write_legend(const struct chart *chart)
{
    const struct mien_model_info *model = chart->timeline->model;
    for (int i = 0; i < model->label_count; i++) {
        int x = LEFT + (i % 8) * 110, y = 10 + i / 8 * 16;
        write_rect(chart, x, y, 12, 12, model->labels[i]);
        fprintf(chart->file, "/><text x=\"%d\" y=\"%d\">", x + 17, y + 10);
        write_xml(chart->file, model->labels[i]);
        fputs("</text>\n", chart->file);
    }
}

static void write_strip(const struct chart *chart, uint32_t face, int y)
{
    const struct timeline *timeline = chart->timeline;
    for (size_t i = 0; i < timeline->span_count; i++) {
        const struct timeline_span *span = &timeline->spans[i];
        if (span->face != face)
            continue;
        const char *label = timeline->model->labels[span->label];
        write_rect(chart, x_of(chart, span->start), y, (span->end - span->start) * chart->scale,
                   STRIP, label);
        fputs("><title>", chart->file);
        write_xml(chart->file, label);
        fprintf(chart->file, " (%.0f %%), %.2f to %.2f s</title></rect>\n", span->confidence * 100,
                span->start, span->end);
    }
}

/* Sum of the shares of labels below `label` in one step. */
static double level(const double *values, int label)
{
    double sum = 0;
    for (int i = 0; i < label; i++)
        sum += values[i + 1];
    return values[0] > 0 ? sum / values[0] : 0;
}

static void write_point(const struct chart *chart, double x, double y)
{
    write_number(chart->file, x, 2);
    putc(',', chart->file);
    write_number(chart->file, y, 2);
    putc(' ', chart->file);
}

/* One label's area over the steps from `first` to before `last`, in which the face is shown. */
static void write_area(const struct chart *chart, const struct timeline_face *face, int first,
                       int last, int label, int y)
{
    const struct timeline *timeline = chart->timeline;
    size_t size = (size_t)timeline->model->label_count + 1;
    fprintf(chart->file, "<polygon fill=\"#%06x\" points=\"",
            (unsigned)overlay_color(timeline->model->labels[label]));
    for (int i = 2 * first; i < 2 * last; i++) /* along the lower edge, in steps */
        write_point(chart, x_of(chart, (face->step_first + (i + 1) / 2) * timeline->step),
                    y + AREA * (1 - level(face->steps + (size_t)(i / 2) * size, label)));
    for (int i = 2 * last - 1; i >= 2 * first; i--) /* and back along the upper */
        write_point(chart, x_of(chart, (face->step_first + (i + 1) / 2) * timeline->step),
                    y + AREA * (1 - level(face->steps + (size_t)(i / 2) * size, label + 1)));
    fputs("\"/>\n", chart->file);
}

static void write_areas(const struct chart *chart, const struct timeline_face *face, int y)
{
    size_t size = (size_t)chart->timeline->model->label_count + 1;
    for (int first = 0, last; first < face->step_count; first = last) {
        last = first;
        while (last < face->step_count && face->steps[(size_t)last * size] > 0)
            last++;
        for (int label = 0; label < chart->timeline->model->label_count && last > first; label++)
            write_area(chart, face, first, last, label, y);
        if (last == first)
            last++;
    }
}

/* A round number of seconds between marks, about ten in all. */
static double mark_step(double duration)
{
    static const double steps[] = {0.1, 0.2, 0.5, 1,   2,    5,    10,   15,    30,    60,
                                   120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400};
    enum { COUNT = sizeof steps / sizeof *steps };
    for (int i = 0; i < COUNT; i++)
        if (duration / steps[i] <= 12)
            return steps[i];
    return duration / 10;
}

static void write_axis(const struct chart *chart, int bottom)
{
    double end = chart->timeline->end, step = mark_step(end);
    for (int i = 0; i * step <= end && i < 20; i++) {
        int x = (int)(x_of(chart, i * step) + 0.5), seconds = (int)(i * step);
        fprintf(chart->file,
                "<path class=\"mark\" d=\"M%d %dV%d\"/><text x=\"%d\" y=\"%d\" "
                "text-anchor=\"middle\">",
                x, TOP, bottom, x, bottom + 18);
        if (step < 1)
            write_number(chart->file, i * step, 1);
        else if (seconds >= 3600)
            fprintf(chart->file, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
        else
            fprintf(chart->file, "%d:%02d", seconds / 60, seconds % 60);
        fputs("</text>\n", chart->file);
    }
}

void write_chart(FILE *file, const struct timeline *timeline)
{
    size_t main_faces[CHART_FACES_MAX];
    size_t count = timeline_main_faces(timeline, main_faces, CHART_FACES_MAX);
    int row = STRIP + AREA + GAP, bottom = TOP + (count ? (int)count * row : GAP);
    struct chart chart = {file, timeline, timeline->end > 0 ? WIDTH / timeline->end : 0};
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
            "font-family=\"sans-serif\" font-size=\"12\" "
            "data-left=\"%d\" data-width=\"%d\" data-top=\"%d\" data-row=\"%d\">\n"
            "<style>.mark{stroke:#fff3;fill:none}text{fill:#ccc}</style>\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#22252b\"/>\n",
            LEFT + WIDTH + RIGHT, bottom + BOTTOM, LEFT, WIDTH, TOP, row);
    write_legend(&chart);
    write_axis(&chart, bottom);
    for (size_t i = 0; i < count; i++) {
        const struct timeline_face *face = &timeline->faces[main_faces[i]];
        int y = TOP + (int)i * row + GAP / 2;
        fprintf(file, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">face %u</text>\n", LEFT - 8,
                y + STRIP - 2, face->id);
        write_strip(&chart, face->id, y);
        write_areas(&chart, face, y + STRIP + 2);
    }
    fputs("</svg>\n", file);
}
