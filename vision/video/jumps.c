#include "jumps.h"

#include <libavutil/avutil.h>
#include <stdbool.h>

/* Microseconds. More than this ahead of what was expected is a jump, and so is a step back. */
static const int64_t AHEAD_MAX = 10 * AV_TIME_BASE, BACK_MAX = AV_TIME_BASE / 10;
static const int64_t TIME_MAX = INT64_MAX / 8;

struct jumps_stream {
    bool begun;
    int64_t offset; /* microseconds to add */
    int64_t jumps;  /* how many of all jumps it has taken part in */
    int64_t last;   /* decoding time of the last packet, mended, and where that packet ends */
    int64_t next;
};

static struct jumps_stream *stream_of(struct jumps *jumps, unsigned index)
{
    unsigned count = index + 1;
    if (index < jumps->stream_count)
        return &jumps->streams[index];
    struct jumps_stream *streams = av_realloc_array(jumps->streams, count, sizeof *streams);
    if (!streams)
        return NULL;
    jumps->streams = streams;
    for (; jumps->stream_count < count; jumps->stream_count++)
        streams[jumps->stream_count] =
            (struct jumps_stream){.offset = jumps->offset, .jumps = jumps->count};
    return &streams[index];
}

static bool follows(const struct jumps_stream *stream, int64_t time)
{
    return time - stream->next <= AHEAD_MAX && stream->last - time <= BACK_MAX;
}

/* All streams jump at the same place in the file, though not in the same packet: those that come to
 * it later take over the shift of the first. */
static void jump(struct jumps *jumps, struct jumps_stream *stream, int64_t raw)
{
    if (stream->jumps == jumps->count || !follows(stream, raw + jumps->offset)) {
        jumps->offset = stream->next - raw;
        jumps->count++;
    }
    stream->offset = jumps->offset;
    stream->jumps = jumps->count;
}

static int64_t duration_of(const AVPacket *packet, const AVStream *stream)
{
    AVRational rate = stream->avg_frame_rate;
    if (packet->duration > 0 && packet->duration < INT32_MAX)
        return av_rescale_q(packet->duration, stream->time_base, AV_TIME_BASE_Q);
    return rate.num > 0 && rate.den > 0 ? av_rescale_q(1, av_inv_q(rate), AV_TIME_BASE_Q) : 0;
}

static void watch(struct jumps *jumps, struct jumps_stream *stream, const AVPacket *packet,
                  const AVStream *of)
{
    int64_t raw = av_rescale_q(packet->dts, of->time_base, AV_TIME_BASE_Q);
    if (raw < -TIME_MAX || raw > TIME_MAX)
        return;
    if (stream->begun && !follows(stream, raw + stream->offset))
        jump(jumps, stream, raw);
    stream->begun = true;
    stream->last = raw + stream->offset;
    stream->next = stream->last + duration_of(packet, of);
}

/* Sound and pictures come all the time; from the times of others nothing can be told. */
static bool is_steady(const AVStream *stream)
{
    enum AVMediaType type = stream->codecpar->codec_type;
    return (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO) &&
           !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC);
}

int jumps_mend(struct jumps *jumps, const AVFormatContext *format, AVPacket *packet)
{
    if (!(format->iformat->flags & AVFMT_TS_DISCONT))
        return 0;
    const AVStream *of = format->streams[packet->stream_index];
    struct jumps_stream *stream = stream_of(jumps, (unsigned)packet->stream_index);
    if (!stream)
        return AVERROR(ENOMEM);
    if (!is_steady(of))
        stream->offset = jumps->offset;
    else if (packet->dts != AV_NOPTS_VALUE)
        watch(jumps, stream, packet, of);
    int64_t shift = av_rescale_q(stream->offset, AV_TIME_BASE_Q, of->time_base);
    if (packet->pts != AV_NOPTS_VALUE)
        packet->pts += shift;
    if (packet->dts != AV_NOPTS_VALUE)
        packet->dts += shift;
    return 0;
}

void jumps_free(struct jumps *jumps)
{
    av_freep(&jumps->streams);
    jumps->stream_count = 0;
}
