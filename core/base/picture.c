#include "mien/picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t row_bytes(enum mien_pixels pixels, int width)
{
    return (size_t)width * (pixels == MIEN_BGRX32 ? 4 : 1);
}

static int half(int side)
{
    return (side + 1) / 2;
}

int mien_picture_planes(const struct mien_picture *picture, struct mien_picture planes[3])
{
    planes[0] = *picture;
    if (picture->pixels != MIEN_YUV420)
        return 1;
    ptrdiff_t stride = picture->stride / 2;
    int width = half(picture->width), height = half(picture->height);
    uint8_t *data = picture->data + picture->stride * picture->height;
    planes[0].pixels = MIEN_GRAY8;
    planes[1] = (struct mien_picture){MIEN_GRAY8, width, height, stride, data};
    planes[2] = (struct mien_picture){MIEN_GRAY8, width, height, stride, data + stride * height};
    return 3;
}

int mien_picture_alloc(struct mien_picture *picture, enum mien_pixels pixels, int width, int height,
                       struct mien_error *error)
{
    if (width < 1 || height < 1 || width > MIEN_PICTURE_SIDE_MAX || height > MIEN_PICTURE_SIDE_MAX)
        return mien_error_set(error, EINVAL, "a picture of %d×%d pixels is not supported", width,
                              height);
    size_t stride = (row_bytes(pixels, width) + 63) / 64 * 64;
    size_t size = stride * (size_t)height;
    if (pixels == MIEN_YUV420)
        size += stride * (size_t)half(height);
    uint8_t *data = aligned_alloc(64, size);
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
    struct mien_picture out[3], in[3];
    int count = mien_picture_planes(from, in);
    mien_picture_planes(to, out);
    for (int i = 0; i < count; i++) {
        size_t row = row_bytes(in[i].pixels, in[i].width);
        for (int y = 0; y < in[i].height; y++)
            memcpy(out[i].data + y * out[i].stride, in[i].data + y * in[i].stride, row);
    }
    return 0;
}
