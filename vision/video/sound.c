#include "sound.h"

#include <libavcodec/avcodec.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
#include <libswresample/swresample.h>
#include <stdbool.h>

#include "private.h"

/* Samples of a frame where the codec takes any number; silence that is made up at most. */
enum { ANY_FRAME = 1024, SILENCE_SECONDS_MAX = 60, BITS_A_CHANNEL = 96000 };

struct sound {
    AVCodecContext *from, *to;
    struct SwrContext *resampler;
    AVAudioFifo *waiting; /* samples for the encoder */
    AVFrame *decoded, *resampled, *frame;
    AVPacket *packet;
    int64_t next; /* time of the first sample that waits, in samples; AV_NOPTS_VALUE: none yet */
};

/* ---- the encoder ---- */

/* The container's usual codec, or else one that it takes and FFmpeg writes. */
static const AVCodec *find_encoder(const AVOutputFormat *format)
{
    const enum AVCodecID codecs[] = {format->audio_codec, AV_CODEC_ID_AAC, AV_CODEC_ID_OPUS,
                                     AV_CODEC_ID_VORBIS,  AV_CODEC_ID_MP3, AV_CODEC_ID_AC3,
                                     AV_CODEC_ID_MP2,     AV_CODEC_ID_FLAC};
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++) {
        const AVCodec *codec =
            codecs[i] == AV_CODEC_ID_NONE ? NULL : avcodec_find_encoder(codecs[i]);
        bool fits = i == 0 || video_holds(format, codecs[i]);
        if (codec && fits && !(codec->capabilities & AV_CODEC_CAP_EXPERIMENTAL))
            return codec;
    }
    return NULL;
}

struct sound_kind {
    int rate, channels; /* 0 channels: those of the source */
    enum AVSampleFormat format;
};

static int try_kind(struct sound *sound, const AVCodec *codec, const struct sound_kind *kind,
                    int flags)
{
    AVCodecContext *to = avcodec_alloc_context3(codec);
    if (!to)
        return AVERROR(ENOMEM);
    const AVChannelLayout *source = &sound->from->ch_layout;
    int result = 0;
    if (!kind->channels && source->order != AV_CHANNEL_ORDER_UNSPEC)
        result = av_channel_layout_copy(&to->ch_layout, source);
    else
        av_channel_layout_default(&to->ch_layout,
                                  kind->channels ? kind->channels : source->nb_channels);
    to->sample_rate = kind->rate;
    to->sample_fmt = kind->format;
    to->time_base = (AVRational){1, kind->rate};
    to->bit_rate = (int64_t)BITS_A_CHANNEL * to->ch_layout.nb_channels;
    to->flags |= flags;
    if (result >= 0)
        result = avcodec_open2(to, codec, NULL);
    if (result < 0)
        avcodec_free_context(&to);
    sound->to = to;
    return result;
}

/* Takes the first rate, layout and format that the encoder agrees to: the source's if it can. */
static int open_encoder(struct sound *sound, const AVCodec *codec, int flags)
{
    const int rates[] = {sound->from->sample_rate, 48000, 44100};
    const int channels[] = {0, 2, 1};
    const enum AVSampleFormat formats[] = {AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_S16,
                                           AV_SAMPLE_FMT_S16P, AV_SAMPLE_FMT_S32};
    for (int i = 0; i < 3 * 3 * 5; i++) {
        struct sound_kind kind = {rates[i / 15], channels[i / 5 % 3], formats[i % 5]};
        if (kind.rate > 0 && try_kind(sound, codec, &kind, flags) >= 0)
            return 0;
    }
    return AVERROR(ENOSYS);
}

static int open_decoder(struct sound *sound, const AVStream *from)
{
    const AVCodec *codec = avcodec_find_decoder(from->codecpar->codec_id);
    if (!codec || from->codecpar->codec_type != AVMEDIA_TYPE_AUDIO)
        return AVERROR(ENOSYS);
    sound->from = avcodec_alloc_context3(codec);
    if (!sound->from)
        return AVERROR(ENOMEM);
    int result = avcodec_parameters_to_context(sound->from, from->codecpar);
    sound->from->pkt_timebase = from->time_base;
    return result < 0 ? result : avcodec_open2(sound->from, codec, NULL);
}

