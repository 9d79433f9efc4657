/* Text on a renderer, in any script: shaped, laid out and put together from the fonts that the
 * system has by Pango. Each text is drawn once and kept as a texture for as long as it is in use.
 */
#ifndef APP_TEXT_H
#define APP_TEXT_H

#include <SDL.h>
#include <stdint.h>

#include "dirty_tiles.h"
#include "mien/error.h"

struct text; /* lives on the thread of its renderer */

enum text_size { TEXT_SMALL, TEXT_NORMAL, TEXT_LARGE, TEXT_SIZES };

/* The font file of texts created from now on, borrowed; NULL: the first there is of those that read
 * well. Before any other thread draws. */
void text_use_font(const char *path);

/* Opens the font; characters that it lacks come from others. Returns 0 or -ENOENT (no font: the
 * message names the package that has one), -EINVAL (the file is no font), -ENOMEM. */
int text_create(struct text **text, SDL_Renderer *renderer, struct mien_error *error);
void text_destroy(struct text **text);

/* From now on what is drawn is noted there; NULL: nowhere. Borrowed. */
void text_note(struct text *text, struct dirty *dirty);

/* Pixels of the normal size; the small one is three quarters of it, the large
 * one two and a half of it. Cheap when unchanged. */
void text_set_em(struct text *text, int pixels);

/* Pixels of a line, and of a string of UTF-8 (broken bytes count as U+FFFD). */
int text_height(const struct text *text, enum text_size size);
int text_width(struct text *text, enum text_size size, const char *string);

/* Draws with the line's top left corner at x, y; `color` is 0xRRGGBB. */
void text_draw(struct text *text, enum text_size size, int x, int y, uint32_t color,
               const char *string);

/* A text in lines of at most `room` pixels, each in the middle; what is longer than `lines` of them
 * ends with an ellipsis. */
struct text_block {
    enum text_size size;
    int room, lines;
    const char *string;
};

/* Its widest line and height, pixels. */
SDL_Point text_block_size(struct text *text, const struct text_block *block);

/* Draws with the block's top left corner at x, y. */
void text_draw_block(struct text *text, const struct text_block *block, int x, int y,
                     uint32_t color);

#endif
