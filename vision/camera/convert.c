/* Every format is first brought into planes (JPEG by libjpeg-turbo, the others here); gray is then
 * the Y plane stretched to 0…255, and libswscale makes the colours from the planes. It never sees
 * the camera's memory: its vector code reads beyond the last row. */
#include "convert.h"

#include <errno.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
#include <linux/videodev2.h>
#include <stdlib.h>
#include <string.h>

#include "jpeg.h"
#include "raw.h"

/* The best first: raw pictures cost less time and have no artefacts. */
static const struct pixel_format {
    uint32_t fourcc;
    enum AVPixelFormat planar; /* NONE: JPEG */
} pixel_formats[] = {
    {V4L2_PIX_FMT_YUYV, AV_PIX_FMT_YUV422P}, {V4L2_PIX_FMT_UYVY, AV_PIX_FMT_YUV422P},
    {V4L2_PIX_FMT_NV12, AV_PIX_FMT_YUV420P}, {V4L2_PIX_FMT_YUV420, AV_PIX_FMT_YUV420P},
    {V4L2_PIX_FMT_MJPEG, AV_PIX_FMT_NONE},   {V4L2_PIX_FMT_JPEG, AV_PIX_FMT_NONE},
    {V4L2_PIX_FMT_GREY, AV_PIX_FMT_GRAY8},
};

struct mien_converter {
    const struct pixel_format *pixels;
    int width, height;
    bool full_range;
    uint8_t gray_of[256]; /* luma → full-range gray */
    struct jpeg_decoder *jpeg;
    struct SwsContext *paint; /* planes → BGRX */
    struct raw_layout layout; /* of the data that comes in */
    uint8_t *planes[4];
    int plane_strides[4];
};

int mien_convert_preference(uint32_t fourcc)
{
    for (int i = 0; i < (int)(sizeof pixel_formats / sizeof *pixel_formats); i++)
        if (pixel_formats[i].fourcc == fourcc)
            return i;
    return -1;
}

static void fill_gray_table(uint8_t *gray_of, bool full_range)
{
    for (int luma = 0; luma < 256; luma++) {
        int stretched = full_range ? luma : ((luma - 16) * 255 * 2 + 219) / (219 * 2);
        gray_of[luma] = (uint8_t)(luma < 16 && !full_range ? 0 : stretched > 255 ? 255 : stretched);
    }
}

static int lay_out_input(struct mien_converter *converter, size_t stride, struct mien_error *error)
{
    uint32_t fourcc = converter->pixels->fourcc;
    size_t least = raw_row_size(fourcc, converter->width);
    if (stride != 0 && (stride < least || stride > 16 * MIEN_PICTURE_SIDE_MAX))
        return mien_error_set(
            error, EINVAL, "the camera says that a row has %zu bytes, it needs %zu", stride, least);
    converter->layout = raw_lay_out(fourcc, converter->width, converter->height, stride);
    return 0;
}

static int create_scaler(struct mien_converter *converter, const struct mien_convert_format *format,
                         struct mien_error *error)
{
    enum AVPixelFormat planar = converter->pixels->planar;
    int width = converter->width, height = converter->height;
    converter->paint = sws_getContext(width, height, planar, width, height, AV_PIX_FMT_BGR0,
                                      SWS_BILINEAR, NULL, NULL, NULL);
    if (!converter->paint ||
        av_image_alloc(converter->planes, converter->plane_strides, width, height, planar, 64) < 0)
        return mien_error_set(error, ENOMEM, "no memory to convert the camera's pictures");
    const int *matrix = sws_getCoefficients(format->bt709 ? SWS_CS_ITU709 : SWS_CS_ITU601);
    sws_setColorspaceDetails(converter->paint, matrix, format->full_range, matrix, 1, 0, 1 << 16,
                             1 << 16);
    return 0;
}

