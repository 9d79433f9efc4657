#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <libavcodec/avcodec.h>
#include <libavutil/avstring.h>
#include <libavutil/display.h>
#include <libavutil/fifo.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/url.h"
#include "compat.h"
#include "hardware.h"
#include "jumps.h"
#include "mien/log.h"
#include "selection.h"
#include "sequence.h"

enum { HELD_MAX = 1 << 20 };                  /* packets: six hours of sound in pieces of 20 ms */
enum { OPEN_SECONDS = 10, READ_SECONDS = 5 }; /* that a network has to answer */

struct mien_reader {
    char *name; /* for messages */
    struct mien_reader_options options;
    struct sequence sequence; /* pictures in files */
    char file[NAME_MAX + 1];  /* of the last frame of such a film */
    int stop_fd;
    struct video_pipe *pipe; /* NULL: it is none */
    bool network, live;      /* the second: no recording, so nothing may wait */
    int64_t deadline;        /* of the network, ns of the monotonic clock */
    AVFormatContext *format;
    AVStream *stream;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *frame;
    bool interlaced, top_first; /* the first frame */
    bool ahead;                 /* `frame` was decoded while opening */
    bool draining;              /* the file's end reached the decoder */
    int failure;                /* libav's code that ended the reading early; 0 when none */

    struct mien_video_info info;
    double rate;            /* frames a second, of those that are wanted or not; 0: unknown */
    struct video_kind kind; /* of the first frame */
    struct turn turn;
    struct video_converter converter;
    struct mien_frame own;

    int64_t origin, last; /* presentation times in the stream's time base */
    struct selection selection;
    bool sought;   /* and the next frame's number is not known yet */
    bool complete; /* the end of the selection is reached */
    uint64_t number;
    int64_t packets;
    _Atomic int64_t losses;
    struct jumps jumps;

    bool alone;     /* nobody wants packets */
    AVFifo *held;   /* packets met while opening */
    int64_t unheld; /* those there was no room for */
    struct packet_sink sink;
};

/* ---- input ---- */

static bool is_stopped(const struct mien_reader *reader)
{
    struct pollfd fd = {reader->stop_fd, POLLIN, 0};
    return poll(&fd, 1, 0) > 0;
}

void mien_reader_stop(struct mien_reader *reader)
{
    eventfd_write(reader->stop_fd, 1);
}

static int is_over(void *data)
{
    const struct mien_reader *reader = data;
    return is_stopped(reader) || clock_ns() > reader->deadline;
}

static void allow_time(struct mien_reader *reader, int seconds)
{
    reader->deadline = clock_ns() + seconds * INT64_C(1000000000);
}

/* Pictures are wanted as they come: nothing is kept back, and little read before the first. */
static void set_live_options(AVDictionary **options)
{
    av_dict_set(options, "fflags", "nobuffer", 0);
    av_dict_set(options, "analyzeduration", "500000", 0);
    av_dict_set(options, "probesize", "500000", 0);
}

/* A server that hangs up is asked again for the rest. */
static void set_recording_options(AVDictionary **options)
{
    av_dict_set(options, "reconnect", "1", 0);
    av_dict_set(options, "reconnect_on_network_error", "1", 0);
    av_dict_set(options, "reconnect_delay_max", "4", 0);
}

static void set_network_options(struct mien_reader *reader, AVDictionary **options)
{
    av_dict_set(options, "protocol_whitelist",
                "rtsp,rtp,srtp,udp,tcp,tls,http,https,httpproxy,"
                "hls,crypto,data",
                0);
    av_dict_set(options, "rtsp_transport", "tcp", 0);
    if (reader->live)
        set_live_options(options);
    else
        set_recording_options(options);
    reader->format->interrupt_callback = (AVIOInterruptCB){is_over, reader};
    allow_time(reader, OPEN_SECONDS);
}

/* A playlist must not lead to the network or to other protocols; a '%' in a file's name is no
 * pattern. */
static void set_file_options(AVDictionary **options)
{
    av_dict_set(options, "protocol_whitelist", "file", 0);
    av_dict_set(options, "pattern_type", "none", 0);
}

