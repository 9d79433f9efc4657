#include "overlay.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/clamp.h"
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

/* ---- where things are ---- */

/* Of frames, pixels. */
static int line_of(const struct overlay *o)
{
    return SDL_max(2, o->em / 7);
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
                         view->picture_height ? (int)lrint(view->scale * view->picture_height)
                                              : height - 2 * view->y};
    o->em = clamp_int(SDL_min(height, width) / 32, 11, 72);
    text_set_em(o->text, o->em);
    if (shapes_set_size(o->shapes, SDL_max(3, o->em * 2 / 5), line_of(o)))
        return -ENOMEM;
    for (int i = 0; faces && i < faces->count; i++)
        o->boxes[i] = box_on_target(view, faces->list[i].box);
    return 0;
}

/* ---- all of it ---- */

#define SURE 0.7f /* from this confidence on a frame is twice as heavy */

/* How sure it is, is seen from afar: open, thin, heavy. */
static void draw_frames(struct overlay *o, const struct mien_faces *faces)
{
    int line = line_of(o);
    for (int i = 0; i < faces->count; i++) {
        const struct mien_face *face = &faces->list[i];
        SDL_Rect box = o->boxes[i];
        uint32_t color = overlay_color(overlay_label_of(o, face));
        SDL_Rect inner = {box.x + line, box.y + line, box.w - 2 * line, box.h - 2 * line};
        if (!face->uncertain && face->confidence >= SURE && inner.w > 8 * line)
            shapes_frame(o->shapes, inner, color, false);
        shapes_frame(o->shapes, box, color, face->uncertain);
    }
}

/* What stands at a place of its own is kept free of labels and bars. */
static void take_places(struct overlay *o, const struct overlay_status *status, int *toast_at)
{
    SDL_Rect banner = screen_banner_place(o->text, o->target, o->em, &status->screen);
    SDL_Rect notice = screen_notice_place(o->text, o->target, o->em, &status->screen);
    if (banner.w)
        overlay_take(o, banner);
    if (notice.w)
        overlay_take(o, notice);
    if (status->fps > 0 || status->note)
        overlay_take(o, overlay_status_plate(o, status));
    *toast_at = banner.w ? banner.y + banner.h + o->em / 2 : o->em / 2;
    if (status->toast)
        overlay_take(o, overlay_message_plate(o, status->toast, *toast_at));
}

int overlay_draw(struct overlay *overlay, const struct mien_faces *faces,
                 const struct overlay_view *view, const struct overlay_style *style,
                 const struct overlay_status *status)
{
    struct overlay *o = overlay;
    int toast_at = 0;
    int result = lay_out(o, faces, view);
    if (result)
        return result;
    if (status)
        take_places(o, status, &toast_at);
    if (faces) {
        overlay_place_labels(o, faces, style->numbers);
        draw_frames(o, faces);
        if (style->bars)
            overlay_draw_bars(o, faces);
        overlay_draw_labels(o, faces);
    }
    if (status && (status->fps > 0 || status->note))
        overlay_draw_status(o, status);
    if (status && status->hint)
        overlay_draw_message(o, status->hint, o->target.h * 4 / 5);
    if (status)
        screen_draw(o->text, o->shapes, o->target, o->em, &status->screen);
    if (style->help)
        overlay_draw_help(o, style->help, status ? status->about : NULL);
    if (status && status->toast)
        overlay_draw_message(o, status->toast, toast_at);
    return 0;
}
