#include "video_private.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/avstring.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct mien_writer {
    char *path; /* NULL: standard output */
    char *part;
    bool in_place;
    char *name;                  /* for messages */
    struct mien_reader *source;  /* may be NULL */
    struct mien_video_info info; /* of the pictures to come */
    AVFormatContext *format;
    AVCodecContext *codec;
    AVStream *stream;
    AVFrame *frame;
    double last_duration; /* seconds, of the last picture; 0: unknown */
    AVPacket *packet;
    struct SwsContext *scaler; /* made for the first picture that needs one */
    struct video_space space;  /* of pictures in planes */
    struct mien_picture even;  /* the picture with its odd sides made even, where needed */

    /* The reader's thread hands over packets while ours encodes. */
    pthread_mutex_t muxing;
    struct video_route *routes;
    unsigned route_count;
    AVPacket *copy;
    int64_t origin; /* microseconds */
    int64_t losses;
    int failure; /* libav's code of the first error in writing */
};

/* ---- the encoder ---- */

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
    if (avformat_query_codec(format, AV_CODEC_ID_H264, FF_COMPLIANCE_NORMAL) == 1)
        return avcodec_find_encoder_by_name("libx264");
    return avcodec_find_encoder(format->video_codec);
}

static enum AVPixelFormat choose_pixels(const AVCodec *codec)
{
    const enum AVPixelFormat *known = codec->pix_fmts;
    for (const enum AVPixelFormat *p = known; p && *p != AV_PIX_FMT_NONE; p++)
        if (*p == AV_PIX_FMT_YUV420P)
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
    }
    struct video_space space = video_space_of(&kind);
    bool full = space.full_range || !strncmp(av_get_pix_fmt_name(codec->pix_fmt), "yuvj", 4);
    codec->colorspace = (enum AVColorSpace)space.matrix;
    if (full || video_is_rgb(kind.format))
        codec->color_range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    if (video_is_rgb(codec->pix_fmt)) {
        codec->colorspace = AVCOL_SPC_RGB;
        codec->color_range = AVCOL_RANGE_JPEG;
    }
}

static void describe_video(struct mien_writer *writer)
{
    AVCodecContext *codec = writer->codec;
    const struct mien_video_info *info = &writer->info;
    codec->width = (info->width + 1) / 2 * 2;
    codec->height = (info->height + 1) / 2 * 2;
    codec->pix_fmt = choose_pixels(codec->codec);
    codec->time_base = (AVRational){1, 90000};
    codec->framerate = av_d2q(info->fps, 1001000);
    if (writer->source) {
        codec->time_base = reader_stream(writer->source)->time_base;
        codec->framerate = reader_stream(writer->source)->avg_frame_rate;
        codec->sample_aspect_ratio = reader_pixel_aspect(writer->source);
    }
    codec->thread_count = 0;
    describe_color(codec, writer->source);
    if (writer->format->oformat->flags & AVFMT_GLOBALHEADER)
        codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
}

static int set_option(struct mien_writer *writer, const char *option, const char *value,
                      struct mien_error *error)
{
    const char *codec = writer->codec->codec->name;
    int result = av_opt_set(writer->codec->priv_data, option, value, 0);
    if (result == AVERROR_OPTION_NOT_FOUND)
        return mien_error_set(error, EINVAL, "the encoder %s knows no %s", codec, option);
    if (result < 0)
        return mien_error_set(error, EINVAL, "the encoder %s takes no %s of '%s'", codec, option,
                              value);
    return 0;
}

static int set_options(struct mien_writer *writer, const struct mien_writer_options *options,
                       struct mien_error *error)
{
    AVCodecContext *codec = writer->codec;
    char crf[20];
    int result = 0;
    snprintf(crf, sizeof crf, "%d", options->crf < 0 ? 20 : options->crf);
    if (options->crf >= 0 || av_opt_find(codec->priv_data, "crf", NULL, 0, 0)) {
        codec->bit_rate = 0;
        result = set_option(writer, "crf", crf, error);
    }
    if (result == 0 && options->preset)
        return set_option(writer, "preset", options->preset, error);
    for (size_t i = 0; i < sizeof fast_settings / sizeof *fast_settings && result == 0; i++)
        if (!strcmp(codec->codec->name, fast_settings[i].codec))
            result = set_option(writer, fast_settings[i].option, fast_settings[i].value, error);
    return result;
}

static int make_frame(struct mien_writer *writer)
{
    writer->frame->format = writer->codec->pix_fmt;
    writer->frame->width = writer->codec->width;
    writer->frame->height = writer->codec->height;
    return av_frame_get_buffer(writer->frame, 0);
}

