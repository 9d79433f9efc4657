/* Raw hits to faces, as cv::groupRectangles does it (eps 0.2), to the same boxes in the same
 * order. Private to vision/faces/. */
#ifndef VISION_GROUP_H
#define VISION_GROUP_H

#include "mien/detector.h"

/* Scratch memory for one raw hit. */
struct group_work {
    int parent;              /* in the forest of hits that are alike */
    int group;               /* its number, or -1 */
    int x, y, width, height; /* of group number i: sums, then the average */
    int hits;
};

/* Replaces the boxes by one for each group of more than `neighbours` hits that does not lie in a
 * greater one; returns how many are left. With `neighbours` 0 all boxes stay as they are.
 * `work` has room for `count`. */
int group_boxes(struct mien_box *boxes, int count, int neighbours, struct group_work *work);

#endif
