/* Whether a picture begins another scene: where a film is cut, no face is that of the picture
 * before. Not lighting, nor a camera or people that move. */
#ifndef MIEN_SCENE_H
#define MIEN_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "mien/picture.h"
#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MIEN_SCENE_SIDE = 32 /* pixels of the small picture */ };

/* The last picture that showed something, made small, and when it was. All zeros before the first.
 * One thread at a time. */
struct mien_scene {
    uint8_t small[MIEN_SCENE_SIDE * MIEN_SCENE_SIDE]; /* row by row */
    double time;                                      /* seconds */
    bool faded;                                       /* a blank picture came after it */
};

/* Takes the picture of `time` (seconds, not decreasing; MIEN_GRAY8). Returns whether it shows
 * something else than the one before, which was at most a quarter of a second earlier: after
 * longer, a camera in a hand may have turned as far. A blank picture is passed over: a camera may
 * have failed; but what comes after one, however late, is compared with what was before. */
MIEN_API bool mien_scene_is_cut(struct mien_scene *scene, const struct mien_picture *gray,
                                double time);

#ifdef __cplusplus
}
#endif
#endif
