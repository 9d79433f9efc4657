/* JPEG, behind the converter. Private to vision/camera/. */
#ifndef VISION_CONVERT_JPEG_H
#define VISION_CONVERT_JPEG_H

#include <stddef.h>
#include <stdint.h>

#include "mien/error.h"
#include "mien/picture.h"

struct jpeg_decoder;

int jpeg_decoder_create(struct jpeg_decoder **decoder, int width, int height,
                        struct mien_error *error);
void jpeg_decoder_destroy(struct jpeg_decoder **decoder);

/* Decodes one JPEG of exactly the decoder's size into its three planes, of which the first is gray;
 * or into `gray` alone, which leaves the colours out. Returns 0 or -EBADMSG. */
int jpeg_decoder_run(struct jpeg_decoder *decoder, const uint8_t *data, size_t size);
int jpeg_decoder_run_gray(struct jpeg_decoder *decoder, const uint8_t *data, size_t size,
                          struct mien_picture *gray);

/* What jpeg_decoder_run decoded: the Y plane, borrowed, and the colours. */
const uint8_t *jpeg_decoder_luma(const struct jpeg_decoder *decoder, size_t *stride);
int jpeg_decoder_paint(struct jpeg_decoder *decoder, struct mien_picture *color);

#endif
