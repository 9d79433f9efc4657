/* Decoding on a GPU, where there is one. */
#ifndef VISION_HARDWARE_H
#define VISION_HARDWARE_H

#include <libavcodec/avcodec.h>
#include <stdbool.h>

/* Before the decoder is opened: lets it decode on a device of this kind ("vaapi", "cuda", …;
 * "auto": any). Returns whether there is one; without it the decoder works on the CPU, and *why
 * says what is missing. */
bool hardware_use(AVCodecContext *codec, const char *kind, const char **why);

/* Brings a decoded frame that lies on the device into memory; leaves others alone. Returns 0 or a
 * libav code. */
int hardware_fetch(AVFrame *frame);

#endif
