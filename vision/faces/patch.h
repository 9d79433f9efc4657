/* A square of the picture that may be turned, and what it shows. Private to vision/faces. */
#ifndef FACES_PATCH_H
#define FACES_PATCH_H

#include <stdint.h>

#include "mien/detector.h"
#include "mien/picture.h"

struct patch {
    float x, y, side; /* centre and side, pixels; pixel p covers p…p+1 */
    float tilt;       /* degrees by which it is turned, clockwise */
};

/* The square around a box: its side is the longer one of the box. */
struct patch patch_around(const struct mien_box *box, float tilt);

/* Resamples it to side × side gray bytes at `out`; outside the picture its edge goes on. */
void patch_sample(const struct mien_picture *gray, const struct patch *patch, uint8_t *out,
                  int side);

/* Spreads the brightness of `count` pixels to a mean of 128 and a deviation of 48, so that neither
 * light nor skin makes a difference. */
void patch_normalise(uint8_t *pixels, int count);

/* Fills `view` with the picture turned by `degrees`, clockwise, about its centre, made smaller by
 * `scale`, and mirrored; around it its edges go on. */
void patch_view(const struct mien_picture *gray, float degrees, float scale, int mirrored,
                struct mien_picture *view);

#endif
