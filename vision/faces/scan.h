/* Our own search with a cascade: the same raw hits, in the same order, as OpenCV's
 * cv::CascadeClassifier on one thread, but many windows at a time. Private to vision/faces/. */
#ifndef VISION_SCAN_H
#define VISION_SCAN_H

#include "cascade.h"
#include "mien/detector.h"

#ifdef __cplusplus
extern "C" {
#endif

struct scan; /* one thread at a time; grows to the largest picture seen, then allocates nothing */

/* How to search a picture; the same for OpenCV and for the scan. */
struct scan_sizes {
    double step;           /* ratio of neighbouring sizes, at least 1.01 */
    int smallest, largest; /* sides in pixels; largest 0: as large as the picture */
};

/* Takes the cascade over on success (it is then zeroed). `cpu` is the highest kernel level to use
 * or NULL. Returns 0, -EINVAL (the cascade makes no sense, no such level) or -ENOMEM. */
int scan_create(struct scan **scan, struct cascade *cascade, const char *cpu,
                struct mien_error *error);
void scan_destroy(struct scan **scan);
const char *scan_cpu(const struct scan *scan);

/* Finds the raw hits in a gray picture and groups them (neighbours 0: leaves them raw). Returns
 * how many boxes there are, or -ENOMEM. *boxes stays the scan's, until its next search. */
int scan_find(struct scan *scan, const struct mien_picture *gray, const struct scan_sizes *sizes,
              int neighbours, const struct mien_box **boxes, struct mien_error *error);

/* Only the part from…to of the search, of 0…1 (in work, sizes and rows in their order): the raw
 * hits, and where in the search each was found. */
int scan_find_part(struct scan *scan, const struct mien_picture *gray,
                   const struct scan_sizes *sizes, double from, double to,
                   const struct mien_box **hits, const double **places, struct mien_error *error);

/* The same part, its hits grouped as scan_find groups them: a face whose hits lie in two parts may
 * be told in both, or in neither. */
int scan_find_between(struct scan *scan, const struct mien_picture *gray,
                      const struct scan_sizes *sizes, double from, double to, int neighbours,
                      const struct mien_box **boxes, struct mien_error *error);

#ifdef __cplusplus
}
#endif
#endif
