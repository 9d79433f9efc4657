/* What a whole recording showed: for each face its spans of one emotion, its shares of time, its
 * changes, and a curve. Memory grows with faces and changes, not with frames. */
#ifndef APP_TIMELINE_H
#define APP_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mien/error.h"
#include "mien/picture.h"
#include "mien/recogniser.h"
#include "people.h"

/* Curves are averages over equal steps of time, at most so many for the whole recording. */
enum { TIMELINE_STEPS_MAX = 1024, TIMELINE_THUMB_SIDE = 112 };

/* From `start` to `end` (seconds) one face was shown with one label. */
struct timeline_span {
    uint32_t face;
    int label;
    double start, end;
    double confidence; /* mean over the span */
};

struct timeline_face {
    uint32_t id;
    double first, last, seconds; /* when shown, and how long in all */
    double label_seconds[MIEN_LABELS_MAX];
    uint32_t *changes; /* [from * labels + to]: changes of the label without a gap between */
    int span;          /* the latest one; -1: none */

    int step_first, step_count, step_capacity;
    double *steps; /* step_count times: seconds shown, then each label's probability × seconds */

    double thumb_score;
    struct mien_picture thumb; /* MIEN_BGRX32, or without pixels */
};

struct timeline {
    const struct mien_model_info *model;
    const struct people *people; /* names of faces; NULL: none. Borrowed. */
    struct mien_yuv yuv;
    double step;        /* seconds */
    double min_seconds; /* faces shown less than this are left out of all that is written */
    double end;         /* of the recording as far as seen, seconds */
    double interval;    /* between the last two frames */
    int64_t frames, frames_with_faces;
    size_t face_count, face_capacity, span_count, span_capacity;
    struct timeline_face *faces; /* by id */
    struct timeline_span *spans; /* by start, then by face */
    struct mien_faces before;    /* of the last frame; their time ends with the next */
    double before_time;
};

/* `model` must outlive the timeline; `yuv` tells the colours of its pictures. */
void timeline_init(struct timeline *timeline, const struct mien_model_info *model,
                   const struct mien_yuv *yuv);
void timeline_finish(struct timeline *timeline);

/* Frames in the order of their times. `color` (MIEN_YUV420), from which small pictures of the faces
 * are kept, may be NULL. Returns 0 or -ENOMEM. */
int timeline_add(struct timeline *timeline, double time, const struct mien_faces *faces,
                 const struct mien_picture *color, struct mien_error *error);

/* The last frame lasts as long as the one before. */
int timeline_end(struct timeline *timeline, struct mien_error *error);

/* What is known of a face; NULL: nothing yet. */
const struct timeline_face *timeline_face_of(const struct timeline *timeline, uint32_t id);

enum { TIMELINE_NAME_MAX = 160 };

/* "face 4", or "Anna (face 4)" where it has a name. */
void timeline_name(const struct timeline *timeline, uint32_t face, char name[TIMELINE_NAME_MAX]);

/* Whether it is shown long enough by now; `face` may be NULL. */
bool timeline_keeps(const struct timeline *timeline, const struct timeline_face *face);

/* Makes `kept` the timeline without the faces that are not shown long enough. It borrows all but
 * its lists, which timeline_release frees; it cannot be added to. Returns 0 or -ENOMEM. */
int timeline_keep(const struct timeline *timeline, struct timeline *kept, struct mien_error *error);
void timeline_release(struct timeline *kept);

/* Indices of the faces shown longest, at most `capacity`, in the order of their ids. */
size_t timeline_main_faces(const struct timeline *timeline, size_t *faces, size_t capacity);

#endif
