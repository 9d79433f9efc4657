/* What a camera delivers → the two pictures of a frame. */
#ifndef MIEN_CONVERT_H
#define MIEN_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/frame.h"
#include "mien/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mien_convert_format {
    uint32_t fourcc; /* V4L2_PIX_FMT_… */
    int width, height;
    size_t stride;   /* bytes from row to row of the first plane; 0: no padding */
    bool full_range; /* luma is 0…255 rather than 16…235 */
    bool bt709;      /* matrix of the colours; else BT.601 */
};

struct mien_converter;

/* How much we like a format, 0 the most; −1 when it cannot be converted. */
int mien_convert_preference(uint32_t fourcc);

/* All memory is allocated here. Returns 0, -ENOTSUP (format), -EINVAL (sizes), -ENOMEM. */
int mien_converter_create(struct mien_converter **converter,
                          const struct mien_convert_format *format, struct mien_error *error);
void mien_converter_destroy(struct mien_converter **converter);

/* Converts `size` bytes into the color and gray pictures of `frame`, which have the format's size.
 * Where frame->color has no pixels only gray is made, to the same values, which is faster.
 * Returns 0, or -EBADMSG when the data is short or broken: the pictures then hold anything. */
int mien_converter_run(struct mien_converter *converter, const uint8_t *data, size_t size,
                       struct mien_frame *frame);

/* The two halves of it: what is decoded is the converter's until the next call of either. */
int mien_converter_decode(struct mien_converter *converter, const uint8_t *data, size_t size,
                          struct mien_frame *frame);
int mien_converter_paint(struct mien_converter *converter, struct mien_frame *frame);

#ifdef __cplusplus
}
#endif
#endif
