#include "turn.h"

#include <stdlib.h>

struct turn turn_of_matrix(const int32_t matrix[9])
{
    /* (x, y) is shown at (a x + c y, b x + d y) with a, b, c, d at places 0, 1, 3, 4. */
    int64_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    if (llabs(a) + llabs(d) >= llabs(b) + llabs(c))
        return (struct turn){.flip_x = a < 0, .flip_y = d < 0};
    return (struct turn){.transpose = true, .flip_x = b < 0, .flip_y = c < 0};
}

struct turn turn_of_exif(int orientation)
{
    static const struct turn turns[] = {
        [2] = {.flip_x = true},
        [3] = {.flip_x = true, .flip_y = true},
        [4] = {.flip_y = true},
        [5] = {.transpose = true},
        [6] = {.transpose = true, .flip_y = true},
        [7] = {.transpose = true, .flip_x = true, .flip_y = true},
        [8] = {.transpose = true, .flip_x = true},
    };
    return orientation < 2 || orientation > 8 ? (struct turn){0} : turns[orientation];
}

/* Tiles keep the rows of a transposed picture in the cache. */
enum { TILE = 32 };

#define DEFINE_COPY_TURNED(name, pixel)                                                            \
    static void name(const struct mien_picture *to, const uint8_t *origin, ptrdiff_t step_x,       \
                     ptrdiff_t step_y, int left, int top)                                          \
    {                                                                                              \
        int right = left + TILE < to->width ? left + TILE : to->width;                             \
        int bottom = top + TILE < to->height ? top + TILE : to->height;                            \
        for (int y = top; y < bottom; y++) {                                                       \
            pixel *row = (pixel *)(to->data + y * to->stride);                                     \
            for (int x = left; x < right; x++)                                                     \
                row[x] = *(const pixel *)(origin + y * step_y + x * step_x);                       \
        }                                                                                          \
    }

DEFINE_COPY_TURNED(copy_turned_gray, uint8_t)
DEFINE_COPY_TURNED(copy_turned_color, uint32_t)

static void copy_turned_plane(const struct mien_picture *to, const struct mien_picture *from,
                              struct turn turn)
{
    ptrdiff_t pixel = from->pixels == MIEN_GRAY8 ? 1 : 4;
    ptrdiff_t along = turn.flip_x ? -pixel : pixel;
    ptrdiff_t down = turn.flip_y ? -from->stride : from->stride;
    const uint8_t *origin = from->data + (turn.flip_x ? (from->width - 1) * pixel : 0) +
                            (turn.flip_y ? (from->height - 1) * from->stride : 0);
    ptrdiff_t step_x = turn.transpose ? down : along, step_y = turn.transpose ? along : down;
    for (int top = 0; top < to->height; top += TILE)
        for (int left = 0; left < to->width; left += TILE)
            (pixel == 1 ? copy_turned_gray : copy_turned_color)(to, origin, step_x, step_y, left,
                                                                top);
}

void turn_picture(const struct mien_picture *to, const struct mien_picture *from, struct turn turn)
{
    struct mien_picture out[3], in[3];
    mien_picture_planes(to, out);
    for (int i = 0, count = mien_picture_planes(from, in); i < count; i++)
        copy_turned_plane(&out[i], &in[i], turn);
}
