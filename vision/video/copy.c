#include "private.h"

#include <libavcodec/avcodec.h>
#include <string.h>

#include "compat.h"
#include "mien/log.h"
#include "subtitles.h"

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
    return video_holds(format, parameters->codec_id);
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
    return compat_copy_side_data(stream, from);
}

/* What becomes of a stream, in words. Returns whether something of it is lost. */
static bool tell(const AVFormatContext *to, const AVStream *from, const struct video_route *route)
{
    const char *kind = avcodec_get_name(from->codecpar->codec_id);
    if (route->to < 0) {
        mien_log(MIEN_LOG_WARNING, "%s: stream %d (%s) does not fit into %s and is left out",
                 to->url, from->index, kind, to->oformat->name);
        return true;
    }
    if (!route->text)
        return false;
    bool had_looks = from->codecpar->codec_id == AV_CODEC_ID_ASS;
    mien_log(had_looks ? MIEN_LOG_WARNING : MIEN_LOG_INFO, "%s: stream %d (%s) becomes %s%s",
             to->url, from->index, kind,
             avcodec_get_name(to->streams[route->to]->codecpar->codec_id),
             had_looks ? ": its words are kept, its looks and places are not" : "");
    return had_looks;
}

/* Returns 0 too where the stream cannot be taken. */
static int add_stream(AVFormatContext *to, const AVStream *from, struct video_route *route)
{
    if (!can_hold(to->oformat, from->codecpar) &&
        subtitles_open(&route->text, from, to->oformat) < 0)
        return 0;
    route->to = (int)to->nb_streams;
    int result = copy_stream(to, from);
    if (result < 0 || !route->text)
        return result;
    return subtitles_describe(route->text, to->streams[route->to]->codecpar);
}

int video_copy_streams(AVFormatContext *to, const AVFormatContext *from, struct video_route *routes)
{
    int lost = 0;
    for (unsigned i = 0; i < from->nb_streams; i++) {
        const AVStream *stream = from->streams[i];
        routes[i] = (struct video_route){.to = -1, .from_base = stream->time_base};
        if (!is_wanted(stream))
            continue;
        int result = add_stream(to, stream, &routes[i]);
        if (result < 0)
            return result;
        lost += tell(to, stream, &routes[i]);
    }
    return lost;
}

void video_routes_free(struct video_route **routes, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        subtitles_close(&(*routes)[i].text);
    av_freep(routes);
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
