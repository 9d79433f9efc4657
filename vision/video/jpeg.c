#include "private.h"

enum { START_OF_SCAN = 0xda, END_OF_IMAGE = 0xd9, RESTART_FIRST = 0xd0, RESTART_LAST = 0xd7 };

/* Skips the compressed data of a scan; returns the place of the marker that ends it, or `size`. */
static size_t skip_scan(const uint8_t *data, size_t size, size_t at)
{
    for (; at + 1 < size; at++) {
        uint8_t marker = data[at + 1];
        bool within = marker == 0 || (marker >= RESTART_FIRST && marker <= RESTART_LAST);
        if (data[at] == 0xff && marker != 0xff && !within)
            return at;
    }
    return size;
}

bool video_jpeg_is_whole(const uint8_t *data, size_t size)
{
    size_t at = 2; /* behind the start of the image */
    while (at + 3 < size) {
        if (data[at] != 0xff)
            return true; /* no JPEG as we know it: the decoder is to judge */
        uint8_t marker = data[at + 1];
        if (marker == END_OF_IMAGE)
            return true;
        if (marker == 0xff) { /* filling */
            at++;
            continue;
        }
        at += 2 + (size_t)(data[at + 2] << 8 | data[at + 3]);
        if (marker == START_OF_SCAN)
            at = skip_scan(data, size, at);
    }
    return at + 1 < size && data[at] == 0xff && data[at + 1] == END_OF_IMAGE;
}
