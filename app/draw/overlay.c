#include "overlay.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "shapes.h"
#include "text.h"

enum {
    INK = 0x111418,   /* dark plates and dark text */
    PAPER = 0xF4F4F4, /* light text */
    FAINT = 0xB8BDC4, /* text of less weight */
    ALERT = 0xE69F00,
    NEVER_SURE = 0xFFFFFF, /* frames of uncertain faces */
    PANELS_MAX = 4,        /* more faces than this get compact bars and labels */
};

struct overlay {
    SDL_Renderer *renderer;
    const struct mien_model_info *model;
    struct text *text;
    struct shapes *shapes;
    int em;                    /* pixels: text size, and the unit of all distances */
    SDL_Rect area;             /* where the picture is on the target */
    SDL_Rect boxes[FACES_MAX]; /* of the faces, on the target */
    SDL_Rect panels[PANELS_MAX];
    int panel_count;
};

int overlay_create(struct overlay **overlay, SDL_Renderer *renderer,
                   const struct mien_model_info *model, struct mien_error *error)
{
    struct overlay *o = calloc(1, sizeof *o);
    if (!o)
        return mien_error_set(error, ENOMEM, "no memory for the overlay");
    o->renderer = renderer;
    o->model = model;
    int result = text_create(&o->text, renderer, error);
    if (result)
        goto failed;
    o->shapes = shapes_create(renderer);
    if (!o->shapes) {
        result = mien_error_set(error, ENOMEM, "no memory for the overlay");
        goto failed;
    }
    *overlay = o;
    return 0;
failed:
    overlay_destroy(&o);
    return result;
}

void overlay_destroy(struct overlay **overlay)
{
    struct overlay *o = *overlay;
    if (!o)
        return;
    shapes_destroy(o->shapes);
    text_destroy(&o->text);
    free(o);
    *overlay = NULL;
}

void overlay_use(struct overlay *overlay, const struct mien_model_info *model)
{
    overlay->model = model;
}

void overlay_note(struct overlay *overlay, struct touched *touched)
{
    shapes_note(overlay->shapes, touched);
    text_note(overlay->text, touched);
}

/* ---- geometry ---- */

static int clamp(int value, int low, int high)
{
    return value > high ? SDL_max(high, low) : SDL_max(value, low);
}

/* Moves a rectangle into the picture; what is larger keeps its top left corner inside. */
static SDL_Rect pull_inside(const struct overlay *o, SDL_Rect rect)
{
    rect.x = clamp(rect.x, o->area.x, o->area.x + o->area.w - rect.w);
    rect.y = clamp(rect.y, o->area.y, o->area.y + o->area.h - rect.h);
    return rect;
}

static bool contains(SDL_Rect outer, SDL_Rect inner)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

static SDL_Rect box_on_target(const struct overlay_view *view, struct mien_box box)
{
    double left = view->mirror ? view->picture_width - box.x - box.width : box.x;
    int x = (int)lrint(view->x + view->scale * left);
    int y = (int)lrint(view->y + view->scale * box.y);
    return (SDL_Rect){x, y, (int)lrint(view->scale * box.width),
                      (int)lrint(view->scale * box.height)};
}

static int lay_out(struct overlay *o, const struct faces *faces, const struct overlay_view *view)
{
    int width, height;
    if (SDL_GetRendererOutputSize(o->renderer, &width, &height))
        return -EIO;
    o->area = (SDL_Rect){view->x, view->y, (int)lrint(view->scale * view->picture_width),
                         height - 2 * view->y};
    o->em = clamp(SDL_min(height, width) / 32, 11, 72);
    text_set_em(o->text, o->em);
    if (shapes_set_size(o->shapes, SDL_max(3, o->em * 2 / 5), SDL_max(2, o->em / 7)))
        return -ENOMEM;
    for (int i = 0; faces && i < faces->count; i++)
        o->boxes[i] = box_on_target(view, faces->list[i].box);
    return 0;
}

