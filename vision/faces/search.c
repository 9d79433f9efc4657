/* Near known faces in every picture; the rest of the whole search goes round, a part in each. */
#include "mien/search.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define NEAR_REACH 0.4  /* a known face may move by this share of its size … */
#define NEAR_SCALE 1.25 /* … and its size change by this factor */

struct mien_search {
    struct mien_detector *detector;
    double full_scan;
    int width, height; /* of the pictures */
    double place;      /* where the search came to, in full scans since time 0 */
};

/* What one call has found so far. */
struct finds {
    struct mien_box *boxes;
    size_t count, capacity;
};

int mien_search_create(struct mien_search **search, struct mien_detector *detector,
                       double full_scan, struct mien_error *error)
{
    if (!(full_scan > 0))
        return mien_error_set(error, EINVAL, "a full scan in %g s is not possible", full_scan);
    struct mien_search *created = calloc(1, sizeof *created);
    if (!created)
        return mien_error_set(error, ENOMEM, "no memory for the search of faces");
    created->detector = detector;
    created->full_scan = full_scan;
    *search = created;
    return 0;
}

void mien_search_destroy(struct mien_search **search)
{
    free(*search);
    *search = NULL;
}

/* ---- searching ---- */

/* Two boxes are one face when the centre of either lies in the other. */
static int is_known(const struct finds *finds, const struct mien_box *box)
{
    for (size_t i = 0; i < finds->count; i++)
        if (mien_box_has_centre(&finds->boxes[i], box) ||
            mien_box_has_centre(box, &finds->boxes[i]))
            return 1;
    return 0;
}

enum { FOUND_MAX = 64 };

/* Takes over what is not known yet. `count` may be an error, which it returns. */
static int add(struct finds *finds, const struct mien_box *boxes, int count)
{
    for (int i = 0; i < count; i++)
        if (finds->count < finds->capacity && !is_known(finds, &boxes[i]))
            finds->boxes[finds->count++] = boxes[i];
    return count < 0 ? count : 0;
}

static struct mien_detector_range range_near(const struct mien_box *face)
{
    int reach = (int)(face->width * NEAR_REACH) + 1;
    return (struct mien_detector_range){
        {face->x - reach, face->y - reach, face->width + 2 * reach, face->height + 2 * reach},
        (int)(face->width / NEAR_SCALE),
        (int)(face->width * NEAR_SCALE) + 1};
}

/* In windows looked at, but for a factor. */
static double cost_of(const struct mien_detector_range *range)
{
    return (double)range->region.width * range->region.height / range->smallest / range->smallest;
}

static int is_cheaper_whole(const struct mien_detector_range *whole, const struct mien_box *known,
                            size_t count)
{
    double cost = 0;
    for (size_t i = 0; i < count; i++) {
        struct mien_detector_range near = range_near(&known[i]);
        cost += cost_of(&near);
    }
    return cost > cost_of(whole);
}

static int look_near(struct mien_search *search, const struct mien_picture *gray,
                     const struct mien_box *known, size_t count, struct finds *finds,
                     struct mien_error *error)
{
    struct mien_box boxes[FOUND_MAX];
    int status = 0;
    for (size_t i = 0; i < count && status == 0; i++) {
        struct mien_detector_range near = range_near(&known[i]);
        status = add(finds, boxes,
                     mien_detector_find_in(search->detector, gray, &near, boxes, FOUND_MAX, error));
    }
    return status;
}

static int look_at_part(struct mien_search *search, const struct mien_picture *gray, double from,
                        double to, struct finds *finds, struct mien_error *error)
{
    struct mien_box boxes[FOUND_MAX];
    return add(finds, boxes,
               mien_detector_find_part(search->detector, gray, from, to, boxes, FOUND_MAX, error));
}

/* The part from…to, in full scans, less than one; it may go on from the start. */
static int look_around(struct mien_search *search, const struct mien_picture *gray, double from,
                       double to, struct finds *finds, struct mien_error *error)
{
    double round = floor(from);
    int status = 0;
    from -= round;
    to -= round;
    if (from < to)
        status = look_at_part(search, gray, from, fmin(to, 1), finds, error);
    if (status == 0 && to > 1)
        status = look_at_part(search, gray, 0, to - 1, finds, error);
    return status;
}

void mien_search_restart(struct mien_search *search)
{
    search->width = search->height = 0;
}

int mien_search_find(struct mien_search *search, const struct mien_picture *gray, double time,
                     const struct mien_box *known, size_t known_count, struct mien_box *boxes,
                     size_t capacity, struct mien_error *error)
{
    struct finds finds = {boxes, 0, capacity};
    struct mien_detector_range whole =
        mien_detector_range_of(search->detector, gray->width, gray->height);
    double from = search->place, to = fmax(time, 0) / search->full_scan;
    int begins = gray->width != search->width || gray->height != search->height, status;
    search->place = to;
    search->width = gray->width;
    search->height = gray->height;
    if (begins || to < from || is_cheaper_whole(&whole, known, known_count))
        status = look_at_part(search, gray, 0, 1, &finds, error);
    else if ((status = look_near(search, gray, known, known_count, &finds, error)) == 0)
        status = to - from < 1 ? look_around(search, gray, from, to, &finds, error)
                               : look_at_part(search, gray, 0, 1, &finds, error);
    return status < 0 ? status : (int)finds.count;
}
