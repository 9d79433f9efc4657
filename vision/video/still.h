/* One picture of a file. Common JPEG and PNG files are decoded here, without FFmpeg, whose hundred
 * libraries take longer to load than a face to find; all others, and those that are damaged, are
 * left to mien_reader. */
#ifndef VISION_VIDEO_STILL_H
#define VISION_VIDEO_STILL_H

#include <stdbool.h>

#include "mien/error.h"
#include "mien/picture.h"

struct mien_reader;

struct mien_still {
    struct mien_picture color;  /* MIEN_BGRX32; no pixels where it is not wanted */
    struct mien_picture gray;   /* as shown: after rotation */
    bool damaged;               /* some of it could not be decoded */
    struct mien_reader *reader; /* the owner of the pictures; NULL: FFmpeg was not needed */
};

/* `path` may be "-" (standard input). Returns 0, or what mien_reader_open and mien_reader_next
 * return; -EINVAL where there is no picture in it. To be freed where it returns 0 only. */
int mien_still_read(struct mien_still *still, const char *path, bool in_color,
                    struct mien_error *error);
void mien_still_free(struct mien_still *still); /* zeros are fine */

#endif