static int open_encoder(struct mien_writer *writer, const struct mien_writer_options *options,
                        struct mien_error *error)
{
    const AVCodec *encoder = find_encoder(writer->format->oformat, options->codec);
    if (!encoder || encoder->type != AVMEDIA_TYPE_VIDEO)
        return mien_error_set(error, EINVAL, "this FFmpeg has no video encoder '%s'",
                              options->codec ? options->codec : "libx264");
    writer->codec = avcodec_alloc_context3(encoder);
    if (!writer->codec)
        return mien_error_set(error, ENOMEM, "%s: no memory to write it", writer->name);
    describe_video(writer);
    int result = set_options(writer, options, error);
    if (result < 0)
        return result;
    if ((result = avcodec_open2(writer->codec, encoder, NULL)) < 0 ||
        (result = make_frame(writer)) < 0)
        return video_error(error, result, writer->name);
    return 0;
}

/* ---- the container ---- */

static int make_container(struct mien_writer *writer, const char *path, struct mien_error *error)
{
    const AVOutputFormat *format =
        writer->path ? av_guess_format(NULL, path, NULL) : av_guess_format("matroska", NULL, NULL);
    if (!format || format->video_codec == AV_CODEC_ID_NONE || format->flags & AVFMT_NOFILE)
        return mien_error_set(error, EINVAL,
                              "%s: no known kind of video file; name it .mp4 or .mkv", path);
    if (avformat_alloc_output_context2(&writer->format, format, NULL, writer->name) < 0)
        return mien_error_set(error, ENOMEM, "%s: no memory to write it", path);
    writer->format->flags |= AVFMT_FLAG_FLUSH_PACKETS;
    return 0;
}

static int add_copied_streams(struct mien_writer *writer)
{
    const AVFormatContext *from = reader_format(writer->source);
    const AVStream *video = reader_stream(writer->source);
    writer->routes = av_calloc(from->nb_streams, sizeof *writer->routes);
    if (!writer->routes)
        return AVERROR(ENOMEM);
    writer->route_count = from->nb_streams;
    writer->stream->disposition = video->disposition;
    int result = video_copy_streams(writer->format, from, writer->routes);
    if (result < 0)
        return result;
    writer->losses = result;
    return video_copy_metadata(writer->format, from, writer->stream, video, writer->origin);
}

static int add_streams(struct mien_writer *writer)
{
    writer->stream = avformat_new_stream(writer->format, NULL);
    if (!writer->stream)
        return AVERROR(ENOMEM);
    int result = avcodec_parameters_from_context(writer->stream->codecpar, writer->codec);
    if (result < 0)
        return result;
    writer->stream->time_base = writer->codec->time_base;
    writer->stream->avg_frame_rate = writer->codec->framerate;
    writer->stream->sample_aspect_ratio = writer->codec->sample_aspect_ratio;
    return writer->source ? add_copied_streams(writer) : 0;
}

/* Fragments and clusters of a second: that much is lost at most when the run is killed. The
 * delayed moov knows the edit lists that keep all times exact. */
static int start_file(struct mien_writer *writer)
{
    char *url = writer->part ? av_asprintf("file:%s", writer->part) : av_strdup("pipe:1");
    AVDictionary *options = NULL;
    av_dict_set(&options, "movflags", "frag_keyframe+delay_moov+default_base_moof", 0);
    av_dict_set(&options, "frag_duration", "1000000", 0);
    av_dict_set(&options, "cluster_time_limit", "1000", 0);
    int result = url ? avio_open(&writer->format->pb, url, AVIO_FLAG_WRITE) : AVERROR(ENOMEM);
    if (result >= 0)
        result = avformat_write_header(writer->format, &options);
    av_dict_free(&options);
    av_free(url);
    return result;
}

/* Called with the mutex held. libav takes over the packet's data. */
static int mux(struct mien_writer *writer, AVPacket *packet)
{
    int result = av_interleaved_write_frame(writer->format, packet);
    if (writer->format->pb->error < 0)
        result = writer->format->pb->error;
    return result;
}

/* The reader's thread. A packet that the muxer does not like is a loss, a full disk an error. */
static void take_packet(void *user, const AVPacket *packet)
{
    struct mien_writer *writer = user;
    unsigned index = (unsigned)packet->stream_index;
    if (index >= writer->route_count || writer->routes[index].to < 0)
        return;
    pthread_mutex_lock(&writer->muxing);
    const struct video_route *route = &writer->routes[index];
    if (!writer->failure && av_packet_ref(writer->copy, packet) >= 0) {
        int64_t shift = av_rescale_q(writer->origin, AV_TIME_BASE_Q, route->from_base);
        AVPacket *copy = writer->copy;
        if (copy->pts != AV_NOPTS_VALUE)
            copy->pts -= shift;
        if (copy->dts != AV_NOPTS_VALUE)
            copy->dts -= shift;
        av_packet_rescale_ts(copy, route->from_base, writer->format->streams[route->to]->time_base);
        copy->stream_index = route->to;
        copy->pos = -1;
        if (mux(writer, copy) < 0) {
            writer->failure = writer->format->pb->error;
            writer->losses++;
        }
        av_packet_unref(copy);
    }
    pthread_mutex_unlock(&writer->muxing);
}

