#include "private.h"

#include <libavcodec/avcodec.h>
#include <libavutil/avstring.h>
#include <string.h>

#include "compat.h"
#include "mien/log.h"
#include "sound.h"
#include "subtitles.h"

/* A picture beside the film: its cover. */
static bool is_cover(const AVStream *stream)
{
    return stream->disposition & AV_DISPOSITION_ATTACHED_PIC;
}

/* Whose words are kept as metadata of the video. */
static bool is_timecode(const AVStream *stream)
{
    return stream->codecpar->codec_tag == MKTAG('t', 'm', 'c', 'd');
}

static bool is_matroska(const AVOutputFormat *format)
{
    return !strcmp(format->name, "matroska");
}

static bool is_mov(const AVOutputFormat *format)
{
    return av_match_name(format->name, "mov,mp4,ipod,3gp,3g2");
}

/* Tracks that a demuxer reads itself, as QuickTime's of chapters, are discarded by it. */
static bool is_wanted(const AVStream *stream, const AVStream *video, enum mien_audio audio)
{
    if (stream == video || stream->discard == AVDISCARD_ALL)
        return false;
    return audio != MIEN_AUDIO_NONE || stream->codecpar->codec_type != AVMEDIA_TYPE_AUDIO;
}

/* Data count by what their tag says, not only by the codec, which is one for all kinds. */
static bool holds_data(const AVOutputFormat *format, const AVCodecParameters *parameters)
{
    if (parameters->codec_id == AV_CODEC_ID_NONE || parameters->codec_id == AV_CODEC_ID_BIN_DATA)
        return parameters->codec_tag && format->codec_tag &&
               av_codec_get_id(format->codec_tag, parameters->codec_tag) == parameters->codec_id &&
               parameters->codec_id != AV_CODEC_ID_NONE;
    return video_holds(format, parameters->codec_id);
}

static bool lists(const AVOutputFormat *format, const AVStream *stream)
{
    const AVCodecParameters *parameters = stream->codecpar;
    if (is_cover(stream))
        return false; /* kept aside, or not at all: a fragmented MP4 would get an empty track */
    if (parameters->codec_type == AVMEDIA_TYPE_ATTACHMENT)
        return is_matroska(format);
    if (parameters->codec_type == AVMEDIA_TYPE_DATA)
        return holds_data(format, parameters);
    return parameters->codec_type != AVMEDIA_TYPE_UNKNOWN &&
           video_holds(format, parameters->codec_id);
}

static bool can_hold(const AVFormatContext *to, const AVStream *stream)
{
    return lists(to->oformat, stream) && (stream->codecpar->codec_type == AVMEDIA_TYPE_ATTACHMENT ||
                                          video_begins_with(to->oformat, to->streams[0], stream));
}

/* Matroska holds a cover as an attached file. */
static int attach_cover(AVFormatContext *to, const AVStream *from)
{
    const AVPacket *picture = &from->attached_pic;
    AVStream *stream = avformat_new_stream(to, NULL);
    uint8_t *data = av_mallocz((size_t)picture->size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!stream || !data) {
        av_free(data);
        return AVERROR(ENOMEM);
    }
    memcpy(data, picture->data, (size_t)picture->size);
    bool png = from->codecpar->codec_id == AV_CODEC_ID_PNG;
    stream->codecpar->codec_type = AVMEDIA_TYPE_ATTACHMENT;
    stream->codecpar->codec_id = from->codecpar->codec_id;
    stream->codecpar->extradata = data;
    stream->codecpar->extradata_size = picture->size;
    av_dict_set(&stream->metadata, "filename", png ? "cover.png" : "cover.jpg", 0);
    av_dict_set(&stream->metadata, "mimetype", png ? "image/png" : "image/jpeg", 0);
    return av_dict_copy(&stream->metadata, from->metadata, 0);
}

