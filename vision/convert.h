/* What a camera delivers → the two pictures of a frame. Private to vision/. */
#ifndef VISION_CONVERT_H
#define VISION_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mien/error.h"
#include "mien/frame.h"

struct convert_format {
    uint32_t fourcc; /* V4L2_PIX_FMT_… */
    int width, height;
    size_t stride;   /* bytes from row to row of the first plane; 0: no padding */
    bool full_range; /* luma is 0…255 rather than 16…235 */
    bool bt709;      /* matrix of the colours; else BT.601 */
};

struct converter;

/* How much we like a format, 0 the most; −1 when it cannot be converted. */
int convert_preference(uint32_t fourcc);

/* All memory is allocated here. Returns 0, -ENOTSUP (format), -EINVAL (sizes), -ENOMEM. */
int converter_create(struct converter **converter, const struct convert_format *format,
                     struct mien_error *error);
void converter_destroy(struct converter **converter);

/* Converts `size` bytes into the color and gray pictures of `frame`, which have the format's size.
 * Returns 0, or -EBADMSG when the data is short or broken: the pictures then hold anything. */
int converter_run(struct converter *converter, const uint8_t *data, size_t size,
                  struct mien_frame *frame);

/* ---- JPEG, behind the converter ---- */

struct jpeg_decoder;

int jpeg_decoder_create(struct jpeg_decoder **decoder, int width, int height,
                        struct mien_error *error);
void jpeg_decoder_destroy(struct jpeg_decoder **decoder);

/* Decodes one JPEG of exactly the decoder's size: *luma borrows the Y plane (`*stride` bytes from
 * row to row) until the next call, `color` is painted. Returns 0 or -EBADMSG. */
int jpeg_decoder_run(struct jpeg_decoder *decoder, const uint8_t *data, size_t size,
                     const uint8_t **luma, size_t *stride, struct mien_picture *color);

#endif
