/* Subtitles of words, in the kind that another container takes. */
#ifndef VISION_SUBTITLES_H
#define VISION_SUBTITLES_H

#include <libavformat/avformat.h>

struct subtitles;

/* For the packets of `from` into a container of another kind. Returns 0, AVERROR(ENOSYS) where
 * they are no words or the container takes none, or another libav code. */
int subtitles_open(struct subtitles **text, const AVStream *from, const AVOutputFormat *to);
void subtitles_close(struct subtitles **text);

/* What the container has to know of it. Returns 0 or a libav code. */
int subtitles_describe(const struct subtitles *text, AVCodecParameters *parameters);

/* Puts the words of the packet into the other kind; its times stay. Returns 0, AVERROR(EAGAIN)
 * when it has no words, or another libav code. */
int subtitles_convert(struct subtitles *text, AVPacket *packet);

#endif
