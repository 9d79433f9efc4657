/* What changed in FFmpeg's libraries between 5.1 and today, in one place: each function has a way
 * for each version, by the number of the library that brought the change. */
#ifndef VISION_VIDEO_COMPAT_H
#define VISION_VIDEO_COMPAT_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <string.h>

/* FFmpeg 6.0 renamed AVFrame.pkt_duration; 7.0 removed the old name. In the stream's time base. */
static inline int64_t compat_frame_duration(const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
    return frame->duration;
#else
    return frame->pkt_duration;
#endif
}

/* FFmpeg 6.1 moved these from fields of their own into the flags. */
#define COMPAT_INTERLACED_IN_FLAGS (LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100))

static inline bool compat_is_interlaced(const AVFrame *frame)
{
#if COMPAT_INTERLACED_IN_FLAGS
    return frame->flags & AV_FRAME_FLAG_INTERLACED;
#else
    return frame->interlaced_frame;
#endif
}

static inline bool compat_is_top_first(const AVFrame *frame)
{
#if COMPAT_INTERLACED_IN_FLAGS
    return frame->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST;
#else
    return frame->top_field_first;
#endif
}

static inline void compat_mark_interlaced(AVFrame *frame, bool top_first)
{
#if COMPAT_INTERLACED_IN_FLAGS
    frame->flags |= AV_FRAME_FLAG_INTERLACED | (top_first ? AV_FRAME_FLAG_TOP_FIELD_FIRST : 0);
#else
    frame->interlaced_frame = 1;
    frame->top_field_first = top_first;
#endif
}

/* FFmpeg 6.1 moved the side data of a stream to its codec's parameters, and
 * avcodec_parameters_copy copies it with them. */
#define COMPAT_SIDE_DATA_IN_PARAMETERS (LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102))

/* Returns the bytes of one kind, or NULL. */
static inline const uint8_t *compat_side_data(const AVStream *stream,
                                              enum AVPacketSideDataType type, size_t *size)
{
#if COMPAT_SIDE_DATA_IN_PARAMETERS
    const AVCodecParameters *parameters = stream->codecpar;
    const AVPacketSideData *data =
        av_packet_side_data_get(parameters->coded_side_data, parameters->nb_coded_side_data, type);
    *size = data ? data->size : 0;
    return data ? data->data : NULL;
#else
    return av_stream_get_side_data(stream, type, size);
#endif
}

/* To a stream that has the parameters of the other. Returns 0 or AVERROR(ENOMEM). */
static inline int compat_copy_side_data(AVStream *to, const AVStream *from)
{
#if COMPAT_SIDE_DATA_IN_PARAMETERS
    (void)to, (void)from;
#else
    for (int i = 0; i < from->nb_side_data; i++) {
        const AVPacketSideData *side = &from->side_data[i];
        uint8_t *data = av_stream_new_side_data(to, side->type, side->size);
        if (!data)
            return AVERROR(ENOMEM);
        memcpy(data, side->data, side->size);
    }
#endif
    return 0;
}

/* FFmpeg 7.1 asks with a function what an encoder takes; 9 removed the lists from AVCodec. */
#define COMPAT_SUPPORTED_CONFIG (LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100))

/* Ends with AV_PIX_FMT_NONE; NULL: any, or unknown. */
static inline const enum AVPixelFormat *compat_pixel_formats(const AVCodec *codec)
{
#if COMPAT_SUPPORTED_CONFIG
    const void *formats = NULL;
    avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_PIX_FORMAT, 0, &formats, NULL);
    return formats;
#else
    return codec->pix_fmts;
#endif
}

/* Ends with {0, 0}; NULL: any. */
static inline const AVRational *compat_frame_rates(const AVCodec *codec)
{
#if COMPAT_SUPPORTED_CONFIG
    const void *rates = NULL;
    avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_FRAME_RATE, 0, &rates, NULL);
    return rates;
#else
    return codec->supported_framerates;
#endif
}

#endif
