/* Subtitles of words, in the kind that another container takes. */
#ifndef VISION_VIDEO_TEXT_H
#define VISION_VIDEO_TEXT_H

#include <libavformat/avformat.h>

struct video_text;

/* For the packets of `from` into a container of another kind. Returns 0, AVERROR(ENOSYS) where
 * they are no words or the container takes none, or another libav code. */
int video_text_open(struct video_text **text, const AVStream *from, const AVOutputFormat *to);
void video_text_close(struct video_text **text);

/* What the container has to know of it. Returns 0 or a libav code. */
int video_text_describe(const struct video_text *text, AVCodecParameters *parameters);

/* Puts the words of the packet into the other kind; its times stay. Returns 0, AVERROR(EAGAIN)
 * when it has no words, or another libav code. */
int video_text_convert(struct video_text *text, AVPacket *packet);

#endif