int video_copy_stream(AVFormatContext *to, const AVStream *from)
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
    stream->avg_frame_rate = from->avg_frame_rate;
    stream->sample_aspect_ratio = from->sample_aspect_ratio;
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
    if (from->codecpar->codec_id == AV_CODEC_ID_NONE)
        kind = av_get_media_type_string(from->codecpar->codec_type);
    if (route->to < 0) {
        mien_log(MIEN_LOG_WARNING, "%s: stream %d (%s) does not fit into %s and is left out",
                 to->url, from->index, kind ? kind : "unknown", to->oformat->name);
        return true;
    }
    if (!route->text && !route->sound)
        return false;
    bool had_looks = from->codecpar->codec_id == AV_CODEC_ID_ASS;
    mien_log(had_looks ? MIEN_LOG_WARNING : MIEN_LOG_INFO, "%s: stream %d (%s) becomes %s%s",
             to->url, from->index, kind,
             avcodec_get_name(to->streams[route->to]->codecpar->codec_id),
             had_looks ? ": its words are kept, its looks and places are not" : "");
    return had_looks;
}

/* Sound that is to be encoded, or that does not fit as it is; words in another kind. Leaves both
 * NULL where the stream can be copied. Returns 0, AVERROR(ENOSYS) where it can't be taken, or
 * another libav code. */
static int open_conversion(const AVFormatContext *to, const AVStream *from, enum mien_audio audio,
                           struct video_route *route)
{
    bool is_sound = from->codecpar->codec_type == AVMEDIA_TYPE_AUDIO, fits = can_hold(to, from);
    if (fits && !(is_sound && audio == MIEN_AUDIO_ENCODE))
        return 0;
    if (is_sound)
        return audio == MIEN_AUDIO_COPY ? AVERROR(ENOSYS)
                                        : sound_open(&route->sound, from, to->oformat);
    return subtitles_open(&route->text, from, to->oformat);
}

/* Returns 0 too where the stream cannot be taken. */
static int add_stream(AVFormatContext *to, const AVStream *from, enum mien_audio audio,
                      struct video_route *route)
{
    if (open_conversion(to, from, audio, route) < 0)
        return 0;
    route->to = (int)to->nb_streams;
    int result = video_copy_stream(to, from);
    AVStream *made = result < 0 ? NULL : to->streams[route->to];
    if (result >= 0 && route->text)
        result = subtitles_describe(route->text, made->codecpar);
    if (result >= 0 && route->sound) {
        made->time_base = sound_time_base(route->sound);
        result = sound_describe(route->sound, made->codecpar);
    }
    return result;
}

/* What is kept in another place than a stream with packets. */
static bool is_kept_aside(const AVFormatContext *to, const AVStream *stream)
{
    return is_cover(stream)
               ? is_matroska(to->oformat) && stream->attached_pic.size
               : is_timecode(stream) && (is_mov(to->oformat) || is_matroska(to->oformat) ||
                                         !strcmp(to->oformat->name, "mxf"));
}

int video_copy_streams(AVFormatContext *to, const AVFormatContext *from, const AVStream *video,
                       enum mien_audio audio, struct video_route *routes)
{
    int lost = 0;
    for (unsigned i = 0; i < from->nb_streams; i++) {
        const AVStream *stream = from->streams[i];
        routes[i] = (struct video_route){.to = -1, .from_base = stream->time_base};
        if (!is_wanted(stream, video, audio))
            continue;
        bool aside = is_kept_aside(to, stream);
        int result = !aside             ? add_stream(to, stream, audio, &routes[i])
                     : is_cover(stream) ? attach_cover(to, stream)
                                        : 0;
        if (result < 0)
            return result;
        lost += !aside && tell(to, stream, &routes[i]);
    }
    return lost;
}

void video_routes_free(struct video_route **routes, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        subtitles_close(&(*routes)[i].text);
        sound_close(&(*routes)[i].sound);
    }
    av_freep(routes);
}

/* ---- packets ---- */

int video_route_take(struct video_route *route, AVPacket *packet, video_emit *emit, void *user)
{
    if (route->sound)
        return sound_convert(route->sound, packet, emit, user);
    int result = packet && route->text ? subtitles_convert(route->text, packet) : 0;
    if (!packet || result == AVERROR(EAGAIN))
        return 0;
    return result < 0 ? result : emit(user, packet, route->from_base);
}

/* ---- chapters and metadata ---- */

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
    static const char *const kept[] = {"title", "language", "handler_name", "creation_time",
                                       "timecode"};
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
