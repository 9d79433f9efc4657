#include "video_private.h"

#include <libavcodec/avcodec.h>
#include <string.h>

#include "mien/log.h"

static bool is_wanted(const AVStream *stream)
{
    enum AVMediaType type = stream->codecpar->codec_type;
    return type == AVMEDIA_TYPE_AUDIO || type == AVMEDIA_TYPE_SUBTITLE ||
           type == AVMEDIA_TYPE_ATTACHMENT;
}

static bool can_hold(const AVOutputFormat *format, const AVCodecParameters *parameters)
{
    if (parameters->codec_type == AVMEDIA_TYPE_ATTACHMENT)
        return !strcmp(format->name, "matroska");
    return avformat_query_codec(format, parameters->codec_id, FF_COMPLIANCE_NORMAL) == 1;
}

static int copy_side_data(AVStream *to, const AVStream *from)
{
    for (int i = 0; i < from->nb_side_data; i++) {
        const AVPacketSideData *side = &from->side_data[i];
        uint8_t *data = av_stream_new_side_data(to, side->type, side->size);
        if (!data)
            return AVERROR(ENOMEM);
        memcpy(data, side->data, side->size);
    }
    return 0;
}

static int copy_stream(AVFormatContext *to, const AVStream *from)
{
    AVStream *stream = avformat_new_stream(to, NULL);
    if (!stream)
        return AVERROR(ENOMEM);
    int result = avcodec_parameters_copy(stream->codecpar, from->codecpar);
    if (result < 0)
        return result;
    /* A tag of another kind of container is meaningless; the muxer finds its own. */
    if (!to->oformat->codec_tag ||
        av_codec_get_id(to->oformat->codec_tag, from->codecpar->codec_tag) !=
            from->codecpar->codec_id)
        stream->codecpar->codec_tag = 0;
    stream->time_base = from->time_base;
    stream->disposition = from->disposition;
    stream->id = from->id;
    if ((result = av_dict_copy(&stream->metadata, from->metadata, 0)) < 0)
        return result;
    return copy_side_data(stream, from);
}

int video_copy_streams(AVFormatContext *to, const AVFormatContext *from, struct video_route *routes)
{
    int left_out = 0;
    for (unsigned i = 0; i < from->nb_streams; i++) {
        const AVStream *stream = from->streams[i];
        routes[i] = (struct video_route){-1, stream->time_base};
        if (!is_wanted(stream))
            continue;
        if (!can_hold(to->oformat, stream->codecpar)) {
            mien_log(MIEN_LOG_WARNING, "%s: stream %u (%s) does not fit into %s and is left out",
                     to->url, i, avcodec_get_name(stream->codecpar->codec_id), to->oformat->name);
            left_out++;
            continue;
        }
        routes[i].to = (int)to->nb_streams;
        int result = copy_stream(to, stream);
        if (result < 0)
            return result;
    }
    return left_out;
}

static int copy_chapter(AVFormatContext *to, const AVChapter *from, int64_t origin)
{
    AVChapter *chapter = av_mallocz(sizeof *chapter);
    if (!chapter)
        return AVERROR(ENOMEM);
    int64_t shift = av_rescale_q(origin, AV_TIME_BASE_Q, from->time_base);
    chapter->id = from->id;
    chapter->time_base = from->time_base;
    chapter->start = from->start > shift ? from->start - shift : 0;
    chapter->end = from->end > shift ? from->end - shift : 0;
    int result = av_dynarray_add_nofree(&to->chapters, (int *)&to->nb_chapters, chapter);
    if (result < 0) {
        av_free(chapter);
        return result;
    }
    return av_dict_copy(&chapter->metadata, from->metadata, 0);
}

int video_copy_metadata(AVFormatContext *to, const AVFormatContext *from, AVStream *to_video,
                        const AVStream *from_video, int64_t origin)
{
    /* These describe the old container, not the film. */
    static const char *const stale[] = {"major_brand", "minor_version", "compatible_brands",
                                        "encoder"};
    static const char *const kept[] = {"title", "language", "handler_name", "creation_time"};
    int result = av_dict_copy(&to->metadata, from->metadata, 0);
    for (size_t i = 0; i < sizeof stale / sizeof *stale && result >= 0; i++)
        result = av_dict_set(&to->metadata, stale[i], NULL, 0);
    for (size_t i = 0; i < sizeof kept / sizeof *kept && result >= 0; i++) {
        const AVDictionaryEntry *entry = av_dict_get(from_video->metadata, kept[i], NULL, 0);
        if (entry)
            result = av_dict_set(&to_video->metadata, kept[i], entry->value, 0);
    }
    for (unsigned i = 0; i < from->nb_chapters && result >= 0; i++)
        result = copy_chapter(to, from->chapters[i], origin);
    return result;
}
