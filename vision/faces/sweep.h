/* The raw hits of a search that goes round a stream's pictures, a part of it in each. Private to
 * vision/. */
#ifndef VISION_SWEEP_H
#define VISION_SWEEP_H

#include "group.h"
#include "scan.h"

/* A zeroed one is empty. Hits are in the order of a whole search. */
struct sweep {
    struct mien_box *hits, *faces;
    double *places;
    struct group_work *work;
    int count, capacity;
};

void sweep_finish(struct sweep *sweep);

/* Searches the part from…to (of 0…1), whose hits take the place of those that it had before, and
 * groups all; *boxes are those faces that a hit of this part belongs to, the sweep's until the next
 * call. Returns how many, or -ENOMEM. */
int sweep_find(struct sweep *sweep, struct scan *scan, const struct mien_picture *gray,
               const struct scan_sizes *sizes, int neighbours, double from, double to,
               const struct mien_box **boxes, struct mien_error *error);

#endif
