/* Finds faces in a picture thoroughly: Haar cascades propose, a small network decides and sets each
 * box right. Upright, tilted by up to 45 degrees, turned away, small, dark, cut off by the edge. */
#ifndef MIEN_FINDER_H
#define MIEN_FINDER_H

#include <stddef.h>

#include "mien/detector.h"
#include "mien/error.h"
#include "mien/picture.h"
#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mien_finder; /* one thread at a time */

/* A face found. */
struct mien_detection {
    struct mien_box box; /* inside the picture, pixels */
    float tilt;          /* degrees by which the face leans, clockwise; 0: upright */
    float score;         /* how surely it is a face, 0…1 */
};

/* How to find them. */
struct mien_finder_options {
    const char *model;    /* path of the network that decides (models/face.safetensors) */
    const char *cascades; /* folder of OpenCV's cascades; NULL: where the system keeps them */
    const char *cpu;      /* highest kernel level to use; NULL: the best */
    double least;         /* score of a face, 0…1; 0: 0.93 */
    int smallest;         /* side of the smallest face, pixels; 0: 24 */
    int largest;          /* of the largest; 0: no limit */
};

/* *finder is untouched on failure. Returns 0, -ENOENT (no cascade or model file), -EINVAL, -ENOMEM
 * or what mien_model_open returns. */
MIEN_API int mien_finder_create(struct mien_finder **finder,
                                const struct mien_finder_options *options,
                                struct mien_error *error);
/* Frees and sets NULL; NULL is fine. */
MIEN_API void mien_finder_destroy(struct mien_finder **finder);

/* Finds faces in a gray picture, largest first. Writes at most `capacity` (the surest ones) and
 * returns how many there are, which may be more; or -EINVAL (not gray), -ENOMEM. */
MIEN_API int mien_finder_find(struct mien_finder *finder, const struct mien_picture *gray,
                              struct mien_detection *detections, size_t capacity,
                              struct mien_error *error);

#ifdef __cplusplus
}
#endif
#endif
