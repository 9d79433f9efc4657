#include "dirty_tiles.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int dirty_tiles_init(struct dirty *dirty, int width, int height)
{
    dirty->columns = (width + DIRTY_TILE - 1) / DIRTY_TILE;
    dirty->rows = (height + DIRTY_TILE - 1) / DIRTY_TILE;
    dirty->tiles = calloc((size_t)dirty->columns, (size_t)dirty->rows);
    return dirty->tiles ? 0 : -ENOMEM;
}

void dirty_tiles_finish(struct dirty *dirty)
{
    free(dirty->tiles);
    *dirty = (struct dirty){0};
}

void dirty_tiles_add(struct dirty *dirty, SDL_Rect rect)
{
    if (!dirty || rect.w <= 0 || rect.h <= 0 || rect.x + rect.w <= 0 || rect.y + rect.h <= 0)
        return;
    int left = SDL_max(rect.x, 0) / DIRTY_TILE, top = SDL_max(rect.y, 0) / DIRTY_TILE;
    int right = SDL_min((rect.x + rect.w - 1) / DIRTY_TILE, dirty->columns - 1);
    int bottom = SDL_min((rect.y + rect.h - 1) / DIRTY_TILE, dirty->rows - 1);
    for (int row = top; row <= bottom && left <= right; row++)
        memset(dirty->tiles + row * dirty->columns + left, 1, (size_t)(right - left + 1));
}
