#include "overlay.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "overlay_parts.h"

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

void overlay_note(struct overlay *overlay, struct dirty *dirty)
{
    shapes_note(overlay->shapes, dirty);
    text_note(overlay->text, dirty);
}

/* ---- geometry ---- */

static int clamp(int value, int low, int high)
{
    return value > high ? SDL_max(high, low) : SDL_max(value, low);
}

SDL_Rect overlay_pull_inside(SDL_Rect rect, SDL_Rect outer)
{
    rect.x = clamp(rect.x, outer.x, outer.x + outer.w - rect.w);
    rect.y = clamp(rect.y, outer.y, outer.y + outer.h - rect.h);
    return rect;
}

void overlay_take(struct overlay *overlay, SDL_Rect rect)
{
    if (overlay->taken_count < TAKEN_MAX)
        overlay->taken[overlay->taken_count++] = rect;
}

static SDL_Rect box_on_target(const struct overlay_view *view, struct mien_box box)
{
    double left = view->mirror ? view->picture_width - box.x - box.width : box.x;
    int x = (int)lrint(view->x + view->scale * left);
    int y = (int)lrint(view->y + view->scale * box.y);
    return (SDL_Rect){x, y, (int)lrint(view->scale * box.width),
                      (int)lrint(view->scale * box.height)};
}

static int lay_out(struct overlay *o, const struct mien_faces *faces,
                   const struct overlay_view *view)
{
    int width, height;
    if (SDL_GetRendererOutputSize(o->renderer, &width, &height))
        return -EIO;
    o->target = (SDL_Rect){0, 0, width, height};
    o->taken_count = 0;
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

static const char *face_label(const struct overlay *o, const struct mien_face *face)
{
    return face->label >= 0 && face->label < o->model->label_count ? o->model->labels[face->label]
                                                                   : "?";
}

static uint32_t face_color(const struct overlay *o, const struct mien_face *face)
{
    return face->uncertain ? NEVER_SURE : overlay_color(face_label(o, face));
}

void overlay_text_plate(struct overlay *o, SDL_Rect plate, enum text_size size, uint32_t color,
                        int alpha, uint32_t ink, const char *string)
{
    int x = plate.x + (plate.w - text_width(o->text, size, string)) / 2;
    int y = plate.y + (plate.h - text_height(o->text, size)) / 2;
    shapes_plate(o->shapes, plate, color, alpha);
    text_draw(o->text, size, x, y, ink, string);
}

struct label {
    char string[96];
    enum text_size size;
};

/* The text, as much of it as fits a face of this width. */
static struct label make_label(struct overlay *o, const struct mien_face *face, int room,
                               enum text_size size)
{
    struct label label = {.size = size};
    const char *name = face->uncertain ? "uncertain" : face_label(o, face);
    snprintf(label.string, sizeof label.string, "%.64s", name);
    if (!face->uncertain)
        snprintf(label.string, sizeof label.string, "%.64s %ld\u00A0%%", name,
                 lrint(fmin(1, fmax(0, face->confidence)) * 100));
    if (text_width(o->text, label.size, label.string) + o->em > room)
        label.size = TEXT_SMALL;
    if (text_width(o->text, label.size, label.string) > room * 3 / 2)
        snprintf(label.string, sizeof label.string, "%.64s", name);
    return label;
}

/* The plate stands above the face, or in its top when there is no room above. */
static SDL_Rect place_label(struct overlay *o, const struct label *label, SDL_Rect box)
{
    int height = text_height(o->text, label->size) + o->em / 4;
    SDL_Rect plate = {box.x, box.y - height - o->em / 4,
                      text_width(o->text, label->size, label->string) + o->em * 4 / 5, height};
    if (plate.y < o->area.y)
        plate.y = box.y + o->em / 3;
    return overlay_pull_inside(plate, o->area);
}

static void draw_faces(struct overlay *o, const struct mien_faces *faces, bool bars)
{
    struct label labels[MIEN_TRACKS_MAX];
    for (int i = 0; i < faces->count; i++) {
        shapes_frame(o->shapes, o->boxes[i], face_color(o, &faces->list[i]),
                     faces->list[i].uncertain);
        labels[i] = make_label(o, &faces->list[i], o->boxes[i].w,
                               faces->count > PANELS_MAX ? TEXT_SMALL : TEXT_NORMAL);
        o->labels[i] = place_label(o, &labels[i], o->boxes[i]);
        overlay_take(o, o->labels[i]);
    }
    if (bars)
        overlay_draw_bars(o, faces);
    for (int i = 0; i < faces->count; i++) {
        uint32_t color = face_color(o, &faces->list[i]);
        overlay_text_plate(o, o->labels[i], labels[i].size, color, 235, ink_on(color),
                           labels[i].string);
    }
}

int overlay_draw(struct overlay *overlay, const struct mien_faces *faces,
                 const struct overlay_view *view, const struct overlay_style *style,
                 const struct overlay_status *status)
{
    int result = lay_out(overlay, faces, view);
    if (result)
        return result;
    bool has_line = status && (status->fps > 0 || status->note);
    if (has_line)
        overlay_take(overlay, overlay_status_plate(overlay, status));
    if (faces)
        draw_faces(overlay, faces, style->bars);
    if (has_line)
        overlay_draw_status(overlay, status);
    if (status && status->hint)
        overlay_draw_message(overlay, status->hint, 0.8);
    if (status)
        screen_draw(overlay->renderer, overlay->text, overlay->shapes, overlay->em,
                    &status->screen);
    if (style->help)
        overlay_draw_help(overlay, style->help, status ? status->about : NULL);
    if (status && status->toast)
        overlay_draw_message(overlay, status->toast, 0.1);
    return 0;
}
