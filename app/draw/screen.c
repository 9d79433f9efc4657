#include "screen.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LINES_MAX = 8, LINE_BYTES = 512, INK = 0x111418, PAPER = 0xF4F4F4, ALERT = 0xE69F00 };

/* A text broken into lines. */
struct block {
    char lines[LINES_MAX][LINE_BYTES];
    int count, width, line; /* widest line and a line's height, pixels */
    enum text_size size;
};

static void append_word(char *line, const char *word, size_t length)
{
    size_t used = strlen(line);
    snprintf(line + used, LINE_BYTES - used, "%s%.*s", used ? " " : "", (int)length, word);
}

/* How many bytes of a word fit into a line of their own: all, but for words such as long paths. */
static size_t fitting(const struct block *block, struct text *text, const char *word, int room)
{
    size_t length = SDL_min(strcspn(word, " \n"), LINE_BYTES - 1);
    return SDL_max(text_fitting(text, block->size, word, length, room), 1);
}

/* Breaks between words where a line would be wider than `room`; what is left after the last line
 * is cut. */
static void break_lines(struct block *block, struct text *text, const char *string, int room)
{
    char longer[LINE_BYTES];
    for (const char *word = string + strspn(string, " \n"); *word; word += strspn(word, " \n")) {
        size_t length = fitting(block, text, word, room);
        char *line = block->lines[block->count];
        strcpy(longer, line);
        append_word(longer, word, length);
        bool fits = !*line || text_width(text, block->size, longer) <= room;
        if (!fits && ++block->count == LINES_MAX)
            break;
        append_word(block->lines[block->count], word, length);
        word += length;
    }
    block->count = SDL_min(block->count + 1, LINES_MAX);
}

static struct block make_block(struct text *text, enum text_size size, const char *string, int room)
{
    struct block block = {.size = size, .line = text_height(text, size)};
    break_lines(&block, text, string, room);
    for (int i = 0; i < block.count; i++)
        block.width = SDL_max(block.width, text_width(text, size, block.lines[i]));
    return block;
}

/* Centred around `x`, from `y` downwards. */
static void draw_block(const struct block *block, struct text *text, int x, int y, uint32_t color)
{
    for (int i = 0; i < block->count; i++) {
        int width = text_width(text, block->size, block->lines[i]);
        text_draw(text, block->size, x - width / 2, y + i * block->line, color, block->lines[i]);
    }
}

static bool is_empty(const char *string)
{
    return !string || !*string;
}

void screen_draw(SDL_Renderer *renderer, struct text *text, struct shapes *shapes, int em,
                 const struct screen_texts *texts)
{
    int width, height;
    if (SDL_GetRendererOutputSize(renderer, &width, &height))
        return;
    int room = width - 6 * em;
    if (!is_empty(texts->title)) {
        struct block block = make_block(text, TEXT_LARGE, texts->title, room);
        draw_block(&block, text, width / 2, (height - block.count * block.line) / 2, PAPER);
    }
    if (!is_empty(texts->notice)) {
        struct block block = make_block(text, TEXT_NORMAL, texts->notice, room);
        int tall = block.count * block.line + em, wide = block.width + 2 * em;
        SDL_Rect plate = {(width - wide) / 2, height - tall - em, wide, tall};
        shapes_plate(shapes, plate, INK, 200);
        draw_block(&block, text, width / 2, plate.y + em / 2, PAPER);
    }
    if (!is_empty(texts->banner)) {
        struct block block = make_block(text, TEXT_NORMAL, texts->banner, room);
        SDL_Rect plate = {em, em, width - 2 * em, block.count * block.line + em};
        shapes_plate(shapes, plate, ALERT, 240);
        draw_block(&block, text, width / 2, plate.y + em / 2, INK);
    }
}