static int open_sound(struct sound *sound, const AVStream *from, const AVOutputFormat *to)
{
    const AVCodec *encoder = find_encoder(to);
    if (!encoder)
        return AVERROR(ENOSYS);
    int flags = to->flags & AVFMT_GLOBALHEADER ? AV_CODEC_FLAG_GLOBAL_HEADER : 0;
    int result = open_decoder(sound, from);
    if (result >= 0)
        result = open_encoder(sound, encoder, flags);
    if (result < 0)
        return result;
    sound->waiting =
        av_audio_fifo_alloc(sound->to->sample_fmt, sound->to->ch_layout.nb_channels, ANY_FRAME);
    sound->resampler = swr_alloc();
    sound->decoded = av_frame_alloc();
    sound->resampled = av_frame_alloc();
    sound->frame = av_frame_alloc();
    sound->packet = av_packet_alloc();
    bool complete = sound->waiting && sound->resampler && sound->decoded && sound->resampled &&
                    sound->frame && sound->packet;
    return complete ? 0 : AVERROR(ENOMEM);
}

int sound_open(struct sound **sound, const AVStream *from, const AVOutputFormat *to)
{
    struct sound *made = av_mallocz(sizeof *made);
    if (!made)
        return AVERROR(ENOMEM);
    made->next = AV_NOPTS_VALUE;
    int result = open_sound(made, from, to);
    video_log_forget();
    if (result < 0)
        sound_close(&made);
    else
        *sound = made;
    return result;
}

void sound_close(struct sound **sound)
{
    struct sound *old = *sound;
    if (!old)
        return;
    avcodec_free_context(&old->from);
    avcodec_free_context(&old->to);
    swr_free(&old->resampler);
    if (old->waiting)
        av_audio_fifo_free(old->waiting);
    av_frame_free(&old->decoded);
    av_frame_free(&old->resampled);
    av_frame_free(&old->frame);
    av_packet_free(&old->packet);
    av_freep(sound);
}

int sound_describe(const struct sound *sound, AVCodecParameters *parameters)
{
    return avcodec_parameters_from_context(parameters, sound->to);
}

AVRational sound_time_base(const struct sound *sound)
{
    return sound->to->time_base;
}

/* ---- samples to packets ---- */

static int emit_packets(struct sound *sound, video_emit *emit, void *user)
{
    for (;;) {
        int result = avcodec_receive_packet(sound->to, sound->packet);
        if (result == AVERROR(EAGAIN) || result == AVERROR_EOF)
            return 0;
        if (result < 0)
            return result;
        result = emit(user, sound->packet, sound->to->time_base);
        av_packet_unref(sound->packet);
        if (result < 0)
            return result;
    }
}

static int frame_size(const struct sound *sound)
{
    return sound->to->frame_size > 0 ? sound->to->frame_size : ANY_FRAME;
}

/* An empty frame of the encoder's kind. */
static int make_frame(const struct sound *sound, AVFrame *frame, int samples)
{
    av_frame_unref(frame);
    frame->nb_samples = samples;
    frame->format = sound->to->sample_fmt;
    frame->sample_rate = sound->to->sample_rate;
    int result = av_channel_layout_copy(&frame->ch_layout, &sound->to->ch_layout);
    if (result < 0 || !samples)
        return result;
    result = av_frame_get_buffer(frame, 0);
    if (result >= 0)
        av_samples_set_silence(frame->extended_data, 0, samples, frame->ch_layout.nb_channels,
                               frame->format);
    return result;
}

