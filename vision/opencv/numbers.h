/* The numbers of a cascade as OpenCV's own reader of XML has them. Built for tests only: our reader
 * must give the same. */
#ifndef OPENCV_NUMBERS_H
#define OPENCV_NUMBERS_H

#include "faces/cascade.h"

#ifdef __cplusplus
extern "C" {
#endif

/* To be released with cascade_free. Returns 0, -ENOTSUP (not made of stumps over upright
 * rectangles) or what else went wrong. */
int opencv_read_numbers(struct cascade *cascade, const char *path, struct mien_error *error);

#ifdef __cplusplus
}
#endif
#endif
