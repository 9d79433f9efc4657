#include "subtitles.h"

#include <libavcodec/avcodec.h>
#include <string.h>

enum { TEXT_MAX = 1 << 16 }; /* bytes of one packet */

struct subtitles {
    AVCodecContext *from, *to;
    uint8_t buffer[TEXT_MAX];
};

/* The first of these that the container takes and FFmpeg writes. */
static const AVCodec *find_kind(const AVOutputFormat *format)
{
    static const enum AVCodecID kinds[] = {AV_CODEC_ID_SUBRIP, AV_CODEC_ID_MOV_TEXT,
                                           AV_CODEC_ID_WEBVTT};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (avformat_query_codec(format, kinds[i], FF_COMPLIANCE_NORMAL) == 1 &&
            avcodec_find_encoder(kinds[i]))
            return avcodec_find_encoder(kinds[i]);
    return NULL;
}

static int open_decoder(struct subtitles *text, const AVCodec *codec, const AVStream *from)
{
    text->from = avcodec_alloc_context3(codec);
    if (!text->from)
        return AVERROR(ENOMEM);
    int result = avcodec_parameters_to_context(text->from, from->codecpar);
    text->from->pkt_timebase = from->time_base;
    return result < 0 ? result : avcodec_open2(text->from, codec, NULL);
}

/* Between decoder and encoder all words are ASS, of which the header tells the looks. */
static int open_encoder(struct subtitles *text, const AVCodec *codec)
{
    int size = text->from->subtitle_header_size;
    text->to = avcodec_alloc_context3(codec);
    if (!text->to || !(text->to->subtitle_header = av_mallocz((size_t)size + 1)))
        return AVERROR(ENOMEM);
    if (size)
        memcpy(text->to->subtitle_header, text->from->subtitle_header, (size_t)size);
    text->to->subtitle_header_size = size;
    text->to->time_base = AV_TIME_BASE_Q;
    return avcodec_open2(text->to, codec, NULL);
}

int subtitles_open(struct subtitles **text, const AVStream *from, const AVOutputFormat *to)
{
    const AVCodecDescriptor *words = avcodec_descriptor_get(from->codecpar->codec_id);
    const AVCodec *decoder = avcodec_find_decoder(from->codecpar->codec_id);
    const AVCodec *encoder = find_kind(to);
    if (!words || !(words->props & AV_CODEC_PROP_TEXT_SUB) || !decoder || !encoder)
        return AVERROR(ENOSYS);
    struct subtitles *made = av_mallocz(sizeof *made);
    if (!made)
        return AVERROR(ENOMEM);
    int result = open_decoder(made, decoder, from);
    if (result >= 0)
        result = open_encoder(made, encoder);
    if (result < 0)
        subtitles_close(&made);
    else
        *text = made;
    return result;
}

void subtitles_close(struct subtitles **text)
{
    if (!*text)
        return;
    avcodec_free_context(&(*text)->from);
    avcodec_free_context(&(*text)->to);
    av_freep(text);
}

int subtitles_describe(const struct subtitles *text, AVCodecParameters *parameters)
{
    return avcodec_parameters_from_context(parameters, text->to);
}

static int replace(AVPacket *packet, const uint8_t *data, int size)
{
    AVBufferRef *buffer = av_buffer_allocz((size_t)size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!buffer)
        return AVERROR(ENOMEM);
    memcpy(buffer->data, data, (size_t)size);
    av_buffer_unref(&packet->buf);
    packet->buf = buffer;
    packet->data = buffer->data;
    packet->size = size;
    return 0;
}

int subtitles_convert(struct subtitles *text, AVPacket *packet)
{
    AVSubtitle words = {0};
    int got = 0, size = 0;
    int result = avcodec_decode_subtitle2(text->from, &words, &got, packet);
    words.start_display_time = 0; /* the encoders take no other */
    if (result >= 0 && got && words.num_rects)
        result = size = avcodec_encode_subtitle(text->to, text->buffer, TEXT_MAX, &words);
    if (got)
        avsubtitle_free(&words);
    if (result < 0)
        return result;
    return size > 0 ? replace(packet, text->buffer, size) : AVERROR(EAGAIN);
}
