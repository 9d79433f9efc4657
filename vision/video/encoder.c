#include "encoder.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compat.h"
#include "tone_map.h"

/* ---- the codec ---- */

/* Settings that people expect of a tool that works while they wait. */
static const struct {
    const char *codec, *option, *value;
} fast_settings[] = {
    {"libx264", "preset", "veryfast"}, {"libx264rgb", "preset", "veryfast"},
    {"libx265", "preset", "veryfast"}, {"libsvtav1", "preset", "10"},
    {"libvpx-vp9", "cpu-used", "6"},
};

static const AVCodec *find_encoder(const AVOutputFormat *format, const char *name)
{
    if (name)
        return avcodec_find_encoder_by_name(name);
    if (video_holds(format, AV_CODEC_ID_H264))
        return avcodec_find_encoder_by_name("libx264");
    return avcodec_find_encoder(format->video_codec);
}

static int refuse_encoder(const AVOutputFormat *format, const char *wished, const char *name,
                          struct mien_error *error)
{
    if (wished)
        return mien_error_set(error, EINVAL, "this FFmpeg has no video encoder '%s'", wished);
    bool is_h264 = video_holds(format, AV_CODEC_ID_H264);
    return mien_error_set(error, EINVAL, "%s: this FFmpeg has no encoder for %s", name,
                          is_h264 ? "H.264 (libx264)" : avcodec_get_name(format->video_codec));
}

/* What is drawn on has its colours halved (4:2:0): no codec needs more. The twin of full range is
 * taken where the encoder likes it better (JPEG). */
static enum AVPixelFormat choose_pixels(const AVCodec *codec)
{
    const enum AVPixelFormat *known = compat_pixel_formats(codec);
    for (const enum AVPixelFormat *p = known; p && *p != AV_PIX_FMT_NONE; p++)
        if (*p == AV_PIX_FMT_YUV420P || *p == AV_PIX_FMT_YUVJ420P)
            return *p;
    if (!known)
        return AV_PIX_FMT_YUV420P;
    return avcodec_find_best_pix_fmt_of_list(known, AV_PIX_FMT_BGR0, 0, NULL);
}

/* Keeps the source's colour space and range; what was RGB becomes BT.709. */
static void describe_color(AVCodecContext *codec, const struct mien_reader *source)
{
    struct video_kind kind = {.format = AV_PIX_FMT_BGR0};
    if (source) {
        const AVCodecParameters *from = reader_stream(source)->codecpar;
        kind = reader_kind(source);
        codec->color_primaries = from->color_primaries;
        codec->color_trc = from->color_trc;
        codec->color_range = from->color_range;
        if (tone_map_wants(from->color_trc))
            codec->color_primaries = AVCOL_PRI_BT709, codec->color_trc = AVCOL_TRC_BT709;
    }
    struct video_space space = video_space_of(&kind);
    bool full = space.full_range || !strncmp(av_get_pix_fmt_name(codec->pix_fmt), "yuvj", 4);
    codec->colorspace = (enum AVColorSpace)space.matrix;
    if (codec->codec_id == AV_CODEC_ID_MJPEG) /* whose players know no other */
        codec->colorspace = AVCOL_SPC_BT470BG;
    if (full || video_is_rgb(kind.format))
        codec->color_range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    if (video_is_rgb(codec->pix_fmt)) {
        codec->colorspace = AVCOL_SPC_RGB;
        codec->color_range = AVCOL_RANGE_JPEG;
    }
}

/* Codecs that know fields keep those of the source; for others its pictures are deinterlaced. */
static void choose_fields(struct video_encoder *encoder, struct mien_reader *source)
{
    enum AVCodecID id = encoder->codec->codec_id;
    bool knows = !strcmp(encoder->codec->codec->name, "libx264") || id == AV_CODEC_ID_MPEG2VIDEO;
    if (!source || !reader_is_interlaced(source, &encoder->top_first))
        return;
    encoder->interlaced = knows;
    if (!knows)
        reader_deinterlace(source);
}

