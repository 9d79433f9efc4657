/* From a gray picture to faces with emotions: detection → tracks → crop → network → smoothing. */
#ifndef MIEN_RECOGNISER_H
#define MIEN_RECOGNISER_H

#include <stdint.h>

#include "mien/detector.h"
#include "mien/error.h"
#include "mien/faces.h"
#include "mien/finder.h"
#include "mien/model.h"
#include "mien/picture.h"
#include "mien/smoothing.h"
#include "mien/tracks.h"
#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Nanoseconds spent: on the clock, and on the CPU by the thread that called. */
struct mien_stage_time {
    int64_t wall_ns; /* on the clock */
    int64_t cpu_ns;  /* on the CPU */
};

/* Sums over all pictures since they were zeroed. Detection belongs to the thread that detects, the
 * others to the one that classifies. */
struct mien_recogniser_times {
    struct mien_stage_time detect;   /* finding and following faces */
    struct mien_stage_time crop;     /* cutting them out */
    struct mien_stage_time classify; /* the network, and smoothing */
};

/* The default comes after the semicolon. */
struct mien_recogniser_options {
    const char *model;     /* path of the model file; must not be NULL */
    const char *cpu;       /* kernel level, as mien_network_options; NULL: the best */
    const char *precision; /* of the network, as mien_network_options; NULL: auto */
    struct mien_detector_options detector;   /* mien_detector_defaults() */
    struct mien_finder_options finder;       /* mien_finder_defaults(); no model: none, but the
                                                detector finds. Its full_scan is the one below */
    struct mien_tracks_options tracks;       /* mien_tracks_defaults() */
    struct mien_smoothing_options smoothing; /* mien_smoothing_defaults() */
    double full_scan; /* seconds in which the whole picture is searched once; 0.1, 0: the whole of
                         every picture */
    int still;        /* unrelated pictures: no tracks, no smoothing */
    struct mien_recogniser_times *times; /* where time is added; NULL: it is not measured */
};

/* What is used where nothing else is asked for: to begin with, and change. The model is NULL. */
MIEN_API struct mien_recogniser_options mien_recogniser_defaults(void);

struct mien_recogniser; /* one thread at a time, but for the two halves of a picture's work */

/* Opens the model and the cascade. *recogniser is untouched on failure. Returns 0 or
 *   -EINVAL  no model is named, or what mien_model_open, mien_network_create, mien_detector_create,
 *            mien_tracks_create or mien_search_create say of their options
 *   -ENOENT, …, -ENOMEM  what these return */
MIEN_API int mien_recogniser_create(struct mien_recogniser **recogniser,
                                    const struct mien_recogniser_options *options,
                                    struct mien_error *error);

/* The same for one more thread, without the weights once more: shares the model and the network of
 * `other`, in the precision and on the kernels of that one, and what the options say of them is not
 * looked at. `other` must be destroyed later; NULL: as mien_recogniser_create. */
MIEN_API int mien_recogniser_create_beside(struct mien_recogniser **recogniser,
                                           const struct mien_recogniser *other,
                                           const struct mien_recogniser_options *options,
                                           struct mien_error *error);

/* Frees and sets NULL; NULL is fine. Faces that were told stay the caller's. */
MIEN_API void mien_recogniser_destroy(struct mien_recogniser **recogniser);

/* What the model says of itself; lives as long as the recogniser. */
MIEN_API const struct mien_model_info *
mien_recogniser_model(const struct mien_recogniser *recogniser);

/* The network's kernels. Static storage. */
MIEN_API const char *mien_recogniser_cpu(const struct mien_recogniser *recogniser);
/* The network's precision. Static storage. */
MIEN_API const char *mien_recogniser_precision(const struct mien_recogniser *recogniser);

/* Numbers faces to come from the last of another recogniser's on; both are of streams. */
MIEN_API void mien_recogniser_number_after(struct mien_recogniser *recogniser,
                                           const struct mien_recogniser *before);

/* Whether each picture to come is searched as a whole, whatever `full_scan` says: where faces must
 * be known before anybody sees the picture. Of the thread that detects. */
MIEN_API void mien_recogniser_search_whole(struct mien_recogniser *recogniser, int whole);

/* Recognises the faces of one MIEN_GRAY8 picture of a stream at `time` (seconds, not decreasing; of
 * unrelated pictures any). Writes them into `faces` (see mien/faces.h), at most MIEN_TRACKS_MAX.
 * Allocates nothing once `faces` has room. Returns 0, -EINVAL (not gray), -ENOMEM, or -EIO (OpenCV
 * failed). */
MIEN_API int mien_recogniser_run(struct mien_recogniser *recogniser,
                                 const struct mien_picture *gray, double time,
                                 struct mien_faces *faces, struct mien_error *error);

/* The faces of one picture, not yet classified. Zeroed, used again and released as struct
 * mien_faces; `tentative` likewise. */
struct mien_detections {
    struct mien_track *tracks;   /* the faces */
    int count;                   /* how many there are */
    int room;                    /* how many fit */
    struct mien_boxes tentative; /* as those of struct mien_faces */
};

/* Releases the memory and zeroes the struct. */
MIEN_API void mien_detections_free(struct mien_detections *detections);

/* The first half of mien_recogniser_run. Both are called in the order of the pictures. While one
 * thread detects the faces of a picture, another may classify those of an earlier one; what comes
 * out is the same. Errors are those of mien_recogniser_run; classifying can only fail with -ENOMEM.
 */
MIEN_API int mien_recogniser_detect(struct mien_recogniser *recogniser,
                                    const struct mien_picture *gray, double time,
                                    struct mien_detections *detections, struct mien_error *error);
/* The second half: what the faces that were detected express. */
MIEN_API int mien_recogniser_classify(struct mien_recogniser *recogniser,
                                      const struct mien_picture *gray, double time,
                                      const struct mien_detections *detections,
                                      struct mien_faces *faces, struct mien_error *error);

/* A picture before, with its detections that were not classified yet. */
struct mien_past {
    const struct mien_picture *gray;    /* what it showed */
    double time;                        /* seconds: when */
    struct mien_detections *detections; /* what was found in it */
};

/* For recordings, after mien_recogniser_detect told `now`: puts the faces that have been confirmed
 * just now into the pictures before, the last of which comes first, and takes out what was a flash.
 * Does nothing without a finder. Returns 0, or what mien_finder_trace returns on failure. */
MIEN_API int mien_recogniser_look_back(struct mien_recogniser *recogniser,
                                       const struct mien_detections *now,
                                       const struct mien_past *past, int count,
                                       struct mien_error *error);

#ifdef __cplusplus
}
#endif
#endif
