/* A picture in memory: the one type that capture, detection, crop and drawing share. */
#ifndef MIEN_PICTURE_H
#define MIEN_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "mien/error.h"
#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a picture's bytes are. */
enum mien_pixels {
    MIEN_GRAY8,  /* one byte a pixel, full range 0…255 */
    MIEN_BGRX32, /* four bytes a pixel in memory order blue, green, red, unused */
    MIEN_YUV420, /* three planes of one byte a pixel, as most videos have them: luma, then Cb and Cr
                    of half the size (rounded up) with half the stride, one after the other */
};

/* Pixel (x, y) starts at data + y * stride + x * (1 or 4), luma in planes. Rows run from top to
 * bottom. */
struct mien_picture {
    enum mien_pixels pixels; /* what its bytes are */
    int width;               /* pixels of a row */
    int height;              /* rows */
    ptrdiff_t stride;        /* bytes from one row to the next */
    uint8_t *data;           /* the first row */
};

/* How the values of MIEN_YUV420 stand for colours: the shares of red and blue in luma, and whether
 * the values go from 0 to 255 or luma from 16 to 235 and the others from 16 to 240. */
struct mien_yuv {
    double red;     /* its share in luma */
    double blue;    /* its share in luma */
    int full_range; /* 0…255; 0: 16…235 and 16…240 */
};

/* Largest width and height accepted anywhere, in pixels. */
#define MIEN_PICTURE_SIDE_MAX 16384

/* Allocates pixel memory (rows start on 64-byte boundaries, contents undefined) and fills in
 * `picture`. Release with mien_picture_free. `picture` is untouched on failure.
 * Returns 0, -EINVAL (a side outside 1…MIEN_PICTURE_SIDE_MAX) or -ENOMEM. */
MIEN_API int mien_picture_alloc(struct mien_picture *picture, enum mien_pixels pixels, int width,
                                int height, struct mien_error *error);

/* Releases the memory of mien_picture_alloc and zeroes the struct. A zeroed struct is fine. */
MIEN_API void mien_picture_free(struct mien_picture *picture);

/* Makes `to` a copy of `from`. `to` is zeroed, or a picture of any memory: of the same kind and
 * size it is written to, else it is one of mien_picture_alloc and allocated anew. Returns 0 or
 * -ENOMEM, with `to` zeroed. */
MIEN_API int mien_picture_copy(struct mien_picture *to, const struct mien_picture *from,
                               struct mien_error *error);

/* The planes of a MIEN_YUV420 picture as MIEN_GRAY8 ones over the same memory; other kinds are one
 * plane, themselves. Returns how many, at most 3. */
MIEN_API int mien_picture_planes(const struct mien_picture *picture, struct mien_picture planes[3]);

#ifdef __cplusplus
}
#endif
#endif
