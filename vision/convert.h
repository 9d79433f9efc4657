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
 * Where frame->color has no pixels only gray is made, to the same values, which is faster.
 * Returns 0, or -EBADMSG when the data is short or broken: the pictures then hold anything. */
int converter_run(struct converter *converter, const uint8_t *data, size_t size,
                  struct mien_frame *frame);

/* The two halves of it: what is decoded is the converter's until the next call of either. */
int converter_decode(struct converter *converter, const uint8_t *data, size_t size,
                     struct mien_frame *frame);
int converter_paint(struct converter *converter, struct mien_frame *frame);

/* ---- JPEG, behind the converter ---- */

struct jpeg_decoder;

int jpeg_decoder_create(struct jpeg_decoder **decoder, int width, int height,
                        struct mien_error *error);
void jpeg_decoder_destroy(struct jpeg_decoder **decoder);

/* Decodes one JPEG of exactly the decoder's size into its three planes, of which the first is gray;
 * or into `gray` alone, in a third less time. Returns 0 or -EBADMSG. */
int jpeg_decoder_run(struct jpeg_decoder *decoder, const uint8_t *data, size_t size);
int jpeg_decoder_run_gray(struct jpeg_decoder *decoder, const uint8_t *data, size_t size,
                          struct mien_picture *gray);

/* What jpeg_decoder_run decoded: the Y plane, borrowed, and the colours. */
const uint8_t *jpeg_decoder_luma(const struct jpeg_decoder *decoder, size_t *stride);
int jpeg_decoder_paint(struct jpeg_decoder *decoder, struct mien_picture *color);

#endif
