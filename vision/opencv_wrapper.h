/* The little of OpenCV that mien uses, as C. Private to vision/; detector.c is its only user. */
#ifndef VISION_OPENCV_WRAPPER_H
#define VISION_OPENCV_WRAPPER_H

#include "mien/detector.h"

#ifdef __cplusplus
extern "C" {
#endif

struct opencv_cascade; /* a cv::CascadeClassifier and the boxes of its last search */

struct opencv_search {
    double scale_step;
    int neighbours;
    int smallest, largest; /* sides in pixels; largest 0: as large as the picture */
};

/* Returns 0, -EINVAL (OpenCV cannot read the file) or -ENOMEM. */
int opencv_cascade_load(struct opencv_cascade **cascade, const char *path,
                        struct mien_error *error);
void opencv_cascade_free(struct opencv_cascade *cascade);

/* Returns how many boxes were found, or -EIO or -ENOMEM. *boxes stays the cascade's, until its
 * next search. `gray` is MIEN_GRAY8. */
int opencv_cascade_find(struct opencv_cascade *cascade, const struct mien_picture *gray,
                        const struct opencv_search *search, const struct mien_box **boxes,
                        struct mien_error *error);

#ifdef __cplusplus
}
#endif
#endif
