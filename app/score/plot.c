#include "plot.h"

#include <cairo-svg.h>
#include <cairo.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "files/outputs.h"

enum alignment { LEFT, CENTRE, RIGHT };

static bool is_png(const char *path)
{
    return ends_in(path, ".png");
}

int plot_check_name(const char *path, struct mien_error *error)
{
    if (is_png(path) || ends_in(path, ".svg"))
        return 0;
    return mien_error_set(error, EINVAL, "%s: a plot's name ends in .svg or .png", path);
}

static cairo_status_t write_bytes(void *stream, const unsigned char *data, unsigned size)
{
    return fwrite(data, 1, size, stream) == size ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* A white canvas of `width` × `height` points, 2 pixels a point in PNG. */
static cairo_t *begin(struct atomic_file *file, double width, double height,
                      struct mien_error *error)
{
    const char *path = atomic_file_name(file);
    if (plot_check_name(path, error))
        return NULL;
    cairo_surface_t *surface =
        is_png(path)
            ? cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(2 * width), (int)(2 * height))
            : cairo_svg_surface_create_for_stream(write_bytes, atomic_file_stream(file), width,
                                                  height);
    cairo_t *cr = cairo_create(surface);
    cairo_surface_destroy(surface);
    if (is_png(path))
        cairo_scale(cr, 2, 2);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    return cr;
}

static int finish(cairo_t *cr, struct atomic_file *file, struct mien_error *error)
{
    const char *path = atomic_file_name(file);
    cairo_surface_t *surface = cairo_get_target(cr);
    cairo_status_t status = cairo_status(cr);
    if (!status && is_png(path))
        status = cairo_surface_write_to_png_stream(surface, write_bytes, atomic_file_stream(file));
    cairo_surface_finish(surface);
    if (!status)
        status = cairo_surface_status(surface);
    cairo_destroy(cr);
    if (status)
        return mien_error_set(error, status == CAIRO_STATUS_NO_MEMORY ? ENOMEM : EIO,
                              "%s: the plot cannot be written: %s", path,
                              cairo_status_to_string(status));
    return 0;
}

static void text(cairo_t *cr, double x, double y, double size, enum alignment align,
                 const char *words)
{
    cairo_text_extents_t extents;
    cairo_set_font_size(cr, size);
    cairo_text_extents(cr, words, &extents);
    double shift = align == LEFT ? 0 : align == CENTRE ? extents.x_advance / 2 : extents.x_advance;
    cairo_move_to(cr, x - shift, y);
    cairo_show_text(cr, words);
}

static void dark(cairo_t *cr)
{
    cairo_set_source_rgb(cr, 0.13, 0.15, 0.18);
}

/* One cell: its share of the row as a shade of blue, percent and count as text. */
static void draw_cell(cairo_t *cr, double x, double y, double side, double share, int64_t count)
{
    char words[32];
    cairo_set_source_rgb(cr, 1 - 0.87 * share, 1 - 0.63 * share, 1 - 0.3 * share);
    cairo_rectangle(cr, x, y, side - 1, side - 1);
    cairo_fill(cr);
    if (share > 0.55)
        cairo_set_source_rgb(cr, 1, 1, 1);
    else
        dark(cr);
    snprintf(words, sizeof words, "%.0f %%", 100 * share);
    text(cr, x + side / 2, y + side / 2 + 1, 13, CENTRE, words);
    snprintf(words, sizeof words, "%lld", (long long)count);
    text(cr, x + side / 2, y + side / 2 + 15, 9, CENTRE, words);
}

static void draw_row(cairo_t *cr, const struct metrics *m, int truth, double left, double y,
                     double side)
{
    int64_t support = m->per_class[truth].support;
    for (int answer = 0; answer < m->classes; answer++) {
        int64_t count = m->confusion[truth][answer];
        draw_cell(cr, left + answer * side, y, side, support ? (double)count / (double)support : 0,
                  count);
    }
}

int plot_confusion(struct atomic_file *file, const struct metrics *m, const char *const *labels,
                   struct mien_error *error)
{
    const double side = 56, left = 110, top = 70;
    double width = left + side * m->classes + 20;
    cairo_t *cr = begin(file, width, top + side * m->classes + 50, error);
    if (!cr)
        return -EINVAL;
    char title[96];
    snprintf(title, sizeof title, "accuracy %.1f %% on %lld pictures", 100 * m->accuracy,
             (long long)m->count);
    dark(cr);
    text(cr, left, 26, 15, LEFT, title);
    text(cr, left - 12, top - 12, 10, RIGHT, "truth \xE2\x86\x93  answer \xE2\x86\x92");
    for (int i = 0; i < m->classes; i++) {
        dark(cr);
        text(cr, left + (i + 0.5) * side, top - 12, 11, CENTRE, labels[i]);
        text(cr, left - 12, top + (i + 0.5) * side + 4, 12, RIGHT, labels[i]);
        draw_row(cr, m, i, left, top + i * side, side);
    }
    dark(cr);
    text(cr, left, top + side * m->classes + 26, 10, LEFT,
         "percent of each row's pictures, and their count");
    return finish(cr, file, error);
}

static void draw_axes(cairo_t *cr, double left, double top, double side)
{
    dark(cr);
    cairo_set_line_width(cr, 1);
    cairo_rectangle(cr, left, top, side, side);
    cairo_stroke(cr);
    for (int tick = 0; tick <= 5; tick++) {
        char words[16];
        snprintf(words, sizeof words, "%d %%", tick * 20);
        text(cr, left + side * tick / 5, top + side + 16, 10, CENTRE, words);
        text(cr, left - 6, top + side * (5 - tick) / 5 + 4, 10, RIGHT, words);
    }
    text(cr, left + side / 2, top + side + 36, 12, CENTRE, "confidence");
    text(cr, left - 6, top - 10, 12, RIGHT, "accuracy");
}

/* The bars of a perfectly calibrated model end on the diagonal; the foot shows how many answers
 * fall into each bin. */
int plot_reliability(struct atomic_file *file, const struct metrics *m, struct mien_error *error)
{
    const double side = 320, left = 70, top = 60;
    cairo_t *cr = begin(file, left + side + 30, top + side + 60, error);
    if (!cr)
        return -EINVAL;
    int64_t most = 1;
    for (int i = 0; i < METRICS_BINS; i++)
        most = m->bins[i].count > most ? m->bins[i].count : most;
    double width = side / METRICS_BINS;
    for (int i = 0; i < METRICS_BINS; i++) {
        const struct metrics_bin *bin = &m->bins[i];
        cairo_set_source_rgb(cr, 0.34, 0.61, 0.84);
        cairo_rectangle(cr, left + i * width + 1, top + side * (1 - bin->accuracy), width - 2,
                        side * bin->accuracy);
        cairo_fill(cr);
        double share = (double)bin->count / (double)most;
        cairo_set_source_rgba(cr, 0.1, 0.12, 0.15, 0.55);
        cairo_rectangle(cr, left + i * width + 1, top + side - 40 * share, width - 2, 40 * share);
        cairo_fill(cr);
    }
    cairo_set_source_rgb(cr, 0.8, 0.3, 0.1);
    cairo_move_to(cr, left, top + side);
    cairo_line_to(cr, left + side, top);
    cairo_stroke(cr);
    draw_axes(cr, left, top, side);
    char title[96];
    snprintf(title, sizeof title, "expected calibration error %.1f %%", 100 * m->ece);
    text(cr, left, 26, 15, LEFT, title);
    return finish(cr, file, error);
}
