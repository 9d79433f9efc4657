/* Sound, encoded anew for a container that cannot hold it as it is. */
#ifndef VISION_SOUND_H
#define VISION_SOUND_H

#include <libavformat/avformat.h>

#include "private.h"

struct sound;

/* For the packets of `from`, with the container's usual codec. Returns 0, AVERROR(ENOSYS) where it
 * is no sound, or this FFmpeg can't decode it or has no encoder that the container takes, or
 * another libav code. */
int sound_open(struct sound **sound, const AVStream *from, const AVOutputFormat *to);
void sound_close(struct sound **sound);

/* What the container has to know of it. Returns 0 or a libav code. */
int sound_describe(const struct sound *sound, AVCodecParameters *parameters);
AVRational sound_time_base(const struct sound *sound);

/* Decodes a packet, whose times count in the source's time base (NULL: there are no more), and
 * emits what is ready. A gap in the times becomes silence. Returns 0 or a libav code. */
int sound_convert(struct sound *sound, const AVPacket *packet, video_emit *emit, void *user);

#endif