/* ---- labels ---- */

static uint32_t ink_on(uint32_t color)
{
    uint32_t luma = (299 * (color >> 16) + 587 * (color >> 8 & 0xFF) + 114 * (color & 0xFF)) / 1000;
    return luma > 100 ? INK : PAPER;
}

static const char *face_label(const struct overlay *o, const struct face *face)
{
    return face->label >= 0 && face->label < o->model->label_count ? o->model->labels[face->label]
                                                                   : "?";
}

static uint32_t face_color(const struct overlay *o, const struct face *face)
{
    return face->uncertain ? NEVER_SURE : overlay_color(face_label(o, face));
}

static void draw_text_plate(struct overlay *o, SDL_Rect plate, enum text_size size, uint32_t color,
                            int alpha, uint32_t ink, const char *string)
{
    int x = plate.x + (plate.w - text_width(o->text, size, string)) / 2;
    int y = plate.y + (plate.h - text_height(o->text, size)) / 2;
    shapes_plate(o->shapes, plate, color, alpha);
    text_draw(o->text, size, x, y, ink, string);
}

/* The plate stands above the face, or in its top when there is no room above. */
static void draw_label(struct overlay *o, const struct face *face, SDL_Rect box,
                       enum text_size size)
{
    const char *label = face->uncertain ? "uncertain" : face_label(o, face);
    char string[96];
    if (face->uncertain)
        snprintf(string, sizeof string, "%s", label);
    else
        snprintf(string, sizeof string, "%.64s %ld\u00A0%%", label,
                 lrint(fmin(1, fmax(0, face->confidence)) * 100));
    if (text_width(o->text, size, string) + o->em > box.w)
        size = TEXT_SMALL;
    if (text_width(o->text, size, string) > box.w * 3 / 2)
        snprintf(string, sizeof string, "%.64s", label);
    int height = text_height(o->text, size) + o->em / 4;
    SDL_Rect plate = {box.x, box.y - height - o->em / 4,
                      text_width(o->text, size, string) + o->em * 4 / 5, height};
    if (plate.y < o->area.y)
        plate.y = box.y + o->em / 3;
    uint32_t color = face_color(o, face);
    draw_text_plate(o, pull_inside(o, plate), size, color, 235, ink_on(color), string);
}

/* ---- bars ---- */

static float probability(const struct face *face, int label)
{
    return fminf(1, fmaxf(0, face->probabilities[label]));
}

static int widest_label(struct overlay *o)
{
    int widest = 0;
    for (int i = 0; i < o->model->label_count; i++)
        widest = SDL_max(widest, text_width(o->text, TEXT_SMALL, o->model->labels[i]));
    return widest;
}

static bool is_free(const struct overlay *o, const struct faces *faces, int mine, SDL_Rect rect)
{
    for (int i = 0; i < faces->count; i++)
        if (i != mine && SDL_HasIntersection(&o->boxes[i], &rect))
            return false;
    for (int i = 0; i < o->panel_count; i++)
        if (SDL_HasIntersection(&o->panels[i], &rect))
            return false;
    return contains(o->area, rect);
}

/* Finds room beside face `mine`: right, then left. False: there is none. */
static bool place_panel(const struct overlay *o, const struct faces *faces, int mine,
                        SDL_Rect *panel)
{
    SDL_Rect box = o->boxes[mine];
    int gap = o->em / 2;
    panel->y = clamp(box.y, o->area.y, o->area.y + o->area.h - panel->h);
    panel->x = box.x + box.w + gap;
    if (is_free(o, faces, mine, *panel))
        return true;
    panel->x = box.x - gap - panel->w;
    return is_free(o, faces, mine, *panel);
}

