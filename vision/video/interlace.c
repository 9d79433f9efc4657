#include "interlace.h"

static void remove_from_plane(const struct mien_picture *plane, bool top_first)
{
    size_t bytes = (size_t)plane->width * (plane->pixels == MIEN_BGRX32 ? 4 : 1);
    for (int y = top_first ? 1 : 0; y < plane->height; y += 2) {
        uint8_t *row = plane->data + y * plane->stride;
        const uint8_t *above = y > 0 ? row - plane->stride : row + plane->stride;
        const uint8_t *below = y + 1 < plane->height ? row + plane->stride : above;
        if (plane->height < 2)
            return;
        for (size_t x = 0; x < bytes; x++)
            row[x] = (uint8_t)((above[x] + below[x] + 1) / 2);
    }
}

void interlace_remove(const struct mien_picture *picture, bool top_first)
{
    struct mien_picture planes[3];
    int count = mien_picture_planes(picture, planes);
    for (int i = 0; i < count; i++)
        remove_from_plane(&planes[i], top_first);
}