static void describe_video(const struct video_encoder *encoder, const AVOutputFormat *format,
                           const struct mien_reader *source,
                           const struct mien_writer_options *options)
{
    AVCodecContext *codec = encoder->codec;
    int width = source ? mien_reader_info(source)->width : options->width;
    int height = source ? mien_reader_info(source)->height : options->height;
    codec->width = (width + 1) / 2 * 2;
    codec->height = (height + 1) / 2 * 2;
    codec->pix_fmt = choose_pixels(codec->codec);
    codec->time_base = (AVRational){1, 90000};
    codec->framerate = av_d2q(options->fps, 1001000);
    if (source) {
        codec->time_base = reader_stream(source)->time_base;
        codec->framerate = reader_stream(source)->avg_frame_rate;
        if (reader_selection(source)->every > 1 || reader_selection(source)->fps > 0)
            codec->framerate = av_d2q(mien_reader_info(source)->fps, 1001000);
        codec->sample_aspect_ratio = reader_pixel_aspect(source);
    }
    if (encoder->interlaced) {
        codec->flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME;
        codec->field_order = encoder->top_first ? AV_FIELD_TT : AV_FIELD_BB;
    }
    codec->thread_count = 0;
    describe_color(codec, source);
    if (format->flags & AVFMT_GLOBALHEADER)
        codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
}

/* The nearest rate that the codec knows. A little slower is fine (some moments get no picture),
 * faster would fall behind the sound. */
static AVRational nearest_rate(const AVRational *known, double wanted)
{
    AVRational best = {0, 1};
    for (; known->num; known++) {
        double rate = av_q2d(*known);
        if (wanted >= rate * 0.99 && wanted <= rate * 1.0001 &&
            fabs(rate - wanted) < fabs(av_q2d(best) - wanted))
            best = *known;
    }
    return best;
}

/* MPEG-1 and MPEG-2, at the rates of a list, and Theora count time in pictures. */
static int fit_rate(AVCodecContext *codec, const char *name, struct mien_error *error)
{
    const AVRational *known = compat_frame_rates(codec->codec);
    AVRational rate = codec->framerate.den > 0 ? codec->framerate : (AVRational){0, 1};
    double wanted = av_q2d(rate);
    if (!known && codec->codec_id != AV_CODEC_ID_THEORA)
        return 0;
    if (known)
        rate = nearest_rate(known, wanted);
    if (rate.num <= 0)
        return mien_error_set(error, EINVAL,
                              "%s: %s does not know the rate of %g pictures a second", name,
                              codec->codec->name, wanted);
    codec->framerate = rate;
    codec->time_base = av_inv_q(rate);
    return 0;
}

/* Encoders that aim at 200 kbit/s, whatever the pictures, unless told which quality is wanted. */
static void set_quality(AVCodecContext *codec)
{
    static const struct {
        enum AVCodecID codec;
        int quality; /* Theora's 10 is the best, that of the others 1 */
    } qualities[] = {{AV_CODEC_ID_MPEG1VIDEO, 3},
                     {AV_CODEC_ID_MPEG2VIDEO, 3},
                     {AV_CODEC_ID_MPEG4, 3},
                     {AV_CODEC_ID_MJPEG, 3},
                     {AV_CODEC_ID_THEORA, 7}};
    for (size_t i = 0; i < sizeof qualities / sizeof *qualities; i++) {
        if (qualities[i].codec != codec->codec_id)
            continue;
        codec->flags |= AV_CODEC_FLAG_QSCALE;
        codec->global_quality = qualities[i].quality * FF_QP2LAMBDA;
    }
}

static int set_option(AVCodecContext *codec, const char *option, const char *value,
                      struct mien_error *error)
{
    int result = av_opt_set(codec->priv_data, option, value, 0);
    if (result == AVERROR_OPTION_NOT_FOUND)
        return mien_error_set(error, EINVAL, "the encoder %s knows no %s", codec->codec->name,
                              option);
    if (result < 0)
        return mien_error_set(error, EINVAL, "the encoder %s takes no %s of '%s'",
                              codec->codec->name, option, value);
    return 0;
}

static int set_options(AVCodecContext *codec, const struct mien_writer_options *options,
                       struct mien_error *error)
{
    char crf[20];
    int result = 0;
    snprintf(crf, sizeof crf, "%d", options->crf < 0 ? 20 : options->crf);
    if (options->crf >= 0 || av_opt_find(codec->priv_data, "crf", NULL, 0, 0)) {
        codec->bit_rate = 0;
        result = set_option(codec, "crf", crf, error);
    }
    if (result == 0 && options->preset)
        return set_option(codec, "preset", options->preset, error);
    for (size_t i = 0; i < sizeof fast_settings / sizeof *fast_settings && result == 0; i++)
        if (!strcmp(codec->codec->name, fast_settings[i].codec))
            result = set_option(codec, fast_settings[i].option, fast_settings[i].value, error);
    return result;
}

