/* How well a face can be read. Private to the recogniser. */
#ifndef RECOGNISER_QUALITY_H
#define RECOGNISER_QUALITY_H

#include "mien/faces.h"
#include "mien/tracks.h"

/* Of the face of `track` in a picture, whose crop of `side` × `side` pixels the network sees. */
struct mien_quality quality_of(const struct mien_track *track, const struct mien_picture *gray,
                               const uint8_t *crop, int side);

#endif
