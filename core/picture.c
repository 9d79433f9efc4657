#include "mien/picture.h"

#include <errno.h>
#include <stdlib.h>

int mien_picture_alloc(struct mien_picture *picture, enum mien_pixels pixels, int width,
                       int height, struct mien_error *error)
{
    if (width < 1 || height < 1 || width > MIEN_PICTURE_SIDE_MAX ||
        height > MIEN_PICTURE_SIDE_MAX)
        return mien_error_set(error, EINVAL, "a picture of %d×%d pixels is not supported", width,
                              height);
    size_t row = (size_t)width * (pixels == MIEN_GRAY8 ? 1 : 4);
    size_t stride = (row + 63) / 64 * 64;
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