/* ---- opening ---- */

/* A device or pipe is written in place: renaming over it would replace it. A link stays a link. */
static int name_files(struct mien_writer *writer, const char *path)
{
    struct stat status;
    bool is_stdout = !strcmp(path, "-");
    writer->name = strdup(is_stdout ? "standard output" : path);
    if (is_stdout || !writer->name)
        return writer->name ? 0 : -ENOMEM;
    writer->in_place = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
    writer->path = realpath(path, NULL);
    if (!writer->path)
        writer->path = strdup(path);
    if (writer->path)
        writer->part = av_asprintf("%s%s", writer->path, writer->in_place ? "" : ".part");
    return writer->part ? 0 : -ENOMEM;
}

static int open_writer(struct mien_writer *writer, const char *path,
                       const struct mien_writer_options *options, struct mien_error *error)
{
    writer->frame = av_frame_alloc();
    writer->packet = av_packet_alloc();
    writer->copy = av_packet_alloc();
    if (name_files(writer, path) < 0 || !writer->frame || !writer->packet || !writer->copy)
        return mien_error_set(error, ENOMEM, "%s: no memory to write it", path);
    writer->info = (struct mien_video_info){
        .width = options->width, .height = options->height, .fps = options->fps};
    if (writer->source) {
        writer->info = *mien_reader_info(writer->source);
        writer->origin = av_rescale_q(reader_origin(writer->source),
                                      reader_stream(writer->source)->time_base, AV_TIME_BASE_Q);
        struct video_kind kind = reader_kind(writer->source);
        writer->space = video_space_of(&kind);
    }
    int result = make_container(writer, path, error);
    if (result == 0)
        result = open_encoder(writer, options, error);
    if (result < 0)
        return result;
    if ((result = add_streams(writer)) < 0 || (result = start_file(writer)) < 0)
        return video_error(error, result, writer->name);
    return 0;
}

static void free_writer(struct mien_writer *writer)
{
    if (writer->format)
        avio_closep(&writer->format->pb);
    avformat_free_context(writer->format);
    avcodec_free_context(&writer->codec);
    av_frame_free(&writer->frame);
    av_packet_free(&writer->packet);
    av_packet_free(&writer->copy);
    sws_freeContext(writer->scaler);
    mien_picture_free(&writer->even);
    av_free(writer->routes);
    pthread_mutex_destroy(&writer->muxing);
    av_free(writer->part);
    free(writer->path);
    free(writer->name);
    free(writer);
}

int mien_writer_open(struct mien_writer **writer, const char *path, struct mien_reader *source,
                     const struct mien_writer_options *options, struct mien_error *error)
{
    static const struct mien_writer_options defaults = {.crf = -1};
    video_log_init();
    struct mien_writer *made = calloc(1, sizeof *made);
    if (!made)
        return mien_error_set(error, ENOMEM, "%s: no memory to write it", path);
    pthread_mutex_init(&made->muxing, NULL);
    made->source = source;
    int result = open_writer(made, path, options ? options : &defaults, error);
    if (result < 0) {
        if (made->format && made->format->pb && made->part && !made->in_place)
            remove(made->part);
        free_writer(made);
        return result;
    }
    if (source)
        reader_set_sink(source, (struct packet_sink){take_packet, made});
    *writer = made;
    return 0;
}

