/* The kinds of picture files that are decoded without FFmpeg. Private to still*.c. */
#ifndef VISION_VIDEO_STILL_KINDS_H
#define VISION_VIDEO_STILL_KINDS_H

#include <stddef.h>
#include <stdint.h>

#include "still.h"

/* Each decodes `data` into pictures of its own and returns true; or it returns false, having
 * allocated nothing, where this is another kind of file, an unusual one or a damaged one. */
bool still_jpeg(struct mien_still *still, const uint8_t *data, size_t size, bool in_color);
bool still_png(struct mien_still *still, const uint8_t *data, size_t size, bool in_color);

/* EXIF's orientation (1 to 8) of a JPEG; 0: none. -1 where its colours are not those of JPEG. */
int still_orientation(const uint8_t *data, size_t size);

#endif