/* One row a label: its name and a bar. */
static void draw_panel(struct overlay *o, const struct face *face, SDL_Rect panel, int names)
{
    int pad = o->em / 2, count = o->model->label_count;
    int row = (panel.h - pad) / count;
    int line = text_height(o->text, TEXT_SMALL);
    shapes_plate(o->shapes, panel, INK, 185);
    for (int i = 0; i < count; i++) {
        const char *label = o->model->labels[i];
        int y = panel.y + pad / 2 + i * row;
        bool top = i == face->label && !face->uncertain;
        text_draw(o->text, TEXT_SMALL, panel.x + pad, y + (row - line) / 2, top ? PAPER : FAINT,
                  label);
        SDL_Rect bar = {panel.x + pad + names + pad, y + row / 5, panel.w - names - 3 * pad,
                        row - row / 5 * 2};
        shapes_bar(o->shapes, bar, PAPER, 36);
        bar.w = (int)lrintf((float)bar.w * probability(face, i));
        shapes_bar(o->shapes, bar, overlay_color(label), 255);
    }
}

/* Under the box, or in its foot where there is no room: there it hides some of the face. */
static bool place_strip(const struct overlay *o, const struct faces *faces, int mine,
                        SDL_Rect *plate)
{
    SDL_Rect box = o->boxes[mine];
    plate->x = box.x + (box.w - plate->w) / 2;
    plate->y = box.y + box.h + o->em / 4;
    if (is_free(o, faces, mine, *plate))
        return true;
    plate->y = box.y + box.h - plate->h - o->em / 4;
    return contains(o->area, *plate);
}

/* A strip of columns, for faces without room beside them; nothing for tiny ones. */
static void draw_columns(struct overlay *o, const struct faces *faces, int mine)
{
    const struct face *face = &faces->list[mine];
    SDL_Rect box = o->boxes[mine];
    int count = o->model->label_count, pad = SDL_max(2, o->em / 4);
    int step = (box.w - 4 * pad) / count;
    int height = SDL_min(box.h / 4, 2 * o->em);
    SDL_Rect plate = {0, 0, count * step + 2 * pad, height + 2 * pad};
    if (step < 3 || height < 8 || !place_strip(o, faces, mine, &plate))
        return;
    shapes_plate(o->shapes, plate, INK, 150);
    for (int i = 0; i < count; i++) {
        int rise = SDL_max(1, (int)lrintf((float)height * probability(face, i)));
        SDL_Rect column = {plate.x + pad + i * step, plate.y + pad + height - rise,
                           step - 1 - step / 8, rise};
        shapes_bar(o->shapes, column, overlay_color(o->model->labels[i]), 255);
    }
}

static void draw_bars(struct overlay *o, const struct faces *faces, int i, int names)
{
    int pad = o->em / 2;
    int row = text_height(o->text, TEXT_SMALL) + 1;
    SDL_Rect panel = {0, 0, names + 5 * o->em + 3 * pad, o->model->label_count * row + pad};
    bool roomy = faces->count <= PANELS_MAX && o->boxes[i].h * 2 >= panel.h;
    if (roomy && place_panel(o, faces, i, &panel)) {
        o->panels[o->panel_count++] = panel;
        draw_panel(o, &faces->list[i], panel, names);
    } else {
        draw_columns(o, faces, i);
    }
}

static void draw_faces(struct overlay *o, const struct faces *faces, bool bars)
{
    for (int i = 0; i < faces->count; i++)
        shapes_frame(o->shapes, o->boxes[i], face_color(o, &faces->list[i]),
                     faces->list[i].uncertain);
    if (bars) {
        int names = widest_label(o);
        o->panel_count = 0;
        for (int i = 0; i < faces->count; i++)
            draw_bars(o, faces, i, names);
    }
    for (int i = 0; i < faces->count; i++)
        draw_label(o, &faces->list[i], o->boxes[i],
                   faces->count > PANELS_MAX ? TEXT_SMALL : TEXT_NORMAL);
}

/* ---- around the picture ---- */

