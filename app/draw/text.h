/* Text on a renderer: one font at three sizes, its glyphs kept in one texture, so that text that
 * changes with every frame costs no new texture. */
#ifndef APP_TEXT_H
#define APP_TEXT_H

#include <SDL.h>
#include <stdint.h>

#include "dirty_tiles.h"
#include "mien/error.h"

struct text; /* lives on the thread of its renderer */

enum text_size { TEXT_SMALL, TEXT_NORMAL, TEXT_LARGE, TEXT_SIZES };

/* The font file of texts created from now on, borrowed; NULL: the first found where systems keep
 * them. Before any other thread draws. */
void text_use_font(const char *path);

/* Opens the font. Returns 0 or
 * -ENOENT (no font: the message names the package that has one), -EINVAL, -ENOMEM. */
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

/* Of the first `length` bytes those of the characters that are together no wider than `room`. */
size_t text_fitting(struct text *text, enum text_size size, const char *string, size_t length,
                    int room);

/* Draws with the line's top left corner at x, y; `color` is 0xRRGGBB. */
void text_draw(struct text *text, enum text_size size, int x, int y, uint32_t color,
               const char *string);

#endif
