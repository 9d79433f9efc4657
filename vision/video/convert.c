#include "private.h"

#include <errno.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "interlace.h"
#include "tone_map.h"
#include "turn.h"

/* ---- colour ---- */

static int without_range(int format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ420P:
        return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
        return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
        return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
        return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P:
        return AV_PIX_FMT_YUV411P;
    default:
        return format;
    }
}

struct video_kind video_kind_of(const AVFrame *frame)
{
    int format = without_range(frame->format);
    if (tone_map_wants(frame->color_trc)) /* what comes out of the map */
        return (struct video_kind){frame->width, frame->height, AV_PIX_FMT_BGR0, AVCOL_SPC_RGB, 1};
    return (struct video_kind){
        .width = frame->width,
        .height = frame->height,
        .format = format,
        .colorspace = frame->colorspace,
        .full_range = frame->color_range == AVCOL_RANGE_JPEG || format != frame->format,
    };
}

bool video_is_rgb(int format)
{
    const AVPixFmtDescriptor *description = av_pix_fmt_desc_get(format);
    return description && description->flags & AV_PIX_FMT_FLAG_RGB;
}

struct video_space video_space_of(const struct video_kind *kind)
{
    if (video_is_rgb(kind->format))
        return (struct video_space){AVCOL_SPC_BT709, false};
    return (struct video_space){kind->colorspace, kind->full_range};
}

/* What players take an unnamed space for. */
static struct mien_yuv guess_yuv(int height)
{
    return height >= 720 ? (struct mien_yuv){0.2126, 0.0722, 0}
                         : (struct mien_yuv){0.299, 0.114, 0};
}

struct mien_yuv video_yuv_of(struct video_space space, int height)
{
    struct mien_yuv yuv = guess_yuv(height);
    if (space.matrix == AVCOL_SPC_BT709)
        yuv = (struct mien_yuv){0.2126, 0.0722, 0};
    else if (space.matrix == AVCOL_SPC_BT2020_NCL || space.matrix == AVCOL_SPC_BT2020_CL)
        yuv = (struct mien_yuv){0.2627, 0.0593, 0};
    else if (space.matrix == AVCOL_SPC_SMPTE240M)
        yuv = (struct mien_yuv){0.212, 0.087, 0};
    else if (space.matrix != AVCOL_SPC_UNSPECIFIED)
        yuv = (struct mien_yuv){0.299, 0.114, 0};
    yuv.full_range = space.full_range;
    return yuv;
}

int video_pixels_of(enum mien_pixels pixels)
{
    return pixels == MIEN_GRAY8    ? AV_PIX_FMT_GRAY8
           : pixels == MIEN_YUV420 ? AV_PIX_FMT_YUV420P
                                   : AV_PIX_FMT_BGR0;
}

/* `space` is that of planes; other pictures have the full range. */
static struct SwsContext *make_scaler(const struct video_kind *kind, const struct mien_picture *to,
                                      struct video_space space)
{
    struct SwsContext *scaler =
        sws_getContext(kind->width, kind->height, kind->format, to->width, to->height,
                       video_pixels_of(to->pixels), SWS_BILINEAR, NULL, NULL, NULL);
    if (!scaler)
        return NULL;
    /* The numbers of the two enumerations agree; unknown ones mean BT.601 there. */
    bool planes = to->pixels == MIEN_YUV420;
    const int *matrix = sws_getCoefficients(kind->colorspace);
    sws_setColorspaceDetails(scaler, matrix, kind->full_range,
                             planes ? sws_getCoefficients(space.matrix) : matrix,
                             planes ? space.full_range : 1, 0, 1 << 16, 1 << 16);
    return scaler;
}

/* Frames that need no more than a copy. */
static bool has_planes(const struct video_converter *converter, const struct mien_picture *picture)
{
    const struct video_kind *kind = &converter->kind;
    return picture->pixels == MIEN_YUV420 && kind->format == AV_PIX_FMT_YUV420P &&
           kind->width == picture->width && kind->height == picture->height &&
           kind->colorspace == (int)converter->space.matrix &&
           kind->full_range == converter->space.full_range;
}

/* Formats whose first plane is the gray picture but for the range of its values. */
static bool has_plain_luma(const struct video_kind *kind, const struct mien_picture *gray)
{
    return (kind->format == AV_PIX_FMT_YUV420P || kind->format == AV_PIX_FMT_YUV422P ||
            kind->format == AV_PIX_FMT_YUV444P || kind->format == AV_PIX_FMT_NV12) &&
           kind->width == gray->width && kind->height == gray->height;
}

/* 16…235 to 0…255, rounded as libswscale does. */
static void make_range_table(uint8_t table[256])
{
    for (int i = 0; i < 256; i++) {
        int fine = (((i << 7) * 19077 - 39057361) >> 14) + 64;
        table[i] = fine < 0 ? 0 : fine >> 7 > 255 ? 255 : (uint8_t)(fine >> 7);
    }
}