static void draw_status(struct overlay *o, const struct overlay_status *status)
{
    int width, height, pad = o->em / 2, line = text_height(o->text, TEXT_SMALL);
    SDL_GetRendererOutputSize(o->renderer, &width, &height);
    char string[160];
    int length =
        snprintf(string, sizeof string, "%.0f fps   %.0f/s analysed", status->fps, status->looks);
    if (status->latency_p50_ms >= 0)
        length += snprintf(string + length, sizeof string - (size_t)length,
                           "   latency %.0f ms, p95 %.0f ms", status->latency_p50_ms,
                           status->latency_p95_ms);
    snprintf(string + length, sizeof string - (size_t)length, "   %llu dropped",
             (unsigned long long)status->drops);
    const char *note = status->note ? status->note : "";
    int numbers = text_width(o->text, TEXT_SMALL, string);
    int notes = *note ? text_width(o->text, TEXT_SMALL, note) + 2 * pad : 0;
    SDL_Rect plate = {pad, height - line - 2 * pad, numbers + notes + 2 * pad, line + pad};
    shapes_plate(o->shapes, plate, INK, 170);
    int y = plate.y + pad / 2;
    text_draw(o->text, TEXT_SMALL, plate.x + pad, y, PAPER, string);
    if (notes)
        text_draw(o->text, TEXT_SMALL, plate.x + pad + numbers + 2 * pad, y, ALERT, note);
}

/* A plate in the middle of the target's width, at a share of its height. */
static void draw_message(struct overlay *o, const char *string, double at)
{
    int width, height, line = text_height(o->text, TEXT_NORMAL);
    SDL_GetRendererOutputSize(o->renderer, &width, &height);
    int wide = text_width(o->text, TEXT_NORMAL, string) + 2 * o->em;
    SDL_Rect plate = {(width - wide) / 2, (int)lrint(height * at) - line / 2 - o->em / 2, wide,
                      line + o->em};
    draw_text_plate(o, plate, TEXT_NORMAL, INK, 200, PAPER, string);
}

static void draw_help(struct overlay *o, const struct overlay_key *keys)
{
    int width, height, count = 0, left = 0, right = 0;
    for (const struct overlay_key *k = keys; k->keys; k++, count++) {
        left = SDL_max(left, text_width(o->text, TEXT_NORMAL, k->keys));
        right = SDL_max(right, text_width(o->text, TEXT_NORMAL, k->what));
    }
    SDL_GetRendererOutputSize(o->renderer, &width, &height);
    int em = o->em, row = text_height(o->text, TEXT_NORMAL) + em / 4;
    SDL_Rect panel = {0, 0, left + right + 4 * em, count * row + 2 * em};
    panel.x = (width - panel.w) / 2;
    panel.y = (height - panel.h) / 2;
    shapes_plate(o->shapes, panel, INK, 238);
    for (int i = 0; i < count; i++) {
        int y = panel.y + em + i * row;
        text_draw(o->text, TEXT_NORMAL, panel.x + em, y, overlay_color("surprise"), keys[i].keys);
        text_draw(o->text, TEXT_NORMAL, panel.x + left + 3 * em, y, PAPER, keys[i].what);
    }
}

void overlay_draw(struct overlay *overlay, const struct faces *faces,
                  const struct overlay_view *view, const struct overlay_style *style,
                  const struct overlay_status *status)
{
    if (lay_out(overlay, faces, view))
        return;
    if (faces)
        draw_faces(overlay, faces, style->bars);
    if (status && status->fps > 0)
        draw_status(overlay, status);
    if (status && status->hint)
        draw_message(overlay, status->hint, 0.8);
    if (status)
        screen_draw(overlay->renderer, overlay->text, overlay->shapes, overlay->em,
                    &status->screen);
    if (style->help)
        draw_help(overlay, style->help);
    if (status && status->toast)
        draw_message(overlay, status->toast, 0.1);
}