static int open_pipe(struct mien_reader *reader, const char *path)
{
    int result = video_pipe_open(&reader->pipe, path, reader->stop_fd);
    if (!result)
        reader->format->pb = video_pipe_context(reader->pipe);
    return result;
}

static int open_container(struct mien_reader *reader, const char *path)
{
    reader->format = avformat_alloc_context();
    char *url = av_asprintf("%s%s", reader->network ? "" : "file:", path);
    AVDictionary *options = NULL;
    int result = reader->format && url ? 0 : AVERROR(ENOMEM);
    if (!result && reader->network)
        set_network_options(reader, &options);
    else
        set_file_options(&options);
    if (!result && video_is_pipe(path))
        result = open_pipe(reader, path);
    if (!result)
        result = avformat_open_input(&reader->format, reader->pipe ? NULL : url, NULL, &options);
    av_dict_free(&options);
    av_free(url);
    return result < 0 ? result : avformat_find_stream_info(reader->format, NULL);
}

static int open_sequence(struct mien_reader *reader, const char *path, struct mien_error *error)
{
    AVDictionary *options = NULL;
    char *name = NULL;
    int result = sequence_find(&reader->sequence, path, reader->options.sequence_fps, &name,
                               &options, error);
    av_dict_set(&options, "protocol_whitelist", "file", 0);
    if (!result) {
        int opened =
            avformat_open_input(&reader->format, name, av_find_input_format("image2"), &options);
        if (opened >= 0)
            opened = avformat_find_stream_info(reader->format, NULL);
        result = opened < 0 ? video_error(error, opened, reader->name) : 0;
    }
    av_dict_free(&options);
    av_free(name);
    return result;
}

/* ---- packets and frames ---- */

static void hold_packet(struct mien_reader *reader)
{
    AVPacket *copy = av_packet_clone(reader->packet);
    if (copy && av_fifo_write(reader->held, &copy, 1) >= 0)
        return;
    av_packet_free(&copy);
    reader->unheld++;
}

static void drop_held(struct mien_reader *reader)
{
    AVPacket *packet;
    while (reader->held && av_fifo_read(reader->held, &packet, 1) >= 0)
        av_packet_free(&packet);
}

void reader_set_sink(struct mien_reader *reader, struct packet_sink sink)
{
    reader->sink = sink;
    if (sink.take) {
        reader->losses += reader->unheld;
        reader->unheld = 0;
    }
    AVPacket *packet;
    while (sink.take && av_fifo_read(reader->held, &packet, 1) >= 0) {
        sink.take(sink.user, packet);
        av_packet_free(&packet);
    }
}

static void pass_packet(struct mien_reader *reader)
{
    if (reader->sink.take)
        reader->sink.take(reader->sink.user, reader->packet);
    else if (!reader->alone && reader->number == 0)
        hold_packet(reader);
}

/* What the container lists but did not deliver: a file cut short. Only some containers list all
 * packets (MP4, AVI); the others never list more than they delivered. */
static void count_missing(struct mien_reader *reader)
{
    int64_t listed = avformat_index_get_entries_count(reader->stream);
    if (reader->selection.wanted.from > 0)
        return;
    if (listed > reader->packets)
        reader->losses += listed - reader->packets;
}

static void end_input(struct mien_reader *reader, int code)
{
    reader->draining = true;
    if (is_stopped(reader))
        return;
    if (code == AVERROR_EXIT)
        code = AVERROR(ETIMEDOUT);
    if (code != AVERROR_EOF)
        reader->failure = code;
    count_missing(reader);
}

/* A still picture whose rest the decoder makes up. */
static bool is_cut_jpeg(const struct mien_reader *reader)
{
    const char *kind = reader->format->iformat->name;
    bool is_still = !strcmp(kind, "image2") || av_strstart(kind, "jpeg", NULL);
    return is_still && reader->stream->codecpar->codec_id == AV_CODEC_ID_MJPEG &&
           !video_jpeg_is_whole(reader->packet->data, (size_t)reader->packet->size);
}

static double seconds_of(const struct mien_reader *reader, int64_t steps)
{
    return (double)steps * av_q2d(reader->stream->time_base);
}

