/* Colours of the overlay on pictures in planes, as videos have them. */
#ifndef APP_PLANES_H
#define APP_PLANES_H

#include <stdint.h>

#include "dirty_tiles.h"
#include "mien/picture.h"

/* Lays `layer` over `picture` (MIEN_YUV420, of the same size) where it was touched, and clears
 * both layer and tiles. The layer's pixels are 0xAARRGGBB with colours multiplied by alpha,
 * `pitch` of them a row. */
void planes_lay_over(const struct mien_picture *picture, const struct mien_yuv *yuv,
                     uint32_t *layer, int pitch, struct dirty *dirty);

/* The colour of pixel (x, y) as 0xRRGGBB. */
uint32_t planes_color(const struct mien_picture *picture, const struct mien_yuv *yuv, int x, int y);

#endif