/* ---- writing ---- */

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
static int make_even(struct mien_writer *writer, const struct mien_picture **color)
{
    const struct mien_picture *odd = *color;
    struct mien_picture *even = &writer->even, to[3], from[3];
    int width = writer->codec->width, height = writer->codec->height;
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
static bool is_plain(const struct mien_writer *writer, const struct mien_picture *color)
{
    const AVCodecContext *codec = writer->codec;
    return color->pixels == MIEN_YUV420 && codec->pix_fmt == AV_PIX_FMT_YUV420P &&
           (codec->color_range == AVCOL_RANGE_JPEG) == writer->space.full_range;
}

static int make_scaler(struct mien_writer *writer, const struct mien_picture *color)
{
    const AVCodecContext *codec = writer->codec;
    writer->scaler =
        sws_getContext(color->width, color->height, video_pixels_of(color->pixels), codec->width,
                       codec->height, codec->pix_fmt, SWS_BILINEAR, NULL, NULL, NULL);
    if (!writer->scaler)
        return AVERROR(ENOMEM);
    bool planes = color->pixels == MIEN_YUV420;
    const int *matrix = sws_getCoefficients(codec->colorspace);
    sws_setColorspaceDetails(writer->scaler,
                             planes ? sws_getCoefficients(writer->space.matrix) : matrix,
                             planes ? writer->space.full_range : 1, matrix,
                             codec->color_range == AVCOL_RANGE_JPEG, 0, 1 << 16, 1 << 16);
    return 0;
}

/* Fills the encoder's frame. */
static int fill_frame(struct mien_writer *writer, const struct mien_picture *color)
{
    AVFrame *frame = writer->frame;
    struct mien_picture planes[3];
    const uint8_t *data[4] = {NULL};
    int stride[4] = {0}, result = make_even(writer, &color);
    for (int i = 0, count = mien_picture_planes(color, planes); i < count; i++) {
        data[i] = planes[i].data;
        stride[i] = (int)planes[i].stride;
    }
    if (result == 0 && is_plain(writer, color)) {
        av_image_copy(frame->data, frame->linesize, data, stride, frame->format, frame->width,
                      frame->height);
        return 0;
    }
    if (result == 0 && !writer->scaler)
        result = make_scaler(writer, color);
    if (result == 0)
        sws_scale(writer->scaler, data, stride, 0, color->height, frame->data, frame->linesize);
    return result;
}

/* Only those of the last packets count: the others end where the next begin. */
static int64_t packet_duration(const struct mien_writer *writer)
{
    double fps = writer->info.fps, seconds = writer->last_duration;
    if (seconds <= 0)
        seconds = fps > 0 ? 1 / fps : 0;
    return llrint(seconds / av_q2d(writer->codec->time_base));
}

/* Writes what the encoder has ready. Returns 0 when it wants more, AVERROR_EOF when flushed. */
static int drain_encoder(struct mien_writer *writer)
{
    AVPacket *packet = writer->packet;
    for (;;) {
        int result = avcodec_receive_packet(writer->codec, packet);
        if (result == AVERROR(EAGAIN))
            return 0;
        if (result < 0)
            return result;
        packet->stream_index = writer->stream->index;
        packet->duration = packet_duration(writer);
        pthread_mutex_lock(&writer->muxing);
        av_packet_rescale_ts(packet, writer->codec->time_base, writer->stream->time_base);
        result = writer->failure ? writer->failure : mux(writer, packet);
        if (result < 0)
            writer->failure = result;
        pthread_mutex_unlock(&writer->muxing);
        av_packet_unref(packet);
        if (result < 0)
            return result;
    }
}

static int encode(struct mien_writer *writer, const struct mien_frame *frame)
{
    int result = av_frame_make_writable(writer->frame);
    if (result < 0)
        return result;
    if ((result = fill_frame(writer, &frame->color)) < 0)
        return result;
    writer->last_duration = frame->duration;
    writer->frame->pts = llrint(frame->time / av_q2d(writer->codec->time_base));
    result = avcodec_send_frame(writer->codec, writer->frame);
    return result < 0 ? result : drain_encoder(writer);
}

int mien_writer_add(struct mien_writer *writer, const struct mien_frame *frame,
                    struct mien_error *error)
{
    video_log_forget();
    int result = encode(writer, frame);
    return result < 0 ? video_error(error, result, writer->name) : 0;
}

int64_t mien_writer_losses(struct mien_writer *writer)
{
    pthread_mutex_lock(&writer->muxing);
    int64_t losses = writer->losses;
    pthread_mutex_unlock(&writer->muxing);
    return losses;
}

static int finish_file(struct mien_writer *writer)
{
    int result = writer->failure;
    if (!result)
        result = avcodec_send_frame(writer->codec, NULL);
    if (result >= 0 && (result = drain_encoder(writer)) == AVERROR_EOF)
        result = 0;
    int trailer = av_write_trailer(writer->format);
    int closing = avio_closep(&writer->format->pb);
    if (result >= 0)
        result = trailer < 0 ? trailer : closing;
    if (result >= 0 && writer->path && !writer->in_place && rename(writer->part, writer->path) < 0)
        result = AVERROR(errno);
    return result;
}

int mien_writer_finish(struct mien_writer **writer, struct mien_error *error)
{
    struct mien_writer *old = *writer;
    if (!old)
        return 0;
    video_log_forget();
    if (old->source)
        reader_set_sink(old->source, (struct packet_sink){0});
    int result = finish_file(old);
    if (result < 0) {
        struct mien_error why = {""};
        result = video_error(&why, result, old->name);
        mien_error_set(error, -result, "%.400s%s%s", why.text,
                       old->part ? "; what was written is kept in " : "",
                       old->part ? old->part : "");
    }
    free_writer(old);
    *writer = NULL;
    return result < 0 ? result : 0;
}
