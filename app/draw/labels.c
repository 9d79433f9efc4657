/* The labels of the faces: as wide as their face at most, over nobody's eyes, over no other label.
 */
#include <math.h>
#include <stdio.h>

#include "overlay_parts.h"

const char *overlay_label_of(const struct overlay *o, const struct mien_face *face)
{
    return face->label >= 0 && face->label < o->model->label_count ? o->model->labels[face->label]
                                                                   : "?";
}

uint32_t overlay_ink_on(uint32_t color)
{
    uint32_t luma = (299 * (color >> 16) + 587 * (color >> 8 & 0xFF) + 114 * (color & 0xFF)) / 1000;
    return luma > 100 ? INK : PAPER;
}

/* ---- what it says ---- */

/* "3  happy 87 %", "happy? 38 %" where that is not sure. */
static void write_label(const struct overlay *o, const struct mien_face *face, bool number,
                        bool share, struct label *label)
{
    char id[16] = "", percent[24] = "";
    if (number)
        snprintf(id, sizeof id, "%u  ", face->id);
    if (share)
        snprintf(percent, sizeof percent, " %ld\u00A0%%",
                 lrint(fmin(1, fmax(0, face->confidence)) * 100));
    snprintf(label->string, sizeof label->string, "%s%.48s%s%s", id, overlay_label_of(o, face),
             face->uncertain ? "?" : "", percent);
}

static int plate_width(struct overlay *o, const struct label *label)
{
    return text_width(o->text, label->size, label->string) + o->em * 4 / 5;
}

static int plate_height(struct overlay *o, const struct label *label)
{
    return *label->string ? text_height(o->text, label->size) + o->em / 4 : SDL_max(4, o->em / 3);
}

/* ---- where it stands ---- */

SDL_Rect overlay_eyes(SDL_Rect box)
{
    return (SDL_Rect){box.x, box.y + box.h / 4, box.w, box.h * 3 / 10};
}

bool overlay_spares_eyes(const struct overlay *o, int faces, SDL_Rect rect)
{
    for (int i = 0; i < faces; i++) {
        SDL_Rect eyes = overlay_eyes(o->boxes[i]);
        if (SDL_HasIntersection(&eyes, &rect))
            return false;
    }
    return true;
}

/* Above the face, in its forehead, under it, or in its chin. */
static bool find_place(const struct overlay *o, int faces, SDL_Rect box, SDL_Rect *plate)
{
    const int gap = o->em / 4;
    const int places[] = {box.y - plate->h - gap, box.y + gap, box.y + box.h + gap,
                          box.y + box.h - plate->h - gap};
    SDL_Rect seen;
    if (!SDL_IntersectRect(&o->area, &o->target, &seen))
        return false;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        SDL_Rect rect = {box.x, places[i], plate->w, plate->h};
        rect.x = overlay_pull_inside(rect, seen).x;
        if (overlay_contains(seen, rect) && !overlay_is_taken(o, rect) &&
            overlay_spares_eyes(o, faces, rect)) {
            *plate = rect;
            return true;
        }
    }
    return false;
}

/* Says less and less until it fits: smaller, without the share, without the number; at last only
 * the colour is left. */
static void place_label(struct overlay *o, const struct mien_faces *faces, int mine, bool numbers)
{
    struct label *label = &o->labels[mine];
    enum text_size size = faces->count > LARGE_LABELS_MAX ? TEXT_SMALL : TEXT_NORMAL;
    SDL_Rect box = o->boxes[mine];
    for (int fullness = 4; fullness >= 0; fullness--) {
        *label = (struct label){.size = fullness == 4 ? size : TEXT_SMALL};
        if (fullness)
            write_label(o, &faces->list[mine], numbers && fullness > 1, fullness > 2, label);
        SDL_Rect plate = {0, 0, *label->string ? plate_width(o, label) : box.w,
                          plate_height(o, label)};
        if (box.w > 0 && plate.w <= box.w && find_place(o, faces->count, box, &plate)) {
            label->plate = plate;
            overlay_take(o, plate);
            return;
        }
    }
}

void overlay_place_labels(struct overlay *o, const struct mien_faces *faces, bool numbers)
{
    for (int i = 0; i < faces->count; i++)
        place_label(o, faces, i, numbers);
}

/* ---- drawing ---- */

/* A face that is sure has a filled plate, one that is not a dark one. */
void overlay_draw_labels(struct overlay *o, const struct mien_faces *faces)
{
    for (int i = 0; i < faces->count; i++) {
        const struct label *label = &o->labels[i];
        uint32_t color = overlay_color(overlay_label_of(o, &faces->list[i]));
        if (!label->plate.w)
            continue;
        if (!*label->string)
            shapes_bar(o->shapes, label->plate, color, 255);
        else if (faces->list[i].uncertain)
            overlay_text_plate(o, label->plate, label->size, INK, PLATE, PAPER, label->string);
        else
            overlay_text_plate(o, label->plate, label->size, color, 255, overlay_ink_on(color),
                               label->string);
    }
}
