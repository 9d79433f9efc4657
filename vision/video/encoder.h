/* From pictures to the packets of a video. */
#ifndef VISION_VIDEO_ENCODER_H
#define VISION_VIDEO_ENCODER_H

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>

#include "private.h"

struct video_encoder {
    AVCodecContext *codec;
    AVBSFContext *tagger; /* says what the codec leaves unsaid; NULL: nothing */
    AVFrame *frame;
    struct SwsContext *scaler;  /* made for the first picture that needs one */
    struct video_space space;   /* of pictures in planes */
    struct mien_picture even;   /* the picture with its odd sides made even, where needed */
    bool interlaced, top_first; /* the pictures, and the codec knows of it */
    double duration;            /* of the last picture, in seconds; 0: unknown */
};

/* Starts from zeros. For pictures of `source`, or where it is NULL as the options tell; `name` is
 * for messages. To be closed in any case. Returns 0 or −errno. */
int video_encoder_open(struct video_encoder *encoder, const AVOutputFormat *format,
                       struct mien_reader *source, const struct mien_writer_options *options,
                       const char *name, struct mien_error *error);
void video_encoder_close(struct video_encoder *encoder);

/* What the container has to know of it. Returns 0 or a libav code. */
int video_encoder_describe(const struct video_encoder *encoder, AVStream *stream);

/* Takes a picture; NULL: there are no more. Returns 0 or a libav code. */
int video_encoder_add(struct video_encoder *encoder, const struct mien_frame *frame);

/* The next packet, in the codec's time base. Returns 0, AVERROR(EAGAIN) when it wants more
 * pictures, AVERROR_EOF after the last packet, or a libav code. */
int video_encoder_next(struct video_encoder *encoder, AVPacket *packet);

#endif