/* Spares the decoder pictures that nobody looks at and that no other depends on. */
static void pass_over(struct mien_reader *reader)
{
    const AVPacket *packet = reader->packet;
    if (!selection_is_partial(&reader->selection) || packet->pts == AV_NOPTS_VALUE)
        return;
    bool over =
        selection_passes_over(&reader->selection, seconds_of(reader, packet->pts - reader->origin),
                              seconds_of(reader, packet->duration));
    over &= selection_note(&reader->selection, packet->pts) == 0;
    reader->codec->skip_frame = over ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
}

/* Reads one packet and gives it to the decoder or to the sink. */
static void feed(struct mien_reader *reader)
{
    allow_time(reader, READ_SECONDS);
    int result = is_stopped(reader) ? AVERROR_EXIT : av_read_frame(reader->format, reader->packet);
    if (result == AVERROR(EAGAIN))
        return;
    if (result < 0) {
        end_input(reader, result);
        avcodec_send_packet(reader->codec, NULL);
        return;
    }
    if (jumps_mend(&reader->jumps, reader->format, reader->packet) < 0)
        reader->losses++;
    pass_packet(reader);
    if (reader->packet->stream_index == reader->stream->index) {
        reader->packets++;
        if (is_cut_jpeg(reader))
            reader->losses++;
        pass_over(reader);
        if (avcodec_send_packet(reader->codec, reader->packet) < 0)
            reader->losses++;
    }
    av_packet_unref(reader->packet);
}

/* Fills reader->frame. Returns 1, or 0 at the end. */
static int decode(struct mien_reader *reader)
{
    for (;;) {
        int result = avcodec_receive_frame(reader->codec, reader->frame);
        if (result == 0 && hardware_fetch(reader->frame) < 0) {
            reader->losses++;
            continue;
        }
        if (result == 0) {
            if (reader->frame->decode_error_flags || reader->frame->flags & AV_FRAME_FLAG_CORRUPT)
                reader->losses++;
            return 1;
        }
        if (result == AVERROR(EAGAIN))
            feed(reader);
        else if (result == AVERROR_EOF)
            return 0;
        else
            reader->losses++;
    }
}

/* ---- opening ---- */

static int refuse(const struct mien_reader *reader, const char *why, struct mien_error *error)
{
    return mien_error_set(error, EINVAL, "%s: %s", reader->name, why);
}

/* FFmpeg draws plain text as a picture too; nobody means that. */
static bool is_text(enum AVCodecID codec)
{
    return codec == AV_CODEC_ID_ANSI || codec == AV_CODEC_ID_BINTEXT || codec == AV_CODEC_ID_XBIN ||
           codec == AV_CODEC_ID_IDF;
}

static int choose_stream(struct mien_reader *reader, const AVCodec **codec,
                         struct mien_error *error)
{
    int index = av_find_best_stream(reader->format, AVMEDIA_TYPE_VIDEO, -1, -1, codec, 0);
    if (index == AVERROR_DECODER_NOT_FOUND)
        return refuse(reader, "this FFmpeg has no decoder for its video", error);
    if (index < 0)
        return refuse(reader, "no video or picture in it", error);
    reader->stream = reader->format->streams[index];
    if (reader->stream->disposition & AV_DISPOSITION_ATTACHED_PIC)
        return refuse(reader, "no video in it, only a cover picture", error);
    if (is_text(reader->stream->codecpar->codec_id))
        return refuse(reader, "it is text, not a video or picture", error);
    return 0;
}

static int open_decoder(struct mien_reader *reader, const AVCodec *codec)
{
    reader->codec = avcodec_alloc_context3(codec);
    reader->packet = av_packet_alloc();
    reader->frame = av_frame_alloc();
    if (!reader->codec || !reader->packet || !reader->frame)
        return AVERROR(ENOMEM);
    int result = avcodec_parameters_to_context(reader->codec, reader->stream->codecpar);
    if (result < 0)
        return result;
    reader->codec->thread_count = 0;
    const char *why = NULL;
    if (reader->options.hardware && !hardware_use(reader->codec, reader->options.hardware, &why))
        mien_log(MIEN_LOG_WARNING, "%s: --hwaccel %s: %s; decoded on the CPU", reader->name,
                 reader->options.hardware, why);
    if (reader->live) {
        reader->codec->flags |= AV_CODEC_FLAG_LOW_DELAY;
        reader->codec->thread_type = FF_THREAD_SLICE; /* others give a picture some later */
    }
    reader->codec->pkt_timebase = reader->stream->time_base;
    reader->codec->max_pixels = (int64_t)MIEN_PICTURE_SIDE_MAX * MIEN_PICTURE_SIDE_MAX;
    return avcodec_open2(reader->codec, codec, NULL);
}

