/* Where something was drawn, in tiles: what need not be looked at costs nothing. */
#ifndef APP_TOUCHED_H
#define APP_TOUCHED_H

#include <SDL.h>
#include <stdint.h>

enum { TOUCHED_TILE = 16 }; /* pixels a side */

struct touched {
    int columns, rows;
    uint8_t *tiles; /* row by row; 1 where something was drawn */
};

/* For a target of that many pixels. Returns 0 or -ENOMEM. */
int touched_init(struct touched *touched, int width, int height);
void touched_finish(struct touched *touched);

/* NULL does nothing. */
void touched_add(struct touched *touched, SDL_Rect rect);

#endif
