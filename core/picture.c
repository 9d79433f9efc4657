#include "mien/picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t row_bytes(enum mien_pixels pixels, int width)
{
    return (size_t)width * (pixels == MIEN_GRAY8 ? 1 : 4);
}

int mien_picture_alloc(struct mien_picture *picture, enum mien_pixels pixels, int width, int height,
                       struct mien_error *error)
{
    if (width < 1 || height < 1 || width > MIEN_PICTURE_SIDE_MAX || height > MIEN_PICTURE_SIDE_MAX)
        return mien_error_set(error, EINVAL, "a picture of %d×%d pixels is not supported", width,
                              height);
    size_t stride = (row_bytes(pixels, width) + 63) / 64 * 64;
    uint8_t *data = aligned_alloc(64, stride * (size_t)height);
    if (!data)
        return mien_error_set(error, ENOMEM, "no memory for a picture of %d×%d pixels", width,
                              height);
    *picture = (struct mien_picture){pixels, width, height, (ptrdiff_t)stride, data};
    return 0;
}

void mien_picture_free(struct mien_picture *picture)
{
    free(picture->data);
    *picture = (struct mien_picture){0};
}

int mien_picture_copy(struct mien_picture *to, const struct mien_picture *from,
                      struct mien_error *error)
{
    if (to->pixels != from->pixels || to->width != from->width || to->height != from->height) {
        mien_picture_free(to);
        int result = mien_picture_alloc(to, from->pixels, from->width, from->height, error);
        if (result)
            return result;
    }
    size_t row = row_bytes(from->pixels, from->width);
    for (int y = 0; y < from->height; y++)
        memcpy(to->data + y * to->stride, from->data + y * from->stride, row);
    return 0;
}
