/* What the parts of the overlay share: overlay.c, labels.c, bars.c and hud.c. Private to app/draw.
 */
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
    PLATE = 215,          /* alpha of dark plates: light text is read on them over any picture */
    LARGE_LABELS_MAX = 4, /* more faces than this get small labels */
    TAKEN_MAX = 2 * MIEN_TRACKS_MAX + 4,
};

/* What is written at a face. */
struct label {
    char string[96]; /* empty: there is no room for words, only for the colour */
    enum text_size size;
    SDL_Rect plate; /* w is 0: there is no room at all */
};

struct overlay {
    SDL_Renderer *renderer;
    const struct mien_model_info *model;
    struct text *text;
    struct shapes *shapes;
    int em;                               /* pixels: text size, and the unit of all distances */
    SDL_Rect target;                      /* all that can be drawn on */
    SDL_Rect area;                        /* where the picture is on it */
    SDL_Rect boxes[MIEN_TRACKS_MAX];      /* of the faces, on the target */
    struct label labels[MIEN_TRACKS_MAX]; /* of the faces */
    SDL_Rect bars[MIEN_TRACKS_MAX];       /* likewise; w is 0: none */
    SDL_Rect taken[TAKEN_MAX];            /* what nothing else may cover: labels, bars, messages */
    int taken_count;
};

/* Moves a rectangle into another one; what is larger keeps its top left corner inside. */
SDL_Rect overlay_pull_inside(SDL_Rect rect, SDL_Rect outer);

/* Keeps labels and bars off a place. */
void overlay_take(struct overlay *overlay, SDL_Rect rect);
bool overlay_is_taken(const struct overlay *overlay, SDL_Rect rect);
bool overlay_contains(SDL_Rect outer, SDL_Rect inner);

/* Where the eyes of a face are, by its box: nothing is ever written over them. */
SDL_Rect overlay_eyes(SDL_Rect box);

/* Whether the place hides nobody's eyes. */
bool overlay_spares_eyes(const struct overlay *overlay, int faces, SDL_Rect rect);

void overlay_text_plate(struct overlay *overlay, SDL_Rect plate, enum text_size size,
                        uint32_t color, int alpha, uint32_t ink, const char *string);

/* Dark or light, whichever is read better on the colour. */
uint32_t overlay_ink_on(uint32_t color);

/* labels.c: what each face shows, in the width of the face. */
const char *overlay_label_of(const struct overlay *overlay, const struct mien_face *face);
void overlay_place_labels(struct overlay *overlay, const struct mien_faces *faces, bool numbers);
void overlay_draw_labels(struct overlay *overlay, const struct mien_faces *faces);

/* bars.c: the probabilities of each face, where there is room. */
void overlay_draw_bars(struct overlay *overlay, const struct mien_faces *faces);

/* hud.c: what is said beside the faces. */
SDL_Rect overlay_status_plate(struct overlay *overlay, const struct overlay_status *status);
void overlay_draw_status(struct overlay *overlay, const struct overlay_status *status);
SDL_Rect overlay_message_plate(struct overlay *overlay, const char *string, int y);
void overlay_draw_message(struct overlay *overlay, const char *string, int y);
void overlay_draw_help(struct overlay *overlay, const struct overlay_key *keys, const char *about);

#endif