static struct turn find_turn(const struct mien_reader *reader)
{
    const AVFrameSideData *data =
        av_frame_get_side_data(reader->frame, AV_FRAME_DATA_DISPLAYMATRIX);
    if (data && data->size >= 9 * sizeof(int32_t))
        return turn_of_matrix((const int32_t *)data->data);
    size_t size = 0;
    const uint8_t *matrix = compat_side_data(reader->stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (matrix && size >= 9 * sizeof(int32_t))
        return turn_of_matrix((const int32_t *)matrix);
    return (struct turn){0};
}

static double positive(double value)
{
    return value > 0 ? value : 0;
}

static void describe(struct mien_reader *reader)
{
    const AVStream *stream = reader->stream;
    struct mien_video_info *info = &reader->info;
    info->width = reader->turn.transpose ? reader->frame->height : reader->frame->width;
    info->height = reader->turn.transpose ? reader->frame->width : reader->frame->height;
    info->yuv = video_yuv_of(reader->converter.space, reader->frame->height);
    AVRational rate = av_guess_frame_rate(reader->format, reader->stream, NULL);
    if (stream->avg_frame_rate.num > 0 && stream->avg_frame_rate.den > 0)
        rate = stream->avg_frame_rate;
    info->fps = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
    if (stream->duration != AV_NOPTS_VALUE)
        info->duration = positive((double)stream->duration * av_q2d(stream->time_base));
    else if (reader->format->duration != AV_NOPTS_VALUE)
        info->duration = positive((double)reader->format->duration / AV_TIME_BASE);
    info->frames = stream->nb_frames;
    if (!info->frames && info->duration * info->fps < 1e12)
        info->frames = (int64_t)(info->duration * info->fps + 0.5);
    reader->rate = info->fps;
}

/* A hostile file's times must not overflow later sums. */
static int64_t frame_pts(const struct mien_reader *reader)
{
    int64_t pts = reader->frame->best_effort_timestamp;
    return pts > -INT64_MAX / 4 && pts < INT64_MAX / 4 ? pts : AV_NOPTS_VALUE;
}

/* Times count from the container's start, as players show them, so that all streams agree. */
static void find_origin(struct mien_reader *reader)
{
    int64_t first = frame_pts(reader) == AV_NOPTS_VALUE ? 0 : frame_pts(reader);
    reader->origin = first;
    if (reader->format->start_time != AV_NOPTS_VALUE)
        reader->origin =
            av_rescale_q(reader->format->start_time, AV_TIME_BASE_Q, reader->stream->time_base);
    if (reader->origin > first)
        reader->origin = first;
}

static int decode_first(struct mien_reader *reader, struct mien_error *error)
{
    if (!decode(reader)) {
        if (reader->failure)
            return video_error(error, reader->failure, reader->name);
        return refuse(reader, "not one picture in it could be decoded", error);
    }
    if (reader->frame->width > MIEN_PICTURE_SIDE_MAX ||
        reader->frame->height > MIEN_PICTURE_SIDE_MAX)
        return refuse(reader, "its pictures are too large", error);
    reader->ahead = true;
    reader->kind = video_kind_of(reader->frame);
    reader->interlaced = compat_is_interlaced(reader->frame);
    reader->top_first = compat_is_top_first(reader->frame);
    reader->turn = find_turn(reader);
    reader->converter.space = video_space_of(&reader->kind);
    describe(reader);
    find_origin(reader);
    return 0;
}

/* Nobody is to read a password in a message. */
static char *name_of(const char *path)
{
    char name[1024];
    mien_url_without_secrets(strcmp(path, "-") ? path : "standard input", name, sizeof name);
    return strdup(name);
}

static int open_reader(struct mien_reader *reader, const char *path, struct mien_error *error)
{
    reader->name = name_of(path);
    reader->held = av_fifo_alloc2(16, sizeof(AVPacket *), AV_FIFO_FLAG_AUTO_GROW);
    if (reader->stop_fd < 0 || !reader->name || !reader->held)
        return mien_error_set(error, ENOMEM, "%s: no memory to read it", path);
    av_fifo_auto_grow_limit(reader->held, HELD_MAX);
    const AVCodec *codec = NULL;
    int result = 0;
    if (reader->options.sequence_fps > 0)
        result = open_sequence(reader, path, error);
    else if ((result = open_container(reader, path)) < 0)
        result = video_error(error, result, reader->name);
    if (result < 0)
        return result;
    if ((result = choose_stream(reader, &codec, error)) < 0)
        return result;
    if ((result = open_decoder(reader, codec)) < 0)
        return video_error(error, result, reader->name);
    return decode_first(reader, error);
}

/* Puts the way out behind what is wrong. */
static void add_hint(const char *path, int result, struct mien_error *error)
{
    const char *hint = error ? video_hint(path, video_log_last()) : NULL;
    struct mien_error why = {""};
    if (!hint || result == -ENOMEM)
        return;
    snprintf(why.text, sizeof why.text, "%s", error->text);
    mien_error_set(error, -result, "%.300s: %s", why.text, hint);
}

/* Takes over `stop_fd`. */
static int open_any(struct mien_reader **reader, const char *path,
                    const struct mien_reader_options *options, bool live, int stop_fd,
                    struct mien_error *error)
{
    video_log_init();
    struct mien_reader *made = calloc(1, sizeof *made);
    if (!made) {
        close(stop_fd);
        return mien_error_set(error, ENOMEM, "%s: no memory to read it", path);
    }
    made->stop_fd = stop_fd;
    made->live = live;
    if (options)
        made->options = *options;
    made->network = live || (made->options.network && mien_url_is(path));
    int result = open_reader(made, path, error);
    if (result < 0) {
        if (!made->network)
            add_hint(path, result, error);
        mien_reader_close(&made);
    } else
        *reader = made;
    return result;
}

int mien_reader_open(struct mien_reader **reader, const char *path, struct mien_error *error)
{
    return mien_reader_open_with(reader, path, NULL, error);
}

int mien_reader_open_with(struct mien_reader **reader, const char *path,
                          const struct mien_reader_options *options, struct mien_error *error)
{
    return open_any(reader, path, options, false, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), error);
}

