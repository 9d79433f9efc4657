#include "touched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int touched_init(struct touched *touched, int width, int height)
{
    touched->columns = (width + TOUCHED_TILE - 1) / TOUCHED_TILE;
    touched->rows = (height + TOUCHED_TILE - 1) / TOUCHED_TILE;
    touched->tiles = calloc((size_t)touched->columns, (size_t)touched->rows);
    return touched->tiles ? 0 : -ENOMEM;
}

void touched_finish(struct touched *touched)
{
    free(touched->tiles);
    *touched = (struct touched){0};
}

void touched_add(struct touched *touched, SDL_Rect rect)
{
    if (!touched || rect.w <= 0 || rect.h <= 0 || rect.x + rect.w <= 0 || rect.y + rect.h <= 0)
        return;
    int left = SDL_max(rect.x, 0) / TOUCHED_TILE, top = SDL_max(rect.y, 0) / TOUCHED_TILE;
    int right = SDL_min((rect.x + rect.w - 1) / TOUCHED_TILE, touched->columns - 1);
    int bottom = SDL_min((rect.y + rect.h - 1) / TOUCHED_TILE, touched->rows - 1);
    for (int row = top; row <= bottom && left <= right; row++)
        memset(touched->tiles + row * touched->columns + left, 1, (size_t)(right - left + 1));
}
