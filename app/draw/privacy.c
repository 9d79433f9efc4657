#include <string.h>

#include "base/clamp.h"
#include "overlay.h"

enum { SQUARES = 8 }; /* along each side of a covered face: too few to tell who it is */

struct area {
    int left, top, right, bottom; /* right and bottom are one past the last pixel */
};

/* A tenth more on each side, for hair and chin and for a box that lags behind its face. `scale`:
 * pixels of the picture for one of the plane. */
static struct area covered(const struct mien_picture *plane, struct mien_box box, int scale)
{
    int x = box.width / 10, y = box.height / 10;
    return (struct area){clamp_int((box.x - x) / scale, 0, plane->width),
                         clamp_int((box.y - y) / scale, 0, plane->height),
                         clamp_int((box.x + box.width + x + scale - 1) / scale, 0, plane->width),
                         clamp_int((box.y + box.height + y + scale - 1) / scale, 0, plane->height)};
}

static void flatten(const struct mien_picture *plane, struct area area)
{
    int pixel = plane->pixels == MIEN_BGRX32 ? 4 : 1;
    uint64_t sum[4] = {0};
    uint64_t count = (uint64_t)(area.right - area.left) * (uint64_t)(area.bottom - area.top);
    for (int y = area.top; y < area.bottom; y++) {
        const uint8_t *row = plane->data + y * plane->stride;
        for (int i = area.left * pixel; i < area.right * pixel; i++)
            sum[i & (pixel - 1)] += row[i];
    }
    uint8_t mean[4] = {0};
    for (int i = 0; i < pixel && count; i++)
        mean[i] = (uint8_t)(sum[i] / count);
    for (int y = area.top; y < area.bottom; y++) {
        uint8_t *row = plane->data + y * plane->stride;
        for (int x = area.left; x < area.right; x++)
            memcpy(row + pixel * x, mean, (size_t)pixel);
    }
}

static void cover(const struct mien_picture *plane, struct area all)
{
    int wide = all.right - all.left, high = all.bottom - all.top;
    for (int k = 0; k < SQUARES * SQUARES; k++) {
        int column = k % SQUARES, row = k / SQUARES;
        flatten(plane,
                (struct area){all.left + wide * column / SQUARES, all.top + high * row / SQUARES,
                              all.left + wide * (column + 1) / SQUARES,
                              all.top + high * (row + 1) / SQUARES});
    }
}

void privacy_cover(struct mien_picture *color, const struct mien_faces *faces)
{
    struct mien_picture planes[3];
    int count = mien_picture_planes(color, planes);
    for (int p = 0; p < count; p++) {
        for (int i = 0; i < faces->count; i++)
            cover(&planes[p], covered(&planes[p], faces->list[i].box, p ? 2 : 1));
        for (int i = 0; i < faces->tentative.count; i++)
            cover(&planes[p], covered(&planes[p], faces->tentative.boxes[i], p ? 2 : 1));
    }
}