int mien_reader_open_until(struct mien_reader **reader, const char *path, int stop_fd,
                           struct mien_error *error)
{
    return open_any(reader, path, NULL, mien_url_is(path), fcntl(stop_fd, F_DUPFD_CLOEXEC, 0),
                    error);
}

void mien_reader_close(struct mien_reader **reader)
{
    struct mien_reader *old = *reader;
    if (!old)
        return;
    drop_held(old);
    jumps_free(&old->jumps);
    selection_free(&old->selection);
    sequence_free(&old->sequence);
    av_fifo_freep2(&old->held);
    avcodec_free_context(&old->codec);
    av_packet_free(&old->packet);
    av_frame_free(&old->frame);
    avformat_close_input(&old->format);
    video_pipe_close(&old->pipe);
    video_converter_clear(&old->converter);
    mien_picture_free(&old->own.color);
    mien_picture_free(&old->own.gray);
    if (old->stop_fd >= 0)
        close(old->stop_fd);
    free(old->name);
    free(old);
    *reader = NULL;
}

/* ---- reading ---- */

/* Frames without a time follow the one before; time never stands still or runs back. */
static int64_t next_time(struct mien_reader *reader)
{
    int64_t pts = frame_pts(reader), step = compat_frame_duration(reader->frame);
    if (reader->number == 0 || reader->sought)
        return pts == AV_NOPTS_VALUE ? reader->origin : pts;
    if ((step < 1 || step > INT32_MAX) && reader->rate > 0)
        step = (int64_t)(1 / (reader->rate * av_q2d(reader->stream->time_base)) + 0.5);
    if (pts == AV_NOPTS_VALUE)
        pts = reader->last + (step > 0 && step < INT32_MAX ? step : 1);
    return pts > reader->last ? pts : reader->last + 1;
}

