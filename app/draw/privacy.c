#include <string.h>

#include "overlay.h"

enum { SQUARES = 8 }; /* along each side of a covered face: too few to tell who it is */

struct area {
    int left, top, right, bottom; /* right and bottom are one past the last pixel */
};

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* A tenth more on each side, for hair and chin and for a box that lags behind its face. */
static struct area covered(const struct mien_picture *color, struct mien_box box)
{
    int x = box.width / 10, y = box.height / 10;
    return (struct area){clamp(box.x - x, 0, color->width), clamp(box.y - y, 0, color->height),
                         clamp(box.x + box.width + x, 0, color->width),
                         clamp(box.y + box.height + y, 0, color->height)};
}

static void flatten(struct mien_picture *color, struct area area)
{
    uint64_t sum[4] = {0};
    uint64_t count = (uint64_t)(area.right - area.left) * (uint64_t)(area.bottom - area.top);
    for (int y = area.top; y < area.bottom; y++) {
        const uint8_t *row = color->data + y * color->stride;
        for (int i = area.left * 4; i < area.right * 4; i++)
            sum[i & 3] += row[i];
    }
    uint8_t mean[4] = {0};
    for (int i = 0; i < 4 && count; i++)
        mean[i] = (uint8_t)(sum[i] / count);
    for (int y = area.top; y < area.bottom; y++) {
        uint8_t *row = color->data + y * color->stride;
        for (int x = area.left; x < area.right; x++)
            memcpy(row + 4 * x, mean, sizeof mean);
    }
}

void privacy_cover(struct mien_picture *color, const struct faces *faces)
{
    for (int i = 0; i < faces->count; i++) {
        struct area all = covered(color, faces->list[i].box);
        int wide = all.right - all.left, high = all.bottom - all.top;
        for (int k = 0; k < SQUARES * SQUARES; k++) {
            int column = k % SQUARES, row = k / SQUARES;
            flatten(color, (struct area){all.left + wide * column / SQUARES,
                                         all.top + high * row / SQUARES,
                                         all.left + wide * (column + 1) / SQUARES,
                                         all.top + high * (row + 1) / SQUARES});
        }
    }
}