static int make_frame(struct video_encoder *encoder)
{
    encoder->frame = av_frame_alloc();
    if (!encoder->frame)
        return AVERROR(ENOMEM);
    encoder->frame->format = encoder->codec->pix_fmt;
    encoder->frame->width = encoder->codec->width;
    encoder->frame->height = encoder->codec->height;
    if (encoder->interlaced)
        compat_mark_interlaced(encoder->frame, encoder->top_first);
    return av_frame_get_buffer(encoder->frame, 0);
}

/* x264 does not write the range that is its default; MP4 has no other place for it. */
static int make_tagger(struct video_encoder *encoder)
{
    const AVCodecContext *codec = encoder->codec;
    if (codec->codec_id != AV_CODEC_ID_H264 || codec->color_range != AVCOL_RANGE_MPEG)
        return 0;
    int result = av_bsf_alloc(av_bsf_get_by_name("h264_metadata"), &encoder->tagger);
    if (result < 0)
        return result;
    AVBSFContext *tagger = encoder->tagger;
    tagger->time_base_in = codec->time_base;
    result = avcodec_parameters_from_context(tagger->par_in, codec);
    if (result >= 0)
        result = av_opt_set_int(tagger->priv_data, "video_full_range_flag", 0, 0);
    return result < 0 ? result : av_bsf_init(tagger);
}

int video_encoder_open(struct video_encoder *encoder, const AVOutputFormat *format,
                       struct mien_reader *source, const struct mien_writer_options *options,
                       const char *name, struct mien_error *error)
{
    const AVCodec *codec = find_encoder(format, options->codec);
    if (!codec || codec->type != AVMEDIA_TYPE_VIDEO)
        return refuse_encoder(format, options->codec, name, error);
    encoder->codec = avcodec_alloc_context3(codec);
    if (!encoder->codec)
        return mien_error_set(error, ENOMEM, "%s: no memory to write it", name);
    if (source) {
        struct video_kind kind = reader_kind(source);
        encoder->space = video_space_of(&kind);
    }
    choose_fields(encoder, source);
    describe_video(encoder, format, source, options);
    set_quality(encoder->codec);
    int result = fit_rate(encoder->codec, name, error);
    if (result == 0)
        result = set_options(encoder->codec, options, error);
    if (result < 0)
        return result;
    if ((result = avcodec_open2(encoder->codec, codec, NULL)) < 0 ||
        (result = make_frame(encoder)) < 0 || (result = make_tagger(encoder)) < 0)
        return video_error(error, result, name);
    return 0;
}

void video_encoder_close(struct video_encoder *encoder)
{
    avcodec_free_context(&encoder->codec);
    av_bsf_free(&encoder->tagger);
    av_frame_free(&encoder->frame);
    sws_freeContext(encoder->scaler);
    mien_picture_free(&encoder->even);
}

int video_encoder_describe(const struct video_encoder *encoder, AVStream *stream)
{
    const AVCodecContext *codec = encoder->codec;
    stream->time_base = codec->time_base;
    stream->avg_frame_rate = codec->framerate;
    stream->sample_aspect_ratio = codec->sample_aspect_ratio;
    return encoder->tagger ? avcodec_parameters_copy(stream->codecpar, encoder->tagger->par_out)
                           : avcodec_parameters_from_context(stream->codecpar, codec);
}

/* ---- pictures ---- */

static void copy_evenly(const struct mien_picture *to, const struct mien_picture *from)
{
    size_t pixel = from->pixels == MIEN_BGRX32 ? 4 : 1, row = (size_t)from->width * pixel;
    for (int y = 0; y < to->height; y++) {
        uint8_t *out = to->data + y * to->stride;
        memcpy(out, from->data + (y < from->height ? y : from->height - 1) * from->stride, row);
        if (to->width > from->width)
            memcpy(out + row, out + row - pixel, pixel);
    }
}

