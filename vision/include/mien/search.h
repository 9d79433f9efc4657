/* Faces of a stream at little cost: each picture is searched near the faces already known, and
 * the whole of it goes round, a part in each picture.
 * Deterministic: what is searched depends on the times and known faces alone. */
#ifndef MIEN_SEARCH_H
#define MIEN_SEARCH_H

#include <stddef.h>

#include "mien/detector.h"
#include "mien/error.h"
#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mien_search; /* one thread at a time; allocates nothing after create */

/* `detector` must outlive the search. `full_scan`: seconds in which the search goes round, so the
 * longest that a new face goes unseen, above 0. Returns 0, -EINVAL (another `full_scan`) or
 * -ENOMEM. */
MIEN_API int mien_search_create(struct mien_search **search, struct mien_detector *detector,
                                double full_scan, struct mien_error *error);
/* Frees and sets NULL; NULL is fine. */
MIEN_API void mien_search_destroy(struct mien_search **search);

/* The next picture is searched as a whole. */
MIEN_API void mien_search_restart(struct mien_search *search);

/* Finds faces in the picture of `time` (seconds). `known` are the places where faces are expected
 * (mien_tracks_expected). The first picture, one of another size, one after mien_search_restart,
 * and one where the known faces would cost more than everything, are searched as a whole. Each face
 * is told once.
 * Returns how many boxes were written or what mien_detector_find_in returns on failure. */
MIEN_API int mien_search_find(struct mien_search *search, const struct mien_picture *gray,
                              double time, const struct mien_box *known, size_t known_count,
                              struct mien_box *boxes, size_t capacity, struct mien_error *error);

#ifdef __cplusplus
}
#endif
#endif
