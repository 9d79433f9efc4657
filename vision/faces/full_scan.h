/* The raw hits of a search that goes round a stream's pictures, a part of it in each. Private to
 * vision/faces/. */
#ifndef VISION_FULL_SCAN_H
#define VISION_FULL_SCAN_H

#include "group.h"
#include "scan.h"

/* A zeroed one is empty. Hits are in the order of a whole search. */
struct full_scan {
    struct mien_box *hits, *faces;
    double *places;
    struct group_work *work;
    int count, capacity;
};

void full_scan_finish(struct full_scan *full_scan);

/* Searches the part from…to (of 0…1), whose hits take the place of those that it had before, and
 * groups all; *boxes are those faces that a hit of this part belongs to, the full scan's until the
 * next call. Returns how many, or -ENOMEM. */
int full_scan_find(struct full_scan *full_scan, struct scan *scan, const struct mien_picture *gray,
                   const struct scan_sizes *sizes, int neighbours, double from, double to,
                   const struct mien_box **boxes, struct mien_error *error);

#endif
