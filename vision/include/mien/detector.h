/* Face detection with a Haar cascade (Viola & Jones 2001; the cascade is OpenCV's
 * haarcascade_frontalface_default.xml). No C++ type or exception crosses this header. */
#ifndef MIEN_DETECTOR_H
#define MIEN_DETECTOR_H

#include <stddef.h>

#include "mien/error.h"
#include "mien/picture.h"
#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A box in pixels of the picture it was found in; x, y is its top left corner. */
struct mien_box {
    int x;      /* of the left edge */
    int y;      /* of the upper edge */
    int width;  /* pixels */
    int height; /* pixels */
};

/* Whether the centre of `other` lies in the box. */
static inline int mien_box_has_centre(const struct mien_box *box, const struct mien_box *other)
{
    int x = other->x + other->width / 2, y = other->y + other->height / 2;
    return x >= box->x && x < box->x + box->width && y >= box->y && y < box->y + box->height;
}

/* A face found by a finder. */
struct mien_detection {
    struct mien_box box; /* inside the picture, pixels */
    float tilt;          /* degrees by which the face leans, clockwise; 0: upright */
    float score;         /* how surely it is a face, 0…1 */
    int sure;            /* it has what is asked of a face */
};

struct mien_detector; /* one thread at a time */

/* Who searches. */
enum mien_detector_engine {
    MIEN_DETECTOR_AUTO,   /* mien's own search, and OpenCV for cascades that are not for it */
    MIEN_DETECTOR_MIEN,   /* only that */
    MIEN_DETECTOR_OPENCV, /* slower, the same faces */
};

struct mien_face_engine; /* a search that is not mien's own */

/* The default comes after the semicolon. */
struct mien_detector_options {
    const char *cascade; /* path of the cascade file; NULL: where the system keeps it (found at
                            build time and at run time) */
    const char *cpu; /* kernel level, as mien_network_options; one that the search does not have is
                        as good as NULL: the best */
    double scale_step;                /* ratio between neighbouring face sizes, 1.01…10; 1.1 */
    int neighbours;                   /* a face needs more raw hits than this, 1 or more; 5 */
    enum mien_detector_engine engine; /* who searches; MIEN_DETECTOR_AUTO */
    /* Called only where OpenCV is to search: sets *opencv, for as long as the process runs, and
     * returns 0, or a negative errno value with a message. NULL: there is no OpenCV. */
    int (*load_opencv)(const struct mien_face_engine **opencv, struct mien_error *error);
    int smallest; /* side of the smallest face, pixels; 0: an eighth of the picture's height */
    int largest;  /* of the largest; 0: no limit */
    int confirm;  /* for mien_detector_confirms, where no cascade is named: also load
                     haarcascade_frontalface_alt.xml; 1 */
};

/* What is used where nothing else is asked for: to begin with, and change. */
MIEN_API struct mien_detector_options mien_detector_defaults(void);

/* `options` may be NULL: the defaults. *detector is untouched on failure. Returns 0, -ENOENT (no
 * cascade file: the message says where it was looked for and which package has it), -EINVAL (the
 * message says where in the file, and why), -ENOTSUP (a sound cascade that no engine at hand can
 * search with), -ENOMEM, or what `load_opencv` returns. */
MIEN_API int mien_detector_create(struct mien_detector **detector,
                                  const struct mien_detector_options *options,
                                  struct mien_error *error);
/* Frees and sets NULL; NULL is fine. */
MIEN_API void mien_detector_destroy(struct mien_detector **detector);

/* Finds upright frontal faces in a gray picture, largest first. Writes at most `capacity` boxes
 * (the largest ones) and returns how many, or -EINVAL (not gray), -ENOMEM, -EIO (OpenCV failed;
 * message has its words). Boxes lie inside the picture. */
MIEN_API int mien_detector_find(struct mien_detector *detector, const struct mien_picture *gray,
                                struct mien_box *boxes, size_t capacity, struct mien_error *error);

/* Where to look and for which sizes. */
struct mien_detector_range {
    struct mien_box region; /* faces outside are not looked for; clipped to the picture */
    int smallest;           /* side of the smallest face, pixels */
    int largest;            /* of the largest; 0: no limit */
};

/* The same within a range; boxes are in pixels of the whole picture. A region
 * smaller than the smallest face has none. */
MIEN_API int mien_detector_find_in(struct mien_detector *detector, const struct mien_picture *gray,
                                   const struct mien_detector_range *range, struct mien_box *boxes,
                                   size_t capacity, struct mien_error *error);

/* What mien_detector_find does, over several pictures of one size: looks at the part from…to of it
 * (0…1, from < to; 0 begins anew) and puts what it sees together with what it last saw in the other
 * parts. Tells the faces that this picture has a share in, so one that stands still is told as
 * mien_detector_find tells it. All parts cost about the same for their length.
 * Where OpenCV searches, the part that reaches 1 is everything and the others are nothing. */
MIEN_API int mien_detector_find_part(struct mien_detector *detector,
                                     const struct mien_picture *gray, double from, double to,
                                     struct mien_box *boxes, size_t capacity,
                                     struct mien_error *error);

/* Whether a second cascade, too, sees the face that was found there. Without one, and of a face too
 * small for it, it is believed. Returns 1, 0, or what mien_detector_find returns on failure. */
MIEN_API int mien_detector_confirms(struct mien_detector *detector, const struct mien_picture *gray,
                                    const struct mien_box *face, struct mien_error *error);

/* What mien_detector_find looks for in a picture of this size. */
MIEN_API struct mien_detector_range mien_detector_range_of(const struct mien_detector *detector,
                                                           int width, int height);

#ifdef __cplusplus
}
#endif
#endif
