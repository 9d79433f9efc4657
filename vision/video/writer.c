#include <errno.h>
#include <libavutil/avstring.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "encoder.h"
#include "private.h"
#include "subtitles.h"

struct mien_writer {
    char *name;                 /* for messages */
    int fd;                     /* borrowed */
    struct mien_reader *source; /* may be NULL */
    AVFormatContext *format;
    struct video_encoder encoder;
    AVStream *stream;
    AVPacket *packet;

    /* The reader's thread hands over packets while ours encodes. */
    pthread_mutex_t muxing;
    struct video_route *routes;
    unsigned route_count;
    AVPacket *copy;
    int64_t origin; /* of the source, what becomes 0; microseconds */
    double start;   /* seconds after the source's start that become 0 */
    double length;  /* of the part that is wanted, seconds; 0: to the end */
    int64_t losses;
    int failure; /* libav's code of the first error in writing */
    enum mien_audio audio;
    AVStream *marks; /* its video is copied; NULL: it is encoded */
    int64_t mark_count;
};

/* ---- the container ---- */

static int make_container(struct mien_writer *writer, const char *path, struct mien_error *error)
{
    const AVOutputFormat *format = strcmp(path, "-") ? av_guess_format(NULL, path, NULL)
                                                     : av_guess_format("matroska", NULL, NULL);
    if (!format || format->video_codec == AV_CODEC_ID_NONE || format->flags & AVFMT_NOFILE)
        return mien_error_set(error, EINVAL,
                              "%s: no known kind of video file; name it .mp4 or .mkv", path);
    if (avformat_alloc_output_context2(&writer->format, format, NULL, writer->name) < 0)
        return mien_error_set(error, ENOMEM, "%s: no memory to write it", path);
    writer->format->flags |= AVFMT_FLAG_FLUSH_PACKETS;
    writer->format->max_delay = AV_TIME_BASE * 7 / 10; /* that players of MPEG buffer for */
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
    int result = video_copy_streams(writer->format, from, video, writer->audio, writer->routes);
    if (result < 0)
        return result;
    writer->losses = result;
    return video_copy_metadata(writer->format, from, writer->stream, video, writer->origin);
}

/* The source's video, and the track of marks beside it. */
static int add_copied_video(struct mien_writer *writer, const char *marks)
{
    const AVStream *video = reader_stream(writer->source);
    size_t size = strlen(marks);
    int result = video_copy_stream(writer->format, video);
    if (result < 0)
        return result;
    writer->stream = writer->format->streams[0];
    if ((result = add_copied_streams(writer)) < 0)
        return result;
    writer->routes[video->index].to = writer->stream->index;
    writer->marks = avformat_new_stream(writer->format, NULL);
    uint8_t *header = writer->marks ? av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE) : NULL;
    if (!header)
        return AVERROR(ENOMEM);
    memcpy(header, marks, size);
    AVCodecParameters *parameters = writer->marks->codecpar;
    parameters->codec_type = AVMEDIA_TYPE_SUBTITLE;
    parameters->codec_id = AV_CODEC_ID_ASS;
    parameters->extradata = header;
    parameters->extradata_size = (int)size;
    writer->marks->time_base = (AVRational){1, 1000};
    writer->marks->disposition = AV_DISPOSITION_DEFAULT;
    return av_dict_set(&writer->marks->metadata, "title", "faces (mien)", 0);
}

static int add_streams(struct mien_writer *writer)
{
    writer->stream = avformat_new_stream(writer->format, NULL);
    if (!writer->stream)
        return AVERROR(ENOMEM);
    int result = video_encoder_describe(&writer->encoder, writer->stream);
    return result >= 0 && writer->source ? add_copied_streams(writer) : result;
}

