#include "raw.h"

#include <linux/videodev2.h>
#include <stdbool.h>
#include <string.h>

static size_t half(size_t side)
{
    return (side + 1) / 2;
}

static bool is_packed(uint32_t fourcc)
{
    return fourcc == V4L2_PIX_FMT_YUYV || fourcc == V4L2_PIX_FMT_UYVY;
}

size_t raw_row_size(uint32_t fourcc, int width)
{
    return is_packed(fourcc) ? 2 * (size_t)width : (size_t)width;
}

struct raw_layout raw_lay_out(uint32_t fourcc, int width, int height, size_t stride)
{
    struct raw_layout layout = {.fourcc = fourcc, .width = width, .height = height};
    layout.stride = stride ? stride : raw_row_size(fourcc, width);
    layout.size = layout.stride * (size_t)height;
    if (fourcc == V4L2_PIX_FMT_NV12)
        layout.chroma_stride = 2 * half(layout.stride);
    else if (fourcc == V4L2_PIX_FMT_YUV420)
        layout.chroma_stride = half(layout.stride);
    size_t planes = fourcc == V4L2_PIX_FMT_YUV420 ? 2 : 1;
    layout.size += planes * layout.chroma_stride * half((size_t)height);
    return layout;
}

/* ---- one row; where the width is odd, the last pixel may have no V ---- */

static void split_yuyv(const uint8_t *restrict in, int width, uint8_t *restrict y,
                       uint8_t *restrict u, uint8_t *restrict v)
{
    int pairs = width / 2;
    for (int i = 0; i < pairs; i++) {
        y[2 * i] = in[4 * i];
        u[i] = in[4 * i + 1];
        y[2 * i + 1] = in[4 * i + 2];
        v[i] = in[4 * i + 3];
    }
    if (width % 2) {
        y[2 * pairs] = in[4 * pairs];
        u[pairs] = in[4 * pairs + 1];
        v[pairs] = pairs ? v[pairs - 1] : 128;
    }
}

static void split_uyvy(const uint8_t *restrict in, int width, uint8_t *restrict y,
                       uint8_t *restrict u, uint8_t *restrict v)
{
    int pairs = width / 2;
    for (int i = 0; i < pairs; i++) {
        u[i] = in[4 * i];
        y[2 * i] = in[4 * i + 1];
        v[i] = in[4 * i + 2];
        y[2 * i + 1] = in[4 * i + 3];
    }
    if (width % 2) {
        u[pairs] = in[4 * pairs];
        y[2 * pairs] = in[4 * pairs + 1];
        v[pairs] = pairs ? v[pairs - 1] : 128;
    }
}

static void split_uv(const uint8_t *restrict in, size_t count, uint8_t *restrict u,
                     uint8_t *restrict v)
{
    for (size_t i = 0; i < count; i++) {
        u[i] = in[2 * i];
        v[i] = in[2 * i + 1];
    }
}

/* ---- a picture ---- */

static void copy_plane(const uint8_t *in, size_t stride, uint8_t *out, int out_stride, size_t width,
                       size_t height)
{
    for (size_t row = 0; row < height; row++)
        memcpy(out + row * (size_t)out_stride, in + row * stride, width);
}

static void split_packed(const struct raw_layout *layout, const uint8_t *data,
                         uint8_t *const *planes, const int *strides)
{
    bool yuyv = layout->fourcc == V4L2_PIX_FMT_YUYV;
    for (size_t row = 0; row < (size_t)layout->height; row++) {
        const uint8_t *in = data + row * layout->stride;
        uint8_t *out[3];
        for (int i = 0; i < 3; i++)
            out[i] = planes[i] + row * (size_t)strides[i];
        (yuyv ? split_yuyv : split_uyvy)(in, layout->width, out[0], out[1], out[2]);
    }
}

void raw_split(const struct raw_layout *layout, const uint8_t *data, uint8_t *const *planes,
               const int *strides)
{
    size_t width = (size_t)layout->width, height = (size_t)layout->height;
    size_t stride = layout->chroma_stride;
    if (is_packed(layout->fourcc)) {
        split_packed(layout, data, planes, strides);
        return;
    }
    copy_plane(data, layout->stride, planes[0], strides[0], width, height);
    const uint8_t *chroma = data + layout->stride * height;
    if (layout->fourcc == V4L2_PIX_FMT_YUV420)
        for (size_t i = 1; i < 3; i++)
            copy_plane(chroma + (i - 1) * stride * half(height), stride, planes[i], strides[i],
                       half(width), half(height));
    if (layout->fourcc == V4L2_PIX_FMT_NV12)
        for (size_t row = 0; row < half(height); row++)
            split_uv(chroma + row * stride, half(width), planes[1] + row * (size_t)strides[1],
                     planes[2] + row * (size_t)strides[2]);
}
