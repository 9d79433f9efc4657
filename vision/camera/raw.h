/* Uncompressed pictures of cameras → planes, without a byte read outside the picture. */
#ifndef VISION_RAW_H
#define VISION_RAW_H

#include <stddef.h>
#include <stdint.h>

struct raw_layout {
    uint32_t fourcc; /* V4L2_PIX_FMT_YUYV, UYVY, NV12, YUV420 or GREY */
    int width, height;
    size_t stride, chroma_stride; /* the second of NV12 and YUV420 */
    size_t size;                  /* bytes of a whole picture */
};

/* Bytes that a row of the first plane has at least. */
size_t raw_row_size(uint32_t fourcc, int width);

/* `stride` is 0 (no padding) or at least raw_row_size; chroma rows are padded in proportion. */
struct raw_layout raw_lay_out(uint32_t fourcc, int width, int height, size_t stride);

/* Splits `data`, of layout->size bytes, into planes of Y, U and V (gray: Y alone) whose chroma has
 * half the width, and half the height too where the format has. */
void raw_split(const struct raw_layout *layout, const uint8_t *data, uint8_t *const *planes,
               const int *strides);

#endif
