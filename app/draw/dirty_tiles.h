/* Where something was drawn, in tiles: what need not be looked at costs nothing. */
#ifndef APP_DIRTY_TILES_H
#define APP_DIRTY_TILES_H

#include <SDL.h>
#include <stdint.h>

enum { DIRTY_TILE = 16 }; /* pixels a side */

struct dirty {
    int columns, rows;
    uint8_t *tiles; /* row by row; 1 where something was drawn */
};

/* For a target of that many pixels. Returns 0 or -ENOMEM. */
int dirty_tiles_init(struct dirty *dirty, int width, int height);
void dirty_tiles_finish(struct dirty *dirty);

/* NULL does nothing. */
void dirty_tiles_add(struct dirty *dirty, SDL_Rect rect);

#endif