int mien_converter_create(struct mien_converter **converter,
                          const struct mien_convert_format *format, struct mien_error *error)
{
    int index = mien_convert_preference(format->fourcc);
    if (index < 0)
        return mien_error_set(error, ENOTSUP, "the camera's pixel format %.4s is not supported",
                              (const char *)&format->fourcc);
    if (format->width < 1 || format->height < 1 || format->width > MIEN_PICTURE_SIDE_MAX ||
        format->height > MIEN_PICTURE_SIDE_MAX)
        return mien_error_set(error, EINVAL, "the camera's picture size %d×%d is not supported",
                              format->width, format->height);
    struct mien_converter *new = calloc(1, sizeof *new);
    if (!new)
        return mien_error_set(error, ENOMEM, "no memory to convert the camera's pictures");
    new->pixels = &pixel_formats[index];
    new->width = format->width;
    new->height = format->height;
    new->full_range = format->full_range;
    fill_gray_table(new->gray_of, format->full_range);
    int result;
    if (new->pixels->planar == AV_PIX_FMT_NONE)
        result = jpeg_decoder_create(&new->jpeg, new->width, new->height, error);
    else if (!(result = lay_out_input(new, format->stride, error)))
        result = create_scaler(new, format, error);
    if (result) {
        mien_converter_destroy(&new);
        return result;
    }
    *converter = new;
    return 0;
}

void mien_converter_destroy(struct mien_converter **converter)
{
    if (!*converter)
        return;
    jpeg_decoder_destroy(&(*converter)->jpeg);
    sws_freeContext((*converter)->paint);
    av_freep(&(*converter)->planes[0]);
    free(*converter);
    *converter = NULL;
}

static void paint_gray(const struct mien_converter *converter, const uint8_t *luma, size_t stride,
                       struct mien_picture *gray)
{
    for (int y = 0; y < converter->height; y++, luma += stride) {
        uint8_t *row = gray->data + y * gray->stride;
        if (converter->full_range)
            memcpy(row, luma, (size_t)converter->width);
        else
            for (int x = 0; x < converter->width; x++)
                row[x] = converter->gray_of[luma[x]];
    }
}

static int split_planes(struct mien_converter *converter, const uint8_t *data, size_t size)
{
    if (size < converter->layout.size)
        return -EBADMSG;
    raw_split(&converter->layout, data, converter->planes, converter->plane_strides);
    return 0;
}

int mien_converter_decode(struct mien_converter *converter, const uint8_t *data, size_t size,
                          struct mien_frame *frame)
{
    if (!converter->jpeg)
        return split_planes(converter, data, size);
    if (frame->color.data)
        return jpeg_decoder_run(converter->jpeg, data, size);
    return jpeg_decoder_run_gray(converter->jpeg, data, size, &frame->gray);
}

static int paint_jpeg(struct mien_converter *converter, struct mien_frame *frame)
{
    size_t stride = (size_t)frame->gray.stride;
    const uint8_t *luma = frame->gray.data; /* decoded right into the picture, or … */
    if (frame->color.data)
        luma = jpeg_decoder_luma(converter->jpeg, &stride);
    if (luma != frame->gray.data || !converter->full_range)
        paint_gray(converter, luma, stride, &frame->gray);
    return frame->color.data ? jpeg_decoder_paint(converter->jpeg, &frame->color) : 0;
}

int mien_converter_paint(struct mien_converter *converter, struct mien_frame *frame)
{
    if (converter->jpeg)
        return paint_jpeg(converter, frame);
    if (frame->color.data)
        sws_scale(converter->paint, (const uint8_t *const *)converter->planes,
                  converter->plane_strides, 0, converter->height, (uint8_t *[]){frame->color.data},
                  (int[]){(int)frame->color.stride});
    paint_gray(converter, converter->planes[0], (size_t)converter->plane_strides[0], &frame->gray);
    return 0;
}

int mien_converter_run(struct mien_converter *converter, const uint8_t *data, size_t size,
                       struct mien_frame *frame)
{
    int result = mien_converter_decode(converter, data, size, frame);
    return result ? result : mien_converter_paint(converter, frame);
}
