/* Texts that belong to the screen, not to a face: a title for an empty one, a notice below, a
 * banner above. */
#ifndef APP_SCREEN_H
#define APP_SCREEN_H

#include <SDL.h>

#include "shapes.h"
#include "text.h"

struct screen_texts {
    const char *title;  /* large, in the middle */
    const char *notice; /* at the bottom */
    const char *banner; /* a warning, at the top */
};                      /* NULL or empty: none */

/* Where notice and banner stand on the target, with `em` pixels as the size of normal text; w is 0:
 * there is none. */
SDL_Rect screen_notice_place(struct text *text, SDL_Rect target, int em,
                             const struct screen_texts *texts);
SDL_Rect screen_banner_place(struct text *text, SDL_Rect target, int em,
                             const struct screen_texts *texts);

void screen_draw(struct text *text, struct shapes *shapes, SDL_Rect target, int em,
                 const struct screen_texts *texts);

#endif
