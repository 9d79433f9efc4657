/* What the parts of the overlay share. Private to overlay.c, bars.c and notices.c. */
#ifndef APP_OVERLAY_PARTS_H
#define APP_OVERLAY_PARTS_H

#include "overlay.h"
#include "shapes.h"
#include "text.h"

enum {
    INK = 0x111418,   /* dark plates and dark text */
    PAPER = 0xF4F4F4, /* light text */
    FAINT = 0xB8BDC4, /* text of less weight */
    ALERT = 0xE69F00,
    NEVER_SURE = 0xFFFFFF, /* frames of uncertain faces */
    PANELS_MAX = 4,        /* more faces than this get compact bars and labels */
    TAKEN_MAX = 2 * MIEN_TRACKS_MAX + 1,
};

struct overlay {
    SDL_Renderer *renderer;
    const struct mien_model_info *model;
    struct text *text;
    struct shapes *shapes;
    int em;                           /* pixels: text size, and the unit of all distances */
    SDL_Rect target;                  /* all that can be drawn on */
    SDL_Rect area;                    /* where the picture is on it */
    SDL_Rect boxes[MIEN_TRACKS_MAX];  /* of the faces, on the target */
    SDL_Rect labels[MIEN_TRACKS_MAX]; /* their plates */
    SDL_Rect taken[TAKEN_MAX]; /* what bars may not cover: labels, other bars, the status line */
    int taken_count;
};

/* Moves a rectangle into another one; what is larger keeps its top left corner inside. */
SDL_Rect overlay_pull_inside(SDL_Rect rect, SDL_Rect outer);

/* Keeps bars off a place. */
void overlay_take(struct overlay *overlay, SDL_Rect rect);

void overlay_text_plate(struct overlay *overlay, SDL_Rect plate, enum text_size size,
                        uint32_t color, int alpha, uint32_t ink, const char *string);

/* bars.c: the probabilities of each face, where there is room. */
void overlay_draw_bars(struct overlay *overlay, const struct mien_faces *faces);

/* notices.c: what is said beside the faces. */
SDL_Rect overlay_status_plate(struct overlay *overlay, const struct overlay_status *status);
void overlay_draw_status(struct overlay *overlay, const struct overlay_status *status);
void overlay_draw_message(struct overlay *overlay, const char *string, double at);
void overlay_draw_help(struct overlay *overlay, const struct overlay_key *keys, const char *about);

#endif
