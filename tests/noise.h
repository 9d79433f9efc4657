/* Pictures to try the search for faces on that nobody took. */
#ifndef TESTS_NOISE_H
#define TESTS_NOISE_H

#include "mien/picture.h"

/* Cells of `grain` pixels, `strength` levels of gray apart at most, over a slope of `slope` levels
 * a pixel; now and then flat or saturated. */
void noise_fill(struct mien_picture *gray, int grain, double slope, int strength);

#endif
