/* Interlaced pictures: two fields, taken one after the other, in the even and the odd rows. */
#ifndef VISION_INTERLACE_H
#define VISION_INTERLACE_H

#include <stdbool.h>

#include "mien/picture.h"

/* Keeps the rows of the first field and draws those between them anew, each as the mean of its
 * neighbours: what moves has no combs then. */
void interlace_remove(const struct mien_picture *picture, bool top_first);

#endif