/* Encodes whole frames; the rest too when `all`. */
static int encode(struct sound *sound, bool all, video_emit *emit, void *user)
{
    int size = frame_size(sound), result = 0;
    while (result >= 0) {
        int ready = av_audio_fifo_size(sound->waiting);
        if (ready < size && !(all && ready > 0))
            return 0;
        if ((result = make_frame(sound, sound->frame, size)) < 0)
            return result;
        result = av_audio_fifo_read(sound->waiting, (void **)sound->frame->extended_data, size);
        if (result < 0)
            return result;
        sound->frame->nb_samples = result;
        sound->frame->pts = sound->next;
        sound->next += result;
        if ((result = avcodec_send_frame(sound->to, sound->frame)) >= 0)
            result = emit_packets(sound, emit, user);
    }
    return result;
}

/* ---- packets to samples ---- */

static int add_silence(struct sound *sound, int64_t samples)
{
    int result = 0;
    while (samples > 0 && result >= 0) {
        int piece = samples < ANY_FRAME ? (int)samples : ANY_FRAME;
        if ((result = make_frame(sound, sound->frame, piece)) >= 0)
            result =
                av_audio_fifo_write(sound->waiting, (void **)sound->frame->extended_data, piece);
        samples -= piece;
    }
    return result;
}

/* The first frame sets the time. Later ones follow each other; where one comes much later than the
 * samples before it end, something is missing. */
static int place(struct sound *sound, const AVFrame *decoded)
{
    int64_t time = decoded->best_effort_timestamp, rate = sound->to->sample_rate;
    if (time == AV_NOPTS_VALUE)
        time = 0;
    else
        time = av_rescale_q(time, sound->from->pkt_timebase, sound->to->time_base);
    if (sound->next == AV_NOPTS_VALUE)
        sound->next = time;
    int64_t gap = time - (sound->next + av_audio_fifo_size(sound->waiting));
    if (decoded->best_effort_timestamp == AV_NOPTS_VALUE || gap < rate / 10)
        return 0;
    if (gap <= rate * SILENCE_SECONDS_MAX)
        return add_silence(sound, gap);
    sound->next += gap;
    return 0;
}

/* Resamples a frame; NULL: what the resampler still has. */
static int take_frame(struct sound *sound, const AVFrame *decoded)
{
    int result = make_frame(sound, sound->resampled, 0);
    if (result >= 0)
        result = swr_convert_frame(sound->resampler, sound->resampled, decoded);
    if (result == AVERROR_INPUT_CHANGED) {
        swr_close(sound->resampler);
        result = swr_convert_frame(sound->resampler, sound->resampled, decoded);
    }
    if (result < 0)
        return result;
    return av_audio_fifo_write(sound->waiting, (void **)sound->resampled->extended_data,
                               sound->resampled->nb_samples);
}

static int take_decoded(struct sound *sound, video_emit *emit, void *user)
{
    for (;;) {
        int result = avcodec_receive_frame(sound->from, sound->decoded);
        if (result == AVERROR(EAGAIN) || result == AVERROR_EOF)
            return 0;
        if (result >= 0 && sound->decoded->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
            av_channel_layout_default(&sound->decoded->ch_layout,
                                      sound->decoded->ch_layout.nb_channels);
        if (result >= 0)
            result = place(sound, sound->decoded);
        if (result >= 0)
            result = take_frame(sound, sound->decoded);
        if (result >= 0)
            result = encode(sound, false, emit, user);
        if (result < 0)
            return result;
    }
}

static int end(struct sound *sound, video_emit *emit, void *user)
{
    int result = swr_is_initialized(sound->resampler) ? take_frame(sound, NULL) : 0;
    if (result >= 0)
        result = encode(sound, true, emit, user);
    if (result >= 0)
        result = avcodec_send_frame(sound->to, NULL);
    return result < 0 ? result : emit_packets(sound, emit, user);
}

int sound_convert(struct sound *sound, const AVPacket *packet, video_emit *emit, void *user)
{
    int result = avcodec_send_packet(sound->from, packet);
    if (result >= 0 || result == AVERROR_EOF)
        result = take_decoded(sound, emit, user);
    return result < 0 || packet ? result : end(sound, emit, user);
}
