/* The little of OpenCV that mien uses, as C. Private to vision/; detector.c is its only user. */
#ifndef VISION_OPENCV_WRAPPER_H
#define VISION_OPENCV_WRAPPER_H

#include "cascade.h"
#include "mien/detector.h"
#include "scan.h"

#ifdef __cplusplus
extern "C" {
#endif

struct opencv_cascade; /* a cv::CascadeClassifier and the boxes of its last search */

/* Returns 0, -EINVAL (OpenCV cannot read the file) or -ENOMEM. */
int opencv_cascade_load(struct opencv_cascade **cascade, const char *path,
                        struct mien_error *error);
void opencv_cascade_free(struct opencv_cascade *cascade);

/* What scan_find returns. Returns how many boxes were found, or -EIO or -ENOMEM. *boxes stays the
 * cascade's, until its next search. `gray` is MIEN_GRAY8. */
int opencv_cascade_find(struct opencv_cascade *cascade, const struct mien_picture *gray,
                        const struct scan_sizes *sizes, int neighbours,
                        const struct mien_box **boxes, struct mien_error *error);

/* Reads the numbers of a cascade file, for a scan of our own; to be released with cascade_free.
 * Returns 0, -ENOTSUP (not made of stumps over upright rectangles), -EINVAL or -ENOMEM. */
int opencv_cascade_read(struct cascade *cascade, const char *path, struct mien_error *error);

#ifdef __cplusplus
}
#endif
#endif
