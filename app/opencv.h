/* OpenCV's search for faces, from the module that has it. */
#ifndef APP_OPENCV_H
#define APP_OPENCV_H

#include "mien/detector.h"

/* For mien_detector_options. Loads the module at the first call; any thread. Returns 0, or -ENOTSUP
 * where mien was built without it or it does not load: the message says what to do. */
int opencv_load(const struct mien_face_engine **opencv, struct mien_error *error);

#endif
