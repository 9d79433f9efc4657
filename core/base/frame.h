/* One picture of a stream: in colour for people, in gray for the recogniser. */
#ifndef MIEN_FRAME_H
#define MIEN_FRAME_H

#include <stdint.h>

#include "mien/picture.h"

struct mien_frame {
    struct mien_picture color; /* MIEN_BGRX32; MIEN_YUV420 where a recording is written again */
    struct mien_picture gray;  /* MIEN_GRAY8, full range, same size */
    uint64_t number;           /* 0, 1, 2, … in the order of the source */
    double time;               /* seconds since the stream began (presentation time) */
    double duration;           /* seconds; 0: until the next, or unknown */
    int64_t captured_ns;       /* CLOCK_MONOTONIC of the capture; 0 for recordings */
    int slot;                  /* of the frame pool that it is from, if it is from one */
};

#endif
