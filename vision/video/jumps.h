/* Jumps in the times of a transport stream, as where two were joined or a clock wrapped: mended so
 * that all of it follows on, as players and ffmpeg do. */
#ifndef VISION_JUMPS_H
#define VISION_JUMPS_H

#include <libavformat/avformat.h>

/* Zeros are a start. */
struct jumps {
    _Atomic int64_t count; /* mended so far; any thread may read it */
    int64_t offset;        /* microseconds to add after the latest jump */
    struct jumps_stream *streams;
    unsigned stream_count;
};

/* Shifts the packet's times. Only formats whose clock may jump are touched. Returns 0 or a libav
 * code. */
int jumps_mend(struct jumps *jumps, const AVFormatContext *format, AVPacket *packet);
void jumps_free(struct jumps *jumps);

#endif
