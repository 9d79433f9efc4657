/* The probabilities of each face, as bars with their names: all of them beside the face, or, where
 * not every face of the picture has room for that, the two that lead under it. */
#include <math.h>

#include "overlay_parts.h"

enum { LEADING = 2 };

static float probability(const struct mien_face *face, int label)
{
    return fminf(1, fmaxf(0, face->probabilities[label]));
}

/* ---- which rows ---- */

struct rows {
    int labels[MIEN_LABELS_MAX], count;
};

static struct rows all_rows(const struct overlay *o)
{
    struct rows rows = {.count = o->model->label_count};
    for (int i = 0; i < rows.count; i++)
        rows.labels[i] = i;
    return rows;
}

/* The most probable ones, the first one first. */
static struct rows leading_rows(const struct overlay *o, const struct mien_face *face)
{
    struct rows rows = {.count = SDL_min(LEADING, o->model->label_count)};
    bool used[MIEN_LABELS_MAX] = {false};
    for (int i = 0; i < rows.count; i++) {
        int best = -1;
        for (int k = 0; k < o->model->label_count; k++)
            if (!used[k] && (best < 0 || probability(face, k) > probability(face, best)))
                best = k;
        rows.labels[i] = best;
        used[best] = true;
    }
    return rows;
}

static int widest_name(struct overlay *o, const struct rows *rows)
{
    int widest = 0;
    for (int i = 0; i < rows->count; i++)
        widest =
            SDL_max(widest, text_width(o->text, TEXT_SMALL, o->model->labels[rows->labels[i]]));
    return widest;
}

/* ---- room ---- */

static int pad_of(const struct overlay *o)
{
    return SDL_max(3, o->em * 2 / 5);
}

static SDL_Rect panel_of(struct overlay *o, const struct rows *rows, int bar)
{
    int pad = pad_of(o), row = text_height(o->text, TEXT_SMALL) + 1;
    return (SDL_Rect){0, 0, widest_name(o, rows) + bar + 3 * pad, rows->count * row + pad};
}

/* Within `outer`, and on nobody else's face, label or bars. */
static bool is_free(const struct overlay *o, const struct mien_faces *faces, int mine,
                    SDL_Rect outer, SDL_Rect rect)
{
    for (int i = 0; i < faces->count; i++)
        if (i != mine && SDL_HasIntersection(&o->boxes[i], &rect))
            return false;
    return !overlay_is_taken(o, rect) && overlay_contains(outer, rect);
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

static bool place_all(const struct overlay *o, const struct mien_faces *faces, int mine,
                      SDL_Rect *panel)
{
    return o->boxes[mine].h * 2 >= panel->h && (place_beside(o, faces, mine, o->area, panel) ||
                                                place_beside(o, faces, mine, o->target, panel) ||
                                                place_over_edge(o, faces, mine, panel));
}

/* Under the box, above its label, or, where it hides but little of the face, in its foot. */
static bool place_leading(const struct overlay *o, const struct mien_faces *faces, int mine,
                          SDL_Rect *panel)
{
    SDL_Rect box = o->boxes[mine], label = o->labels[mine].plate;
    int gap = o->em / 4;
    const int places[] = {box.y + box.h + gap, SDL_min(box.y, label.y) - panel->h - gap,
                          box.y + box.h - panel->h - gap};
    for (int i = 0; i < 3; i++) {
        panel->x = box.x + (box.w - panel->w) / 2;
        panel->y = places[i];
        if (is_free(o, faces, mine, o->area, *panel) &&
            overlay_spares_eyes(o, faces->count, *panel))
            return true;
    }
    return false;
}

/* One kind for all faces of a picture: the second is for when the first does not do for each. */
static bool place_panels(struct overlay *o, const struct mien_faces *faces)
{
    struct rows rows = all_rows(o);
    int taken = o->taken_count;
    for (int i = 0; i < faces->count; i++) {
        o->bars[i] = panel_of(o, &rows, 5 * o->em);
        if (!place_all(o, faces, i, &o->bars[i])) {
            o->taken_count = taken;
            return false;
        }
        overlay_take(o, o->bars[i]);
    }
    return true;
}

static void place_leading_panels(struct overlay *o, const struct mien_faces *faces)
{
    for (int i = 0; i < faces->count; i++) {
        struct rows rows = leading_rows(o, &faces->list[i]);
        SDL_Rect least = panel_of(o, &rows, o->em * 3 / 2);
        SDL_Rect panel = panel_of(o, &rows, 8 * o->em);
        panel.w = SDL_min(panel.w, o->boxes[i].w);
        if (panel.w < least.w || !place_leading(o, faces, i, &panel))
            panel.w = 0;
        else
            overlay_take(o, panel);
        o->bars[i] = panel;
    }
}

/* ---- drawing ---- */

/* One row a label: its name and a bar. */
static void draw_panel(struct overlay *o, const struct mien_face *face, SDL_Rect panel,
                       const struct rows *rows)
{
    int pad = pad_of(o), names = widest_name(o, rows);
    int row = (panel.h - pad) / rows->count, line = text_height(o->text, TEXT_SMALL);
    shapes_plate(o->shapes, panel, INK, PLATE);
    for (int i = 0; i < rows->count; i++) {
        int label = rows->labels[i], y = panel.y + pad / 2 + i * row;
        bool top = label == face->label && !face->uncertain;
        text_draw(o->text, TEXT_SMALL, panel.x + pad, y + (row - line) / 2, top ? PAPER : FAINT,
                  o->model->labels[label]);
        SDL_Rect bar = {panel.x + pad + names + pad, y + row / 5, panel.w - names - 3 * pad,
                        row - row / 5 * 2};
        shapes_bar(o->shapes, bar, PAPER, 36);
        bar.w = (int)lrintf((float)bar.w * probability(face, label));
        shapes_bar(o->shapes, bar, overlay_color(o->model->labels[label]), 255);
    }
}

void overlay_draw_bars(struct overlay *o, const struct mien_faces *faces)
{
    bool all = place_panels(o, faces);
    if (!all)
        place_leading_panels(o, faces);
    for (int i = 0; i < faces->count; i++) {
        struct rows rows = all ? all_rows(o) : leading_rows(o, &faces->list[i]);
        if (o->bars[i].w)
            draw_panel(o, &faces->list[i], o->bars[i], &rows);
    }
}
