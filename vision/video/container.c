#include "private.h"

#include <libavcodec/avcodec.h>
#include <libavutil/avstring.h>

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
    int answer = avformat_query_codec(format, codec, FF_COMPLIANCE_NORMAL);
    if (answer >= 0)
        return answer == 1;
    for (size_t i = 0; i < sizeof holds / sizeof *holds; i++)
        if (av_match_name(format->name, holds[i].formats))
            return is_among(codec, holds[i].codecs);
    return false;
}
