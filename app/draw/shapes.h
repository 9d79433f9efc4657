/* Rounded plates and frames with smooth corners, at one corner radius at a time. */
#ifndef APP_SHAPES_H
#define APP_SHAPES_H

#include <SDL.h>
#include <stdint.h>

#include "dirty_tiles.h"

struct shapes; /* lives on the thread of its renderer */

/* Returns NULL when there is no memory. */
struct shapes *shapes_create(SDL_Renderer *renderer);
void shapes_destroy(struct shapes *shapes);

/* From now on what is drawn is noted there; NULL: nowhere. Borrowed. */
void shapes_note(struct shapes *shapes, struct dirty *dirty);

/* Corner radius and thickness of frames in pixels. Cheap when unchanged. Returns 0 or -ENOMEM. */
int shapes_set_size(struct shapes *shapes, int radius, int line);

/* `color` is 0xRRGGBB; `alpha` 0…255. Rectangles under two radii a side are grown to that. */
void shapes_plate(struct shapes *shapes, SDL_Rect rect, uint32_t color, int alpha);

/* A frame with a dark rim, so that it shows on any picture; inside the rectangle. An open one
 * has only its corners. */
void shapes_frame(struct shapes *shapes, SDL_Rect rect, uint32_t color, int open);

/* A plain rectangle. */
void shapes_bar(struct shapes *shapes, SDL_Rect rect, uint32_t color, int alpha);

#endif