/* How long after the last frame's time the stream ends; INT64_MAX where the container does not
 * tell, or wrongly. */
static int64_t steps_left(const struct mien_reader *reader)
{
    const AVStream *stream = reader->stream;
    int64_t start = stream->start_time, steps = stream->duration;
    if (reader->jumps.count)
        return INT64_MAX;
    if (start < -INT64_MAX / 4 || start > INT64_MAX / 4 || steps < 0 || steps > INT64_MAX / 4)
        return INT64_MAX;
    int64_t left = start + steps - reader->last;
    return left > 0 ? left : INT64_MAX;
}

/* In seconds; 0 where the container does not tell. The last frame may be cut short. */
static double frame_duration(const struct mien_reader *reader)
{
    int64_t steps = compat_frame_duration(reader->frame), left = steps_left(reader);
    if (steps > left)
        steps = left;
    return steps > 0 && steps < INT32_MAX ? (double)steps * av_q2d(reader->stream->time_base) : 0;
}

/* For errors of parts that do not know which file they work for. */
static int name_file(const struct mien_reader *reader, int result, const struct mien_error *why,
                     struct mien_error *error)
{
    return mien_error_set(error, -result, "%s: %.400s", reader->name, why->text);
}

/* When nobody wants the other streams, the demuxer may skip them. */
static void ignore_other_streams(struct mien_reader *reader)
{
    drop_held(reader);
    reader->alone = true;
    for (unsigned i = 0; i < reader->format->nb_streams; i++)
        if (reader->format->streams[i] != reader->stream)
            reader->format->streams[i]->discard = AVDISCARD_ALL;
}

/* ---- a part of it ---- */

static int check_selection(const struct mien_reader *reader, const struct mien_selection *wanted,
                           struct mien_error *error)
{
    if (wanted->to > 0 && wanted->to <= wanted->from)
        return mien_error_set(error, EINVAL, "%s: nothing lies between %g s and %g s", reader->name,
                              wanted->from, wanted->to);
    if (reader->info.duration > 0 && wanted->from >= reader->info.duration)
        return mien_error_set(error, EINVAL, "%s: it ends at %.2f s, before %g s", reader->name,
                              reader->info.duration, wanted->from);
    return 0;
}

/* Where the input cannot be sought in, or has no index of its key frames, as transport streams, all
 * up to there is decoded and left out. */
static void seek(struct mien_reader *reader, double time)
{
    AVFormatContext *format = reader->format;
    int64_t target = reader->origin + (int64_t)(time / av_q2d(reader->stream->time_base) + 0.5);
    bool seekable = format->pb && format->pb->seekable & AVIO_SEEKABLE_NORMAL;
    if (!seekable || format->iformat->flags & AVFMT_TS_DISCONT ||
        avformat_seek_file(format, reader->stream->index, INT64_MIN, target, target, 0) < 0)
        return;
    avcodec_flush_buffers(reader->codec);
    av_frame_unref(reader->frame);
    drop_held(reader);
    reader->ahead = reader->draining = false;
    reader->sought = true;
}

int mien_reader_select(struct mien_reader *reader, const struct mien_selection *wanted,
                       struct mien_error *error)
{
    int result = check_selection(reader, wanted, error);
    if (result < 0)
        return result;
    reader->selection.wanted = *wanted;
    if (wanted->from > 0)
        seek(reader, wanted->from);
    if (wanted->fps > 0 && (reader->info.fps <= 0 || wanted->fps < reader->info.fps))
        reader->info.fps = wanted->fps;
    else if (wanted->every > 1)
        reader->info.fps /= wanted->every;
    return 0;
}

/* The place of a frame in the recording. After a jump the mean rate tells it, then the packets do,
 * among them those that were not decoded. */
static uint64_t next_number(struct mien_reader *reader, double time)
{
    int64_t pts = frame_pts(reader);
    uint64_t skipped = pts == AV_NOPTS_VALUE ? 0 : selection_skipped(&reader->selection, pts);
    if (!reader->sought)
        return reader->number + skipped;
    reader->sought = false;
    return time > 0 ? (uint64_t)(time * reader->rate + 0.5) : 0;
}

/* Decodes up to the next frame that is wanted, and sets its number and time. Returns 1, or 0 at the
 * end. */
