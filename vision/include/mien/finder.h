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

/* How to find them. The default comes after the semicolon. */
struct mien_finder_options {
    const char *model;    /* path of the network that decides (models/face.safetensors) */
    const char *cascades; /* folder of OpenCV's cascades; NULL: where the system keeps them */
    const char *cpu;      /* highest kernel level to use; NULL: the best */
    double least;         /* score of a face, 0…1; 0: 0.93 */
    int smallest;         /* side of the smallest face, pixels; 0: 24, in streams at least an
                             eighteenth of the height */
    int largest;          /* of the largest; 0: no limit */
    double full_scan;     /* of streams: seconds in which the whole picture is searched once for
                             upright faces from an eighth of its height on; 0.1, 0: in each
                             picture */
    double thorough_scan; /* likewise for all others; 2.5 */
    int offline;          /* of streams: the pictures wait to be searched, as a file's do: all is
                             looked for in the first, and whatever is due in one long after
                             another; 0: no picture takes long */
};

/* The defaults, to begin with and change. The model is NULL. */
MIEN_API struct mien_finder_options mien_finder_defaults(void);

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

/* Finds faces in the next picture of a stream, of `time` in seconds, at little cost: each known
 * face (mien_tracks_expected_faces) where it was, and new ones in a part of the search in each
 * picture. A face that is `sure` already is kept on less. In the first picture, in one of
 * another size, after a pause or mien_finder_restart the quick search is done as a whole, with
 * `offline` the thorough one too. Tells doubtful ones, too, which are not `sure`: to be covered
 * where faces are covered. Else as mien_finder_find. */
MIEN_API int mien_finder_follow(struct mien_finder *finder, const struct mien_picture *gray,
                                double time, const struct mien_detection *known, size_t known_count,
                                struct mien_detection *detections, size_t capacity,
                                struct mien_error *error);

/* Whether each picture of the stream to come is searched as a whole for upright faces from an
 * eighth of its height on. */
MIEN_API void mien_finder_search_whole(struct mien_finder *finder, int whole);

/* The next picture of the stream is searched like the first. */
MIEN_API void mien_finder_restart(struct mien_finder *finder);

/* Looks for one face about where it is in another picture. Returns 1, with *face as it is here, 0:
 * it is not there, or -EINVAL, -ENOMEM. */
MIEN_API int mien_finder_trace(struct mien_finder *finder, const struct mien_picture *gray,
                               struct mien_detection *face, struct mien_error *error);

#ifdef __cplusplus
}
#endif
#endif
