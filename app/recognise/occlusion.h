/* Where the network looked: how much less sure of a face's label it is when a part of the face is
 * covered (Zeiler & Fergus, "Visualizing and understanding convolutional networks", 2014). */
#ifndef APP_OCCLUSION_H
#define APP_OCCLUSION_H

#include "data/occlusion_map.h"
#include "mien/error.h"
#include "mien/faces.h"
#include "mien/picture.h"
#include "mien/recogniser.h"

struct occlusion;

/* Of the model that the options name. Returns 0 or −errno. */
int occlusion_open(struct occlusion **occlusion, const struct mien_recogniser_options *options,
                   struct mien_error *error);
void occlusion_close(struct occlusion **occlusion);

/* Fills the map of a face in a MIEN_GRAY8 picture. Returns 0 or -EINVAL. */
int occlusion_find(struct occlusion *occlusion, const struct mien_picture *gray,
                   const struct mien_face *face, struct occlusion_map *map);

/* Lays it over the face in a MIEN_BGRX32 picture: red where the patch took from the label, blue
 * where it added to it, the stronger the more. */
void occlusion_draw(const struct occlusion_map *map, const struct mien_face *face,
                    const struct mien_picture *color);

#endif