static int start_file(struct mien_writer *writer)
{
    AVDictionary *options = NULL;
    video_set_container_options(&options);
    writer->format->pb = video_output_open(&writer->fd);
    int result =
        writer->format->pb ? avformat_write_header(writer->format, &options) : AVERROR(ENOMEM);
    /* A fragmented MP4 switches them off, for their news come after the header; which is delayed
     * here. */
    writer->format->flags |= AVFMT_FLAG_AUTO_BSF;
    av_dict_free(&options);
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

struct copy_target {
    struct mien_writer *writer;
    const struct video_route *route;
};

static int64_t shifted(int64_t time, int64_t shift)
{
    return time == AV_NOPTS_VALUE ? time : time - shift;
}

/* A packet of another stream than the video. */
static int mux_copy(void *user, AVPacket *copy, AVRational base)
{
    const struct copy_target *target = user;
    struct mien_writer *writer = target->writer;
    int64_t shift = av_rescale_q(writer->origin, AV_TIME_BASE_Q, base);
    copy->pts = shifted(copy->pts, shift);
    copy->dts = shifted(copy->dts, shift);
    av_packet_rescale_ts(copy, base, writer->format->streams[target->route->to]->time_base);
    copy->stream_index = target->route->to;
    copy->pos = -1;
    return mux(writer, copy);
}

/* Called with the mutex held; NULL: there are no more of the route. A packet that the muxer does
 * not like is a loss, a full disk an error. */
static void pass_on(struct mien_writer *writer, struct video_route *route, AVPacket *packet)
{
    struct copy_target target = {writer, route};
    if (!writer->failure && video_route_take(route, packet, mux_copy, &target) < 0) {
        writer->failure = writer->format->pb->error;
        writer->losses++;
    }
}

/* Whether a packet begins within the part that is wanted. */
static bool is_within(const struct mien_writer *writer, const AVPacket *packet, AVRational base)
{
    int64_t time = packet->pts == AV_NOPTS_VALUE ? packet->dts : packet->pts;
    if (time == AV_NOPTS_VALUE || (writer->start <= 0 && writer->length <= 0))
        return true;
    double seconds = (double)time * av_q2d(base) - (double)writer->origin / AV_TIME_BASE;
    return seconds > -1e-6 && (writer->length <= 0 || seconds < writer->length);
}

/* The reader's thread. */
static void take_packet(void *user, const AVPacket *packet)
{
    struct mien_writer *writer = user;
    unsigned index = (unsigned)packet->stream_index;
    if (index >= writer->route_count || writer->routes[index].to < 0 ||
        !is_within(writer, packet, writer->routes[index].from_base))
        return;
    pthread_mutex_lock(&writer->muxing);
    if (av_packet_ref(writer->copy, packet) >= 0) {
        pass_on(writer, &writer->routes[index], writer->copy);
        av_packet_unref(writer->copy);
    }
    pthread_mutex_unlock(&writer->muxing);
}

/* ---- opening ---- */

/* Returns how much later than the source the video begins, in microseconds. */
static int64_t find_part(struct mien_writer *writer)
{
    const struct mien_selection *wanted = reader_selection(writer->source);
    writer->start = wanted->from;
    writer->length = wanted->to > 0 ? wanted->to - wanted->from : 0;
    return (int64_t)(wanted->from * AV_TIME_BASE + 0.5);
}

static int check_copy(const struct mien_writer *writer, struct mien_error *error)
{
    const struct mien_selection *part = reader_selection(writer->source);
    const AVStream *video = reader_stream(writer->source);
    if (strcmp(writer->format->oformat->name, "matroska"))
        return mien_error_set(error, EINVAL,
                              "%s: only Matroska (.mkv) holds the marks that a copied "
                              "video needs beside it",
                              writer->name);
    if (part->from > 0 || part->to > 0 || part->every > 1 || part->fps > 0)
        return mien_error_set(error, EINVAL, "%s: a video is copied whole, not in parts",
                              writer->name);
    if (!video_holds(writer->format->oformat, video->codecpar->codec_id))
        return mien_error_set(error, EINVAL, "%s: Matroska does not hold %s", writer->name,
                              avcodec_get_name(video->codecpar->codec_id));
    return 0;
}

static int open_writer(struct mien_writer *writer, const char *path,
                       const struct mien_writer_options *options, struct mien_error *error)
{
    writer->packet = av_packet_alloc();
    writer->copy = av_packet_alloc();
    writer->name = strdup(strcmp(path, "-") ? path : "standard output");
    if (!writer->name || !writer->packet || !writer->copy)
        return mien_error_set(error, ENOMEM, "%s: no memory to write it", path);
    if (writer->source)
        writer->origin = av_rescale_q(reader_origin(writer->source),
                                      reader_stream(writer->source)->time_base, AV_TIME_BASE_Q) +
                         find_part(writer);
    int result = make_container(writer, path, error);
    if (result == 0 && options->marks)
        result = check_copy(writer, error);
    else if (result == 0)
        result = video_encoder_open(&writer->encoder, writer->format->oformat, writer->source,
                                    options, writer->name, error);
    if (result < 0)
        return result;
    result = options->marks ? add_copied_video(writer, options->marks) : add_streams(writer);
    if (result < 0 || (result = start_file(writer)) < 0)
        return video_error(error, result, writer->name);
    return 0;
}

static void free_writer(struct mien_writer *writer)
{
    if (writer->format)
        video_output_close(&writer->format->pb);
    avformat_free_context(writer->format);
    video_encoder_close(&writer->encoder);
    av_packet_free(&writer->packet);
    av_packet_free(&writer->copy);
    video_routes_free(&writer->routes, writer->route_count);
    pthread_mutex_destroy(&writer->muxing);
    free(writer->name);
    free(writer);
}

int mien_writer_open(struct mien_writer **writer, const char *path, int fd,
                     struct mien_reader *source, const struct mien_writer_options *options,
                     struct mien_error *error)
{
    static const struct mien_writer_options defaults = {.crf = -1};
    video_log_init();
    struct mien_writer *made = calloc(1, sizeof *made);
    if (!made)
        return mien_error_set(error, ENOMEM, "%s: no memory to write it", path);
    pthread_mutex_init(&made->muxing, NULL);
    made->source = source;
    made->fd = fd;
    made->audio = options ? options->audio : MIEN_AUDIO_AUTO;
    int result = open_writer(made, path, options ? options : &defaults, error);
    if (result < 0) {
        free_writer(made);
        return result;
    }
    if (source)
        reader_set_sink(source, (struct packet_sink){take_packet, made});
    *writer = made;
    return 0;
}

/* ---- writing ---- */

/* Writes the packet made here, whose times are in `base`. */
static int mux_own(struct mien_writer *writer, AVRational base, const AVStream *to)
{
    AVPacket *packet = writer->packet;
    packet->stream_index = to->index;
    pthread_mutex_lock(&writer->muxing);
    av_packet_rescale_ts(packet, base, to->time_base);
    int result = writer->failure ? writer->failure : mux(writer, packet);
    if (result < 0)
        writer->failure = result;
    pthread_mutex_unlock(&writer->muxing);
    av_packet_unref(packet);
    return result;
}

/* Writes what the encoder has ready. Returns 0 when it wants more, AVERROR_EOF when flushed. */
static int drain_encoder(struct mien_writer *writer)
{
    AVPacket *packet = writer->packet;
    for (;;) {
        int result = video_encoder_next(&writer->encoder, packet);
        if (result == AVERROR(EAGAIN))
            return 0;
        if (result < 0)
            return result;
        result = mux_own(writer, writer->encoder.codec->time_base, writer->stream);
        if (result < 0)
            return result;
    }
}

int mien_writer_add(struct mien_writer *writer, const struct mien_frame *frame,
                    struct mien_error *error)
{
    struct mien_frame shifted = *frame;
    shifted.time -= writer->start;
    video_log_forget();
    int result = video_encoder_add(&writer->encoder, &shifted);
    if (result >= 0)
        result = drain_encoder(writer);
    return result < 0 ? video_error(error, result, writer->name) : 0;
}

static int mark(struct mien_writer *writer, const char *line, double time, double duration)
{
    char text[512];
    AVPacket *packet = writer->packet;
    snprintf(text, sizeof text, "%lld,%s", (long long)writer->mark_count++, line);
    int size = (int)strlen(text), result = av_new_packet(packet, size);
    if (result < 0)
        return result;
    memcpy(packet->data, text, (size_t)size);
    packet->pts = packet->dts = llrint(time * 1000);
    packet->duration = llrint(duration * 1000);
    return mux_own(writer, (AVRational){1, 1000}, writer->marks);
}

int mien_writer_mark(struct mien_writer *writer, const char *line, double time, double duration,
                     struct mien_error *error)
{
    int result = mark(writer, line, time, duration);
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
    if (!result && !writer->marks)
        result = video_encoder_add(&writer->encoder, NULL);
    if (result >= 0 && !writer->marks && (result = drain_encoder(writer)) == AVERROR_EOF)
        result = 0;
    for (unsigned i = 0; i < writer->route_count && result >= 0; i++)
        if (writer->routes[i].to >= 0)
            pass_on(writer, &writer->routes[i], NULL);
    int trailer = av_write_trailer(writer->format);
    int closing = video_output_close(&writer->format->pb);
    if (result >= 0)
        result = trailer < 0 ? trailer : closing;
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
    if (result < 0)
        result = video_error(error, result, old->name);
    free_writer(old);
    *writer = NULL;
    return result < 0 ? result : 0;
}