/* Repeats the last column and row where a side is odd. */
static int make_even(struct video_encoder *encoder, const struct mien_picture **color)
{
    const struct mien_picture *odd = *color;
    struct mien_picture *even = &encoder->even, to[3], from[3];
    int width = encoder->codec->width, height = encoder->codec->height;
    if (odd->width == width && odd->height == height)
        return 0;
    if (!even->data && mien_picture_alloc(even, odd->pixels, width, height, NULL) < 0)
        return AVERROR(ENOMEM);
    mien_picture_planes(even, to);
    for (int i = 0, count = mien_picture_planes(odd, from); i < count; i++)
        copy_evenly(&to[i], &from[i]);
    *color = even;
    return 0;
}

/* Pictures that are what the encoder takes. */
static bool is_plain(const struct video_encoder *encoder, const struct mien_picture *color)
{
    const AVCodecContext *codec = encoder->codec;
    return color->pixels == MIEN_YUV420 && encoder->space.matrix == (int)codec->colorspace &&
           (codec->pix_fmt == AV_PIX_FMT_YUV420P || codec->pix_fmt == AV_PIX_FMT_YUVJ420P) &&
           (codec->color_range == AVCOL_RANGE_JPEG) == encoder->space.full_range;
}

static int make_scaler(struct video_encoder *encoder, const struct mien_picture *color)
{
    const AVCodecContext *codec = encoder->codec;
    encoder->scaler =
        sws_getContext(color->width, color->height, video_pixels_of(color->pixels), codec->width,
                       codec->height, codec->pix_fmt, SWS_BILINEAR, NULL, NULL, NULL);
    if (!encoder->scaler)
        return AVERROR(ENOMEM);
    bool planes = color->pixels == MIEN_YUV420;
    const int *matrix = sws_getCoefficients(codec->colorspace);
    sws_setColorspaceDetails(encoder->scaler,
                             planes ? sws_getCoefficients(encoder->space.matrix) : matrix,
                             planes ? encoder->space.full_range : 1, matrix,
                             codec->color_range == AVCOL_RANGE_JPEG, 0, 1 << 16, 1 << 16);
    return 0;
}

/* Fills the encoder's frame. */
static int fill_frame(struct video_encoder *encoder, const struct mien_picture *color)
{
    AVFrame *frame = encoder->frame;
    struct mien_picture planes[3];
    const uint8_t *data[4] = {NULL};
    int stride[4] = {0}, result = make_even(encoder, &color);
    for (int i = 0, count = mien_picture_planes(color, planes); i < count; i++) {
        data[i] = planes[i].data;
        stride[i] = (int)planes[i].stride;
    }
    if (result == 0 && is_plain(encoder, color)) {
        av_image_copy(frame->data, frame->linesize, data, stride, frame->format, frame->width,
                      frame->height);
        return 0;
    }
    if (result == 0 && !encoder->scaler)
        result = make_scaler(encoder, color);
    if (result == 0)
        sws_scale(encoder->scaler, data, stride, 0, color->height, frame->data, frame->linesize);
    return result;
}

static int encode(struct video_encoder *encoder, const struct mien_frame *frame)
{
    int result = av_frame_make_writable(encoder->frame);
    if (result < 0)
        return result;
    if ((result = fill_frame(encoder, &frame->color)) < 0)
        return result;
    encoder->duration = frame->duration;
    int64_t last = encoder->frame->pts;
    encoder->frame->pts = llrint(frame->time / av_q2d(encoder->codec->time_base));
    if (last != AV_NOPTS_VALUE && encoder->frame->pts <= last)
        encoder->frame->pts = last + 1;
    return avcodec_send_frame(encoder->codec, encoder->frame);
}

int video_encoder_add(struct video_encoder *encoder, const struct mien_frame *frame)
{
    return frame ? encode(encoder, frame) : avcodec_send_frame(encoder->codec, NULL);
}

/* ---- packets ---- */

/* Only those of the last packets count: the others end where the next begin. */
static int64_t packet_duration(const struct video_encoder *encoder)
{
    double fps = av_q2d(encoder->codec->framerate), seconds = encoder->duration;
    if (seconds <= 0)
        seconds = fps > 0 ? 1 / fps : 0;
    return llrint(seconds / av_q2d(encoder->codec->time_base));
}

int video_encoder_next(struct video_encoder *encoder, AVPacket *packet)
{
    int result = avcodec_receive_packet(encoder->codec, packet);
    if (result < 0)
        return result;
    packet->duration = packet_duration(encoder);
    if (encoder->tagger && (result = av_bsf_send_packet(encoder->tagger, packet)) >= 0)
        result = av_bsf_receive_packet(encoder->tagger, packet);
    return result;
}
