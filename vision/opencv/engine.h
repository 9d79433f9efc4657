/* OpenCV's search for faces, the reference of our own. Private to vision/, and in a module of its
 * own: OpenCV brings about a hundred libraries along. */
#ifndef VISION_OPENCV_ENGINE_H
#define VISION_OPENCV_ENGINE_H

#include "faces/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct mien_face_engine mien_opencv_engine;

#ifdef __cplusplus
}
#endif
#endif
