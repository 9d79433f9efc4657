#include "screen.h"

#include <stdbool.h>

#include "overlay_parts.h"

enum { TITLE_LINES = 6, NOTICE_LINES = 3, BANNER_LINES = 6 };

static bool is_empty(const char *string)
{
    return !string || !*string;
}

static struct text_block block_of(const char *string, enum text_size size, int lines,
                                  SDL_Rect target, int em)
{
    return (struct text_block){size, SDL_max(target.w - 4 * em, em), lines, string};
}

static struct text_block notice_of(const struct screen_texts *texts, SDL_Rect target, int em)
{
    return block_of(texts->notice, TEXT_NORMAL, NOTICE_LINES, target, em);
}

static struct text_block banner_of(const struct screen_texts *texts, SDL_Rect target, int em)
{
    return block_of(texts->banner, TEXT_NORMAL, BANNER_LINES, target, em);
}

SDL_Rect screen_notice_place(struct text *text, SDL_Rect target, int em,
                             const struct screen_texts *texts)
{
    if (is_empty(texts->notice))
        return (SDL_Rect){0};
    struct text_block block = notice_of(texts, target, em);
    SDL_Point size = text_block_size(text, &block);
    int wide = size.x + 2 * em, tall = size.y + em;
    return (SDL_Rect){target.x + (target.w - wide) / 2, target.y + target.h - tall - em, wide,
                      tall};
}

SDL_Rect screen_banner_place(struct text *text, SDL_Rect target, int em,
                             const struct screen_texts *texts)
{
    if (is_empty(texts->banner))
        return (SDL_Rect){0};
    struct text_block block = banner_of(texts, target, em);
    SDL_Point size = text_block_size(text, &block);
    return (SDL_Rect){target.x + em, target.y + em, target.w - 2 * em, size.y + em};
}

static void draw_in(struct text *text, const struct text_block *block, SDL_Rect place,
                    uint32_t color)
{
    SDL_Point size = text_block_size(text, block);
    text_draw_block(text, block, place.x + (place.w - size.x) / 2, place.y + (place.h - size.y) / 2,
                    color);
}

void screen_draw(struct text *text, struct shapes *shapes, SDL_Rect target, int em,
                 const struct screen_texts *texts)
{
    if (!is_empty(texts->title)) {
        struct text_block block = block_of(texts->title, TEXT_LARGE, TITLE_LINES, target, em);
        draw_in(text, &block, target, PAPER);
    }
    if (!is_empty(texts->notice)) {
        struct text_block block = notice_of(texts, target, em);
        SDL_Rect place = screen_notice_place(text, target, em, texts);
        shapes_plate(shapes, place, INK, PLATE);
        draw_in(text, &block, place, PAPER);
    }
    if (!is_empty(texts->banner)) {
        struct text_block block = banner_of(texts, target, em);
        SDL_Rect place = screen_banner_place(text, target, em, texts);
        shapes_plate(shapes, place, ALERT, 255);
        draw_in(text, &block, place, INK);
    }
}
