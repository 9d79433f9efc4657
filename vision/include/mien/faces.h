/* Faces as the recogniser tells them. */
#ifndef MIEN_FACES_H
#define MIEN_FACES_H

#include <stddef.h>
#include <stdint.h>

#include "mien/detector.h"
#include "mien/error.h"
#include "mien/model.h"
#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How well a face can be read. */
struct mien_quality {
    float score;      /* how surely it is a face, 0…1; 0: not known, a cascade alone found it */
    float tilt;       /* degrees by which it leans, clockwise; 0: not known, likewise */
    float sharpness;  /* deviation of the Laplacian by that of the pixels, as the network sees it */
    float brightness; /* mean of the same, 0…1 */
    int cut;          /* its box ends at the picture's border */
};

/* One of them. */
struct mien_face {
    uint32_t id;                          /* stable over time; 1, 2, … */
    struct mien_box box;                  /* pixels of the picture */
    float probabilities[MIEN_LABELS_MAX]; /* 0…1, sum 1, in the order of the model's labels */
    int label;                            /* index of the label shown, with hysteresis */
    float confidence;                     /* probability of `label` */
    float raw[MIEN_LABELS_MAX];           /* the same before smoothing, of this picture alone */
    int held;                             /* not found in this picture: all but the box is as it was
                                             before, and `raw` is not known */
    int uncertain;                        /* confidence is, or was just now, below the threshold */
    struct mien_quality quality;          /* in this picture; not known where the face is held */
};

/* `room` is how many fit into the memory; only the functions below change it. */
struct mien_boxes {
    struct mien_box *boxes; /* pixels of the picture */
    int count;              /* how many there are */
    int room;               /* how many fit */
};

/* The faces of one picture. A zeroed struct has none and no memory. Whoever declares it owns it: it
 * grows as needed, is used again for the next picture, and is released with mien_faces_free. */
struct mien_faces {
    struct mien_face *list;      /* the faces */
    int count;                   /* how many there are */
    int room;                    /* how many fit */
    struct mien_boxes tentative; /* what may be a face, but is not known well enough to be shown:
                                    to be covered where faces are covered */
};

/* Makes room for this many faces and tentative boxes in all; what is there stays. Returns 0 or
 * -ENOMEM, with `faces` as it was. */
MIEN_API int mien_faces_reserve(struct mien_faces *faces, int count, int tentative,
                                struct mien_error *error);

/* Makes `to` a copy of `from`, in its own memory. Returns 0 or -ENOMEM, with `to` as it was. */
MIEN_API int mien_faces_copy(struct mien_faces *to, const struct mien_faces *from,
                             struct mien_error *error);

/* The face of this id; NULL: it is not among them. */
static inline struct mien_face *mien_faces_find(const struct mien_faces *faces, uint32_t id)
{
    for (int i = 0; i < faces->count; i++)
        if (faces->list[i].id == id)
            return &faces->list[i];
    return NULL;
}

/* Releases the memory and zeroes the struct. */
MIEN_API void mien_faces_free(struct mien_faces *faces);

#ifdef __cplusplus
}
#endif
#endif
