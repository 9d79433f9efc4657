#include "overlay_parts.h"

#include "base/clamp.h"

SDL_Rect overlay_pull_inside(SDL_Rect rect, SDL_Rect outer)
{
    rect.x = clamp_int(rect.x, outer.x, SDL_max(outer.x, outer.x + outer.w - rect.w));
    rect.y = clamp_int(rect.y, outer.y, SDL_max(outer.y, outer.y + outer.h - rect.h));
    return rect;
}

void overlay_take(struct overlay *overlay, SDL_Rect rect)
{
    if (overlay->taken_count < TAKEN_MAX)
        overlay->taken[overlay->taken_count++] = rect;
}

bool overlay_is_taken(const struct overlay *overlay, SDL_Rect rect)
{
    for (int i = 0; i < overlay->taken_count; i++)
        if (SDL_HasIntersection(&overlay->taken[i], &rect))
            return true;
    return false;
}

bool overlay_contains(SDL_Rect outer, SDL_Rect inner)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

void overlay_text_plate(struct overlay *o, SDL_Rect plate, enum text_size size, uint32_t color,
                        int alpha, uint32_t ink, const char *string)
{
    int x = plate.x + (plate.w - text_width(o->text, size, string)) / 2;
    int y = plate.y + (plate.h - text_height(o->text, size)) / 2;
    shapes_plate(o->shapes, plate, color, alpha);
    text_draw(o->text, size, x, y, ink, string);
}