/* Several times faster than a scaler, with the same result. */
static void copy_luma(const AVFrame *frame, bool full_range, const struct mien_picture *gray)
{
    uint8_t table[256];
    make_range_table(table);
    for (int y = 0; y < gray->height; y++) {
        const uint8_t *from = frame->data[0] + y * (ptrdiff_t)frame->linesize[0];
        uint8_t *to = gray->data + y * gray->stride;
        if (full_range)
            memcpy(to, from, (size_t)gray->width);
        else
            for (int x = 0; x < gray->width; x++)
                to[x] = table[from[x]];
    }
}

static void free_scalers(struct video_converter *converter)
{
    sws_freeContext(converter->to_color);
    sws_freeContext(converter->to_gray);
    converter->to_color = converter->to_gray = NULL;
}

/* `color` may have no pixels: then it is not wanted. */
static int make_scalers(struct video_converter *converter, const struct video_kind *kind,
                        const struct mien_picture *color, const struct mien_picture *gray,
                        struct mien_error *error)
{
    if (memcmp(kind, &converter->kind, sizeof *kind))
        free_scalers(converter);
    converter->kind = *kind;
    if (!converter->to_gray)
        converter->to_gray = make_scaler(kind, gray, converter->space);
    if (!converter->to_color && color->data)
        converter->to_color = make_scaler(kind, color, converter->space);
    if (converter->to_gray && (converter->to_color || !color->data))
        return 0;
    const char *name = av_get_pix_fmt_name(kind->format);
    return mien_error_set(error, EINVAL, "pictures in the format %s cannot be converted",
                          name ? name : "(unknown)");
}

static int scale(struct SwsContext *scaler, const AVFrame *frame, const struct mien_picture *to)
{
    struct mien_picture planes[3];
    uint8_t *data[4] = {NULL};
    int stride[4] = {0};
    for (int i = 0, count = mien_picture_planes(to, planes); i < count; i++) {
        data[i] = planes[i].data;
        stride[i] = (int)planes[i].stride;
    }
    return sws_scale(scaler, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height,
                     data, stride);
}

/* The decoder's planes. */
static void copy_planes(const AVFrame *frame, const struct mien_picture *out)
{
    struct mien_picture to[3];
    int count = mien_picture_planes(out, to);
    for (int i = 0; i < count; i++) {
        const struct mien_picture from = {MIEN_GRAY8, to[i].width, to[i].height, frame->linesize[i],
                                          frame->data[i]};
        mien_picture_copy(&to[i], &from, NULL);
    }
}

/* Room for the picture before it is turned. */
static int make_room(struct mien_picture *room, const struct mien_picture *shown, struct turn turn,
                     struct mien_error *error)
{
    if (room->data || !shown->data || !(turn.transpose || turn.flip_x || turn.flip_y))
        return 0;
    return mien_picture_alloc(room, shown->pixels, turn.transpose ? shown->height : shown->width,
                              turn.transpose ? shown->width : shown->height, error);
}

/* Both are made where they are wanted or, where the picture has to be turned, in the room. */
static int make_gray(const struct video_converter *converter, const AVFrame *frame,
                     const struct mien_picture *out, struct turn turn)
{
    const struct mien_picture *room = &converter->gray, *first = room->data ? room : out;
    if (has_plain_luma(&converter->kind, first))
        copy_luma(frame, converter->kind.full_range, first);
    else if (scale(converter->to_gray, frame, first) < 0)
        return -1;
    if (converter->interlaced)
        interlace_remove(first, converter->top_first);
    if (room->data)
        turn_picture(out, room, turn);
    return 0;
}

static int make_color(const struct video_converter *converter, const AVFrame *frame,
                      const struct mien_picture *out, struct turn turn)
{
    const struct mien_picture *room = &converter->color, *first = room->data ? room : out;
    if (!out->data)
        return 0;
    if (has_planes(converter, first))
        copy_planes(frame, first);
    else if (scale(converter->to_color, frame, first) < 0)
        return -1;
    if (converter->interlaced && converter->deinterlace)
        interlace_remove(first, converter->top_first);
    if (room->data)
        turn_picture(out, room, turn);
    return 0;
}

int video_convert(struct video_converter *converter, const AVFrame *frame, struct turn turn,
                  struct mien_frame *out, struct mien_error *error)
{
    struct mien_picture *color = &converter->color, *gray = &converter->gray;
    struct video_kind kind = video_kind_of(frame);
    converter->interlaced = compat_is_interlaced(frame);
    converter->top_first = compat_is_top_first(frame);
    if (tone_map_wants(frame->color_trc) && !(frame = tone_map_apply(&converter->tones, frame)))
        return mien_error_set(error, ENOMEM, "a picture of high dynamic range cannot be converted");
    int result = make_room(color, &out->color, turn, error);
    if (result == 0)
        result = make_room(gray, &out->gray, turn, error);
    if (result == 0)
        result = make_scalers(converter, &kind, color->data ? color : &out->color,
                              gray->data ? gray : &out->gray, error);
    if (result < 0)
        return result;
    if (make_gray(converter, frame, &out->gray, turn) < 0 ||
        make_color(converter, frame, &out->color, turn) < 0)
        return mien_error_set(error, EINVAL, "a picture could not be converted");
    return 0;
}

void video_converter_clear(struct video_converter *converter)
{
    free_scalers(converter);
    tone_map_free(&converter->tones);
    mien_picture_free(&converter->color);
    mien_picture_free(&converter->gray);
}
