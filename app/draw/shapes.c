#include "shapes.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct shapes {
    SDL_Renderer *renderer;
    struct dirty *dirty; /* or NULL */
    int radius, line;
    SDL_Texture *disc, *ring; /* white, 2 radii a side */
};

struct shapes *shapes_create(SDL_Renderer *renderer)
{
    struct shapes *shapes = calloc(1, sizeof *shapes);
    if (shapes)
        shapes->renderer = renderer;
    return shapes;
}

static void drop_textures(struct shapes *shapes)
{
    if (shapes->disc)
        SDL_DestroyTexture(shapes->disc);
    if (shapes->ring)
        SDL_DestroyTexture(shapes->ring);
    shapes->disc = shapes->ring = NULL;
    shapes->radius = 0;
}

void shapes_destroy(struct shapes *shapes)
{
    if (!shapes)
        return;
    drop_textures(shapes);
    free(shapes);
}

void shapes_note(struct shapes *shapes, struct dirty *dirty)
{
    shapes->dirty = dirty;
}

/* How much of a pixel at `distance` from the centre lies within `radius`. */
static double coverage(double distance, double radius)
{
    return fmin(1, fmax(0, radius - distance + 0.5));
}

static SDL_Texture *make_ring(SDL_Renderer *renderer, int outer, int inner)
{
    int side = 2 * outer;
    uint32_t *pixels = malloc(sizeof *pixels * (size_t)side * (size_t)side);
    if (!pixels)
        return NULL;
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            double distance = hypot(x + 0.5 - outer, y + 0.5 - outer);
            double share = coverage(distance, outer);
            if (inner)
                share -= coverage(distance, inner);
            pixels[y * side + x] = (uint32_t)lrint(share * 255) << 24 | 0xFFFFFF;
        }
    SDL_Texture *texture =
        SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC, side, side);
    if (texture) {
        SDL_UpdateTexture(texture, NULL, pixels, side * 4);
        SDL_SetTextureBlendMode(texture, SDL_BLENDMODE_BLEND);
    }
    free(pixels);
    return texture;
}

int shapes_set_size(struct shapes *shapes, int radius, int line)
{
    if (shapes->radius == radius && shapes->line == line)
        return 0;
    drop_textures(shapes);
    shapes->disc = make_ring(shapes->renderer, radius, 0);
    shapes->ring = make_ring(shapes->renderer, radius, SDL_max(radius - line, 1));
    if (!shapes->disc || !shapes->ring) {
        drop_textures(shapes);
        return -ENOMEM;
    }
    shapes->radius = radius;
    shapes->line = line;
    return 0;
}

void shapes_bar(struct shapes *shapes, SDL_Rect rect, uint32_t color, int alpha)
{
    SDL_SetRenderDrawBlendMode(shapes->renderer, SDL_BLENDMODE_BLEND);
    SDL_SetRenderDrawColor(shapes->renderer, color >> 16 & 0xFF, color >> 8 & 0xFF, color & 0xFF,
                           (uint8_t)alpha);
    SDL_RenderFillRect(shapes->renderer, &rect);
    dirty_tiles_add(shapes->dirty, rect);
}

static SDL_Rect at_least(SDL_Rect rect, int side)
{
    if (rect.w < side)
        rect = (SDL_Rect){rect.x - (side - rect.w) / 2, rect.y, side, rect.h};
    if (rect.h < side)
        rect = (SDL_Rect){rect.x, rect.y - (side - rect.h) / 2, rect.w, side};
    return rect;
}

/* Copies the four quarters of a round texture to the corners of a rectangle. */
static void draw_corners(struct shapes *shapes, SDL_Texture *round, SDL_Rect rect, uint32_t color,
                         int alpha)
{
    SDL_SetTextureColorMod(round, color >> 16 & 0xFF, color >> 8 & 0xFF, color & 0xFF);
    SDL_SetTextureAlphaMod(round, (uint8_t)alpha);
    int r = shapes->radius;
    for (int i = 0; i < 4; i++) {
        SDL_Rect from = {i & 1 ? r : 0, i & 2 ? r : 0, r, r};
        SDL_Rect to = {i & 1 ? rect.x + rect.w - r : rect.x, i & 2 ? rect.y + rect.h - r : rect.y,
                       r, r};
        SDL_RenderCopy(shapes->renderer, round, &from, &to);
        dirty_tiles_add(shapes->dirty, to);
    }
}

void shapes_plate(struct shapes *shapes, SDL_Rect rect, uint32_t color, int alpha)
{
    int r = shapes->radius;
    rect = at_least(rect, 2 * r);
    draw_corners(shapes, shapes->disc, rect, color, alpha);
    shapes_bar(shapes, (SDL_Rect){rect.x + r, rect.y, rect.w - 2 * r, r}, color, alpha);
    shapes_bar(shapes, (SDL_Rect){rect.x, rect.y + r, rect.w, rect.h - 2 * r}, color, alpha);
    shapes_bar(shapes, (SDL_Rect){rect.x + r, rect.y + rect.h - r, rect.w - 2 * r, r}, color,
               alpha);
}

/* One straight side of a frame; an open one leaves out the middle three fifths. */
static void draw_side(struct shapes *shapes, SDL_Rect side, uint32_t color, int alpha, int open)
{
    if (!open) {
        shapes_bar(shapes, side, color, alpha);
        return;
    }
    SDL_Rect end = side;
    if (side.w > side.h) {
        end.w = side.w / 5;
        shapes_bar(shapes, end, color, alpha);
        end.x = side.x + side.w - end.w;
    } else {
        end.h = side.h / 5;
        shapes_bar(shapes, end, color, alpha);
        end.y = side.y + side.h - end.h;
    }
    shapes_bar(shapes, end, color, alpha);
}

static void draw_outline(struct shapes *shapes, SDL_Rect rect, uint32_t color, int alpha, int open)
{
    int r = shapes->radius, line = shapes->line;
    rect = at_least(rect, 2 * r);
    int wide = rect.w - 2 * r, high = rect.h - 2 * r;
    draw_corners(shapes, shapes->ring, rect, color, alpha);
    draw_side(shapes, (SDL_Rect){rect.x + r, rect.y, wide, line}, color, alpha, open);
    draw_side(shapes, (SDL_Rect){rect.x + r, rect.y + rect.h - line, wide, line}, color, alpha,
              open);
    draw_side(shapes, (SDL_Rect){rect.x, rect.y + r, line, high}, color, alpha, open);
    draw_side(shapes, (SDL_Rect){rect.x + rect.w - line, rect.y + r, line, high}, color, alpha,
              open);
}

void shapes_frame(struct shapes *shapes, SDL_Rect rect, uint32_t color, int open)
{
    int rim = SDL_max(1, shapes->line / 2);
    SDL_Rect outside = {rect.x - rim, rect.y - rim, rect.w + 2 * rim, rect.h + 2 * rim};
    SDL_Rect inside = {rect.x + rim, rect.y + rim, rect.w - 2 * rim, rect.h - 2 * rim};
    draw_outline(shapes, outside, 0x000000, 90, open);
    draw_outline(shapes, inside, 0x000000, 90, open);
    draw_outline(shapes, rect, color, 255, open);
}
