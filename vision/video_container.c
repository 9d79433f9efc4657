#include "video_private.h"

#include <libavcodec/avcodec.h>
#include <string.h>

enum { CODECS_MAX = 16 };

#define PROGRAM_STREAM                                                                             \
    {                                                                                              \
        AV_CODEC_ID_MP2, AV_CODEC_ID_MP3, AV_CODEC_ID_AC3, AV_CODEC_ID_DTS, AV_CODEC_ID_PCM_S16BE, \
            AV_CODEC_ID_PCM_DVD, AV_CODEC_ID_DVD_SUBTITLE                                          \
    }
#define OGG                                                                                        \
    {                                                                                              \
        AV_CODEC_ID_VORBIS, AV_CODEC_ID_OPUS, AV_CODEC_ID_FLAC, AV_CODEC_ID_SPEEX                  \
    }

/* Of these FFmpeg says only which codec is the usual one: H.264, sound and subtitles beside it. */
static const struct {
    const char *format;
    enum AVCodecID codecs[CODECS_MAX];
} holds[] = {
    {"mpegts",
     {AV_CODEC_ID_H264, AV_CODEC_ID_AAC, AV_CODEC_ID_AAC_LATM, AV_CODEC_ID_MP3, AV_CODEC_ID_AC3,
      AV_CODEC_ID_EAC3, AV_CODEC_ID_DTS, AV_CODEC_ID_TRUEHD, AV_CODEC_ID_OPUS, AV_CODEC_ID_S302M,
      AV_CODEC_ID_DVB_SUBTITLE, AV_CODEC_ID_DVB_TELETEXT}},
    {"mpeg", PROGRAM_STREAM},
    {"vcd", PROGRAM_STREAM},
    {"svcd", PROGRAM_STREAM},
    {"vob", PROGRAM_STREAM},
    {"dvd", PROGRAM_STREAM},
    {"mxf", {AV_CODEC_ID_PCM_S24LE}},
    {"ogg", OGG},
    {"ogv", OGG},
};

bool video_holds(const AVOutputFormat *format, enum AVCodecID codec)
{
    int answer = avformat_query_codec(format, codec, FF_COMPLIANCE_NORMAL);
    if (answer >= 0)
        return answer == 1;
    for (size_t i = 0; i < sizeof holds / sizeof *holds; i++)
        for (int j = 0; !strcmp(format->name, holds[i].format) && j < CODECS_MAX; j++)
            if (codec != AV_CODEC_ID_NONE && holds[i].codecs[j] == codec)
                return true;
    return false;
}
