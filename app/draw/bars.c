/* The probabilities of each face: a panel with names beside it, or, where there is no room or there
 * are many faces, a strip of columns. */
#include <math.h>

#include "overlay_parts.h"

static float probability(const struct mien_face *face, int label)
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

/* ---- room ---- */

static bool contains(SDL_Rect outer, SDL_Rect inner)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

/* Within `outer`, and on nobody else's face, label or bars. */
static bool is_free(const struct overlay *o, const struct mien_faces *faces, int mine,
                    SDL_Rect outer, SDL_Rect rect)
{
    for (int i = 0; i < faces->count; i++)
        if (i != mine && SDL_HasIntersection(&o->boxes[i], &rect))
            return false;
    for (int i = 0; i < o->taken_count; i++)
        if (SDL_HasIntersection(&o->taken[i], &rect))
            return false;
    return contains(outer, rect);
}

/* Beside face `mine`, right, then left; `outer` is the picture, or all there is. */
static bool place_beside(const struct overlay *o, const struct mien_faces *faces, int mine,
                         SDL_Rect outer, SDL_Rect *panel)
{
    SDL_Rect box = o->boxes[mine];
    int gap = o->em / 2;
    *panel = overlay_pull_inside((SDL_Rect){panel->x, box.y, panel->w, panel->h}, outer);
    panel->x = box.x + box.w + gap;
    if (is_free(o, faces, mine, outer, *panel))
        return true;
    panel->x = box.x - gap - panel->w;
    return is_free(o, faces, mine, outer, *panel);
}

/* Named bars are worth an ear, and belong where their face is. */
static bool is_edge(SDL_Rect box, int covered)
{
    return covered > 0 && covered <= box.w / 6;
}

/* On the edge of a face that fills nearly all. */
static bool place_over_edge(const struct overlay *o, const struct mien_faces *faces, int mine,
                            SDL_Rect *panel)
{
    SDL_Rect box = o->boxes[mine];
    int gap = o->em / 2;
    panel->x = o->target.w - gap - panel->w;
    if (is_edge(box, box.x + box.w - panel->x) && is_free(o, faces, mine, o->target, *panel))
        return true;
    panel->x = gap;
    return is_edge(box, panel->x + panel->w - box.x) && is_free(o, faces, mine, o->target, *panel);
}

static bool place_panel(const struct overlay *o, const struct mien_faces *faces, int mine,
                        SDL_Rect *panel)
{
    return place_beside(o, faces, mine, o->area, panel) ||
           place_beside(o, faces, mine, o->target, panel) || place_over_edge(o, faces, mine, panel);
}

/* Under the box, above its label, or, where it hides but little of the face, in its foot. */
static bool place_strip(const struct overlay *o, const struct mien_faces *faces, int mine,
                        SDL_Rect *plate)
{
    SDL_Rect box = o->boxes[mine];
    int gap = o->em / 4;
    plate->x = box.x + (box.w - plate->w) / 2;
    plate->y = box.y + box.h + gap;
    if (is_free(o, faces, mine, o->area, *plate))
        return true;
    plate->y = o->labels[mine].y - plate->h - gap;
    if (is_free(o, faces, mine, o->area, *plate))
        return true;
    plate->y = box.y + box.h - plate->h - gap;
    return plate->h <= box.h / 5 && is_free(o, faces, mine, o->area, *plate);
}

/* ---- the two kinds ---- */

/* One row a label: its name and a bar. */
static void draw_panel(struct overlay *o, const struct mien_face *face, SDL_Rect panel, int names)
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

/* A column a label, each in a slot of full height; nothing for tiny faces. */
static void draw_columns(struct overlay *o, const struct mien_faces *faces, int mine)
{
    const struct mien_face *face = &faces->list[mine];
    SDL_Rect box = o->boxes[mine];
    int count = o->model->label_count, pad = SDL_max(2, o->em / 4);
    int step = SDL_min((box.w - 4 * pad) / count, o->em * 3 / 2);
    int height = SDL_min(box.h / 4, o->em * 3 / 2);
    SDL_Rect plate = {0, 0, count * step + 2 * pad, height + 2 * pad};
    if (step < 3 || height < 8 || !place_strip(o, faces, mine, &plate))
        return;
    overlay_take(o, plate);
    shapes_plate(o->shapes, plate, INK, 185);
    for (int i = 0; i < count; i++) {
        SDL_Rect column = {plate.x + pad + i * step, plate.y + pad, step - 1 - step / 8, height};
        shapes_bar(o->shapes, column, PAPER, 36);
        column.h = (int)lrintf((float)height * probability(face, i));
        column.y += height - column.h;
        shapes_bar(o->shapes, column, overlay_color(o->model->labels[i]), 255);
    }
}

void overlay_draw_bars(struct overlay *overlay, const struct mien_faces *faces)
{
    struct overlay *o = overlay;
    int pad = o->em / 2, names = widest_label(o), row = text_height(o->text, TEXT_SMALL) + 1;
    for (int i = 0; i < faces->count; i++) {
        SDL_Rect panel = {0, 0, names + 5 * o->em + 3 * pad, o->model->label_count * row + pad};
        bool roomy = faces->count <= PANELS_MAX && o->boxes[i].h * 2 >= panel.h;
        if (roomy && place_panel(o, faces, i, &panel)) {
            overlay_take(o, panel);
            draw_panel(o, &faces->list[i], panel, names);
        } else {
            draw_columns(o, faces, i);
        }
    }
}