static int find_next(struct mien_reader *reader, struct mien_frame *frame)
{
    bool partial = selection_is_partial(&reader->selection);
    const struct mien_selection *wanted = &reader->selection.wanted;
    while (!reader->complete && (reader->ahead || decode(reader))) {
        reader->ahead = false;
        reader->last = next_time(reader);
        frame->time = seconds_of(reader, reader->last - reader->origin);
        frame->number = partial ? next_number(reader, frame->time) : reader->number;
        reader->number = frame->number + 1;
        reader->complete = wanted->to > 0 && frame->time >= wanted->to - 1e-6;
        if (!partial ||
            (!reader->complete && selection_takes(&reader->selection, frame->number, frame->time)))
            return 1;
        av_frame_unref(reader->frame);
    }
    return 0;
}

int mien_reader_next_into(struct mien_reader *reader, struct mien_frame *frame,
                          struct mien_error *error)
{
    video_log_forget();
    if (reader->number == 0 && !reader->sink.take)
        ignore_other_streams(reader);
    if (!find_next(reader, frame)) {
        int failure = reader->failure;
        reader->failure = 0;
        return failure ? video_error(error, failure, reader->name) : 0;
    }
    bool sparse = reader->selection.wanted.every > 1 || reader->selection.wanted.fps > 0;
    frame->duration = sparse ? 0 : frame_duration(reader);
    frame->captured_ns = 0;
    struct mien_error why = {""};
    if (reader->options.sequence_fps > 0) /* their times count the files */
        sequence_file(&reader->sequence, reader->last - reader->origin, reader->file,
                      sizeof reader->file);
    int result = video_convert(&reader->converter, reader->frame, reader->turn, frame, &why);
    av_frame_unref(reader->frame);
    return result < 0 ? name_file(reader, result, &why, error) : 1;
}

static int make_own(struct mien_reader *reader, struct mien_error *error)
{
    int result = 0, width = reader->info.width, height = reader->info.height;
    struct mien_frame *own = &reader->own;
    if (!own->color.data)
        result = mien_picture_alloc(&own->color, MIEN_BGRX32, width, height, error);
    if (result == 0 && !own->gray.data)
        result = mien_picture_alloc(&own->gray, MIEN_GRAY8, width, height, error);
    return result;
}

int mien_reader_next(struct mien_reader *reader, struct mien_frame *frame, struct mien_error *error)
{
    struct mien_error why = {""};
    struct mien_frame *own = &reader->own;
    int result = make_own(reader, &why);
    if (result < 0)
        return name_file(reader, result, &why, error);
    result = mien_reader_next_into(reader, own, error);
    if (result > 0)
        *frame = *own;
    return result;
}

const char *mien_reader_file(const struct mien_reader *reader)
{
    return *reader->file ? reader->file : NULL;
}

int64_t mien_reader_losses(const struct mien_reader *reader)
{
    return reader->losses;
}

int64_t mien_reader_jumps(const struct mien_reader *reader)
{
    return reader->jumps.count;
}

const struct mien_video_info *mien_reader_info(const struct mien_reader *reader)
{
    return &reader->info;
}

/* ---- for the writer ---- */

const AVFormatContext *reader_format(const struct mien_reader *reader)
{
    return reader->format;
}

const AVStream *reader_stream(const struct mien_reader *reader)
{
    return reader->stream;
}

struct video_kind reader_kind(const struct mien_reader *reader)
{
    return reader->kind;
}

bool reader_is_interlaced(const struct mien_reader *reader, bool *top_first)
{
    *top_first = reader->top_first;
    return reader->interlaced && !reader->turn.transpose && !reader->turn.flip_y;
}

void reader_deinterlace(struct mien_reader *reader)
{
    reader->converter.deinterlace = true;
}

AVRational reader_pixel_aspect(const struct mien_reader *reader)
{
    AVRational aspect = av_guess_sample_aspect_ratio(reader->format, reader->stream, NULL);
    return reader->turn.transpose ? av_inv_q(aspect) : aspect;
}

const struct mien_selection *reader_selection(const struct mien_reader *reader)
{
    return &reader->selection.wanted;
}

int64_t reader_origin(const struct mien_reader *reader)
{
    return reader->origin;
}
