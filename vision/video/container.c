#include "private.h"

#include <libavcodec/avcodec.h>
#include <libavutil/avstring.h>
#include <string.h>

enum { CODECS_MAX = 16 };

/* Of these FFmpeg says only which codec is the usual one: H.264, sound and subtitles beside it. */
static const struct {
    const char *formats;
    enum AVCodecID codecs[CODECS_MAX];
} holds[] = {
    {"mpegts",
     {AV_CODEC_ID_H264, AV_CODEC_ID_AAC, AV_CODEC_ID_AAC_LATM, AV_CODEC_ID_MP3, AV_CODEC_ID_AC3,
      AV_CODEC_ID_EAC3, AV_CODEC_ID_DTS, AV_CODEC_ID_TRUEHD, AV_CODEC_ID_OPUS, AV_CODEC_ID_S302M,
      AV_CODEC_ID_DVB_SUBTITLE, AV_CODEC_ID_DVB_TELETEXT}},
    {"mpeg,vcd,svcd,vob,dvd",
     {AV_CODEC_ID_MP2, AV_CODEC_ID_MP3, AV_CODEC_ID_AC3, AV_CODEC_ID_DTS, AV_CODEC_ID_PCM_S16BE,
      AV_CODEC_ID_PCM_DVD, AV_CODEC_ID_DVD_SUBTITLE}},
    {"mxf", {AV_CODEC_ID_PCM_S24LE}},
    {"ogg,ogv", {AV_CODEC_ID_VORBIS, AV_CODEC_ID_OPUS, AV_CODEC_ID_FLAC, AV_CODEC_ID_SPEEX}},
};

static bool is_among(enum AVCodecID codec, const enum AVCodecID codecs[CODECS_MAX])
{
    for (int i = 0; i < CODECS_MAX && codecs[i] != AV_CODEC_ID_NONE; i++)
        if (codecs[i] == codec)
            return true;
    return false;
}

bool video_holds(const AVOutputFormat *format, enum AVCodecID codec)
{
    if (codec == AV_CODEC_ID_VORBIS && !strcmp(format->name, "avi"))
        return false; /* it has a number for it, but nothing plays what is written */
    int answer = avformat_query_codec(format, codec, FF_COMPLIANCE_NORMAL);
    if (answer >= 0)
        return answer == 1;
    for (size_t i = 0; i < sizeof holds / sizeof *holds; i++)
        if (av_match_name(format->name, holds[i].formats))
            return is_among(codec, holds[i].codecs);
    return false;
}

void video_set_container_options(AVDictionary **options)
{
    av_dict_set(options, "movflags", "frag_keyframe+delay_moov+default_base_moof", 0);
    av_dict_set(options, "frag_duration", "1000000", 0);
    av_dict_set(options, "cluster_time_limit", "1000", 0);
}

static int add_like(AVFormatContext *to, const AVStream *from)
{
    AVStream *stream = avformat_new_stream(to, NULL);
    int result =
        stream ? avcodec_parameters_copy(stream->codecpar, from->codecpar) : AVERROR(ENOMEM);
    if (result < 0)
        return result;
    stream->codecpar->codec_tag = 0;
    stream->time_base = from->time_base;
    stream->avg_frame_rate = from->avg_frame_rate;
    stream->disposition = from->disposition;
    return 0;
}

static int begin_trial(AVFormatContext *trial, const AVStream *video, const AVStream *stream)
{
    AVDictionary *options = NULL;
    uint8_t *written = NULL;
    int result = avio_open_dyn_buf(&trial->pb);
    if (result < 0)
        return result;
    video_set_container_options(&options);
    if ((result = add_like(trial, video)) >= 0 && (result = add_like(trial, stream)) >= 0)
        result = avformat_write_header(trial, &options);
    av_dict_free(&options);
    avio_close_dyn_buf(trial->pb, &written);
    trial->pb = NULL;
    av_free(written);
    return result;
}

bool video_begins_with(const AVOutputFormat *format, const AVStream *video, const AVStream *stream)
{
    AVFormatContext *trial = NULL;
    if (avformat_alloc_output_context2(&trial, format, NULL, NULL) < 0)
        return true;
    int result = begin_trial(trial, video, stream);
    avformat_free_context(trial);
    video_log_forget();
    return result >= 0;
}
