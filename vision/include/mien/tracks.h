/* Faces over time: stable ids, smoothed boxes, short misses filled, flashes suppressed.
 * Deterministic: the same boxes and times give the same tracks. */
#ifndef MIEN_TRACKS_H
#define MIEN_TRACKS_H

#include <stddef.h>
#include <stdint.h>

#include "mien/detector.h"
#include "mien/error.h"
#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MIEN_TRACKS_MAX = 512 /* faces at once */ };

/* A face over time. */
struct mien_track {
    uint32_t id;         /* 1, 2, … never used again in this run */
    struct mien_box box; /* smoothed, pixels */
    double first;        /* seconds: when it was first detected */
    double last;         /* and when last */
    int hits;            /* detections so far */
    float tilt;          /* degrees by which the face leans, clockwise; 0: not known */
    float score;         /* how surely it is a face, 0…1; 0: not known */
    int slot;            /* 0…MIEN_TRACKS_MAX-1, fixed for the track's life: room for the
                            caller's own state */
};

/* The default comes after the semicolon. */
struct mien_tracks_options {
    double overlap;   /* least intersection over union of one face in two frames, above 0; 0.3 */
    double max_age;   /* seconds a face is kept without a detection, above 0; 0.5 */
    int min_hits;     /* detections before a face is shown; 2 */
    double smoothing; /* time constant of the box smoothing, seconds; 0.08, 0: none */
    double speed_smoothing;  /* likewise of a face's speed, as boxes jitter; 0.15, 0: none */
    double slowest_interval; /* seconds from one look to the next at which faces are still followed,
                              where that is more than `max_age`; 3, 0: none */
};

/* What is used where nothing else is asked for: to begin with, and change. */
MIEN_API struct mien_tracks_options mien_tracks_defaults(void);

struct mien_tracks; /* one thread at a time; allocates nothing after create */

/* `options` may be NULL: the defaults. *tracks is untouched on failure. Returns 0, -EINVAL (a
 * number that makes no sense) or -ENOMEM. */
MIEN_API int mien_tracks_create(struct mien_tracks **tracks,
                                const struct mien_tracks_options *options,
                                struct mien_error *error);
/* Frees and sets NULL; NULL is fine. */
MIEN_API void mien_tracks_destroy(struct mien_tracks **tracks);

/* Takes the detections of one frame at `time` (seconds, not decreasing). */
MIEN_API void mien_tracks_update(struct mien_tracks *tracks, const struct mien_box *boxes,
                                 size_t count, double time);

/* The same with what a finder tells, its tilts and scores; those that are not sure are left out.
 * `at_once`: new faces are shown now, as no picture before could tell of them. */
MIEN_API void mien_tracks_follow(struct mien_tracks *tracks, const struct mien_detection *found,
                                 size_t count, double time, int at_once);

/* Writes the ids of faces that were shown at once, but not seen again in the picture after it, that
 * of the last update. Returns how many. */
MIEN_API size_t mien_tracks_flashes(const struct mien_tracks *tracks, uint32_t *ids,
                                    size_t capacity);

/* Numbers faces to come from the last id of `before` on. */
MIEN_API void mien_tracks_number_after(struct mien_tracks *tracks,
                                       const struct mien_tracks *before);

/* Ends all tracks: what comes next are other faces. */
MIEN_API void mien_tracks_forget(struct mien_tracks *tracks);

/* Copies the tracks worth showing now, oldest first, at most `capacity`; returns how many. */
MIEN_API size_t mien_tracks_confirmed(const struct mien_tracks *tracks, struct mien_track *out,
                                      size_t capacity);

/* Copies the boxes of faces that have not been found often enough to be shown; returns how many. */
MIEN_API size_t mien_tracks_tentative(const struct mien_tracks *tracks, struct mien_box *boxes,
                                      size_t capacity);

/* Where each known face, shown or not, is expected at `time`: where to look for it first. */
MIEN_API size_t mien_tracks_expected(const struct mien_tracks *tracks, double time,
                                     struct mien_box *boxes, size_t capacity);

/* The same for a finder; faces that are shown are `sure`. */
MIEN_API size_t mien_tracks_expected_faces(const struct mien_tracks *tracks, double time,
                                           struct mien_detection *faces, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
