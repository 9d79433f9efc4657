#include "marks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/overlay.h"

void marks_header(char *text, size_t size, int width, int height)
{
    snprintf(text, size,
             "[Script Info]\r\nScriptType: v4.00+\r\nPlayResX: %d\r\nPlayResY: %d\r\n"
             "WrapStyle: 2\r\nScaledBorderAndShadow: yes\r\n\r\n[V4+ Styles]\r\n"
             "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, "
             "BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, "
             "BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\r\n"
             "Style: Default,Sans,20,&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,0,0,0,0,100,100,0,"
             "0,1,2,0,7,0,0,0,1\r\n\r\n[Events]\r\n"
             "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\r\n",
             width, height);
}

/* ASS has blue first. */
static unsigned color_of(const struct mien_model_info *model, const struct mien_face *face)
{
    uint32_t rgb = face->uncertain ? 0xFFFFFF : overlay_color(model->labels[face->label]);
    return (rgb & 0xFF) << 16 | (rgb & 0xFF00) | rgb >> 16;
}

/* Braces and backslashes begin commands. */
static void make_plain(char *text)
{
    for (; *text; text++)
        if (strchr("{}\\\r\n", *text))
            *text = ' ';
}

static void add_frame(struct marks *marks, const struct mien_face *face, unsigned color, int line)
{
    const struct mien_box *box = &face->box;
    snprintf(
        marks->events[marks->count++], MARK_BYTES,
        "0,Default,,0,0,0,,{\\an7\\pos(%d,%d)\\bord%d\\shad0\\1a&HFF&\\3c&H%06X&\\p1}m 0 0 l %d "
        "0 %d %d 0 %d",
        box->x, box->y, line, color, box->width, box->width, box->height, box->height);
}

static void add_label(struct marks *marks, const struct mien_face *face, const char *name,
                      unsigned color, int em)
{
    char label[96];
    int above = face->box.y - em / 4, y = above < em * 3 / 2 ? face->box.y + em / 3 : above;
    snprintf(label, sizeof label, "%.64s", face->uncertain ? "uncertain" : name);
    make_plain(label);
    if (!face->uncertain)
        snprintf(label + strlen(label), sizeof label - strlen(label), " %ld %%",
                 lrintf(fminf(1, fmaxf(0, face->confidence)) * 100));
    snprintf(marks->events[marks->count++], MARK_BYTES,
             "1,Default,,0,0,0,,{\\an%d\\pos(%d,%d)\\fs%d\\bord%d\\shad0\\c&H%06X&}%s",
             y == above ? 1 : 7, face->box.x, y, em * 7 / 5, em / 10 + 1, color, label);
}

void marks_of(struct marks *marks, const struct mien_model_info *model,
              const struct mien_faces *faces, int width, int height)
{
    int side = width < height ? width : height, em = side / 32 < 11 ? 11 : side / 32;
    marks->count = 0;
    for (int i = 0; i < faces->count && marks->count + 2 <= MARKS_MAX; i++) {
        const struct mien_face *face = &faces->list[i];
        unsigned color = color_of(model, face);
        add_frame(marks, face, color, em / 7 < 2 ? 2 : em / 7);
        add_label(marks, face, model->labels[face->label], color, em);
    }
}
