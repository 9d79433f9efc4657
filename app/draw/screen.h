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

/* Draws on the renderer's whole output, with `em` pixels as the size of normal text. */
void screen_draw(SDL_Renderer *renderer, struct text *text, struct shapes *shapes, int em,
                 const struct screen_texts *texts);

#endif
