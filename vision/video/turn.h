/* From the picture as it is stored to the one that is shown. */
#ifndef VISION_VIDEO_TURN_H
#define VISION_VIDEO_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "mien/picture.h"

/* Flips are those of the stored picture. */
struct turn {
    bool transpose, flip_x, flip_y;
};

/* That of a display matrix, as FFmpeg has them. */
struct turn turn_of_matrix(const int32_t matrix[9]);

/* That of EXIF's orientation; what is not from 1 to 8 turns nothing. */
struct turn turn_of_exif(int orientation);

/* `to` has the size that is shown, and the kind of `from`. */
void turn_picture(const struct mien_picture *to, const struct mien_picture *from, struct turn turn);

#endif
