/* From a face's box to the network's input: the same code for camera, video, image and test. */
#ifndef MIEN_CROP_H
#define MIEN_CROP_H

#include <stdint.h>

#include "mien/detector.h"
#include "mien/picture.h"
#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Resamples the square around the centre of `box` (side: the box's longer side) to
 * width × height gray bytes at `out`, rows tightly packed. Each output pixel is the average of
 * the area it covers when the crop shrinks, bilinear when it grows. Parts of the square outside
 * the picture repeat its nearest edge pixel. `gray` must be MIEN_GRAY8. Allocates nothing.
 * Any thread. Returns 0 or -EINVAL (an empty box, or a picture that is not gray). */
MIEN_API int mien_crop(const struct mien_picture *gray, const struct mien_box *box, uint8_t *out,
                       int width, int height);

/* The same of a face that leans by `tilt` degrees, clockwise: where that is 2 or more, and width
 * and height are equal, it is turned upright. */
MIEN_API int mien_crop_upright(const struct mien_picture *gray, const struct mien_box *box,
                               float tilt, uint8_t *out, int width, int height);

#ifdef __cplusplus
}
#endif
#endif
