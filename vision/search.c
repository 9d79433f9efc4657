/* Small faces make nearly all the work of a search: the number of windows of one size falls with
 * its square. So the picture is cut into bands of sizes, and the bands of small ones into strips.
 * Neighbours overlap by what the detector needs to see a face whole and with all its raw hits. */
#include "mien/search.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { SLICES_MAX = 64 };

#define BAND 1.6         /* largest over smallest size of a band … */
#define BAND_OVERLAP 1.2 /* … and how far it reaches into the next */
#define NEAR_REACH 0.4   /* a known face may move by this share of its size … */
#define NEAR_SCALE 1.25  /* … and its size change by this factor */

struct mien_search {
    struct mien_detector *detector;
    double sweep;
    int width, height; /* of the pictures that the slices were cut for */
    int slice_count;
    struct mien_detector_range slices[SLICES_MAX];
    long long turn; /* number of the last slice searched, counted from time 0 */
};

/* What one call has found so far. */
struct finds {
    struct mien_box *boxes;
    size_t count, capacity;
};

int mien_search_create(struct mien_search **search, struct mien_detector *detector, double sweep,
                       struct mien_error *error)
{
    if (!(sweep >= 0))
        return mien_error_set(error, EINVAL, "a sweep of %g s is not possible", sweep);
    struct mien_search *created = calloc(1, sizeof *created);
    if (!created)
        return mien_error_set(error, ENOMEM, "no memory for the search of faces");
    created->detector = detector;
    created->sweep = sweep ? sweep : 0.1;
    *search = created;
    return 0;
}

void mien_search_destroy(struct mien_search **search)
{
    free(*search);
    *search = NULL;
}

/* ---- slices ---- */

static void add_slice(struct mien_search *search, int left, int width, double from, double to)
{
    if (search->slice_count < SLICES_MAX)
        search->slices[search->slice_count++] = (struct mien_detector_range){
            {left, 0, width, search->height}, (int)from, (int)ceil(to)};
}

/* Strips are at least as wide as what they share with the next: more would be wasted twice. */
static void cut_band(struct mien_search *search, double from, double to)
{
    int shared = (int)ceil(to * BAND_OVERLAP);
    int strips = (search->width - shared) / shared;
    strips = strips < 1 ? 1 : strips > 4 ? 4 : strips;
    int step = (search->width - shared + strips - 1) / strips;
    for (int i = 0; i < strips; i++)
        add_slice(search, i * step, strips == 1 ? search->width : step + shared, from,
                  to * BAND_OVERLAP);
}

static void cut(struct mien_search *search, int width, int height)
{
    search->width = width;
    search->height = height;
    search->slice_count = 0;
    double largest = width < height ? width : height;
    double size = mien_detector_range_of(search->detector, width, height).smallest;
    for (size = fmax(size, 16); size < largest; size *= BAND)
        cut_band(search, size, size * BAND);
}

/* ---- searching ---- */

/* Two boxes are one face when the centre of either lies in the other. */
static int has_centre(const struct mien_box *box, const struct mien_box *other)
{
    int x = other->x + other->width / 2, y = other->y + other->height / 2;
    return x >= box->x && x < box->x + box->width && y >= box->y && y < box->y + box->height;
}

static int is_known(const struct finds *finds, const struct mien_box *box)
{
    for (size_t i = 0; i < finds->count; i++)
        if (has_centre(&finds->boxes[i], box) || has_centre(box, &finds->boxes[i]))
            return 1;
    return 0;
}

static int look(struct mien_search *search, const struct mien_picture *gray,
                const struct mien_detector_range *range, struct finds *finds,
                struct mien_error *error)
{
    struct mien_box boxes[64];
    int count = mien_detector_find_in(search->detector, gray, range, boxes,
                                      sizeof boxes / sizeof *boxes, error);
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
    int status = 0;
    for (size_t i = 0; i < count && status == 0; i++) {
        struct mien_detector_range near = range_near(&known[i]);
        status = look(search, gray, &near, finds, error);
    }
    return status;
}

/* The slices whose time has come since the last picture, at most each of them once. */
static int look_at_slices(struct mien_search *search, const struct mien_picture *gray,
                          long long turn, struct finds *finds, struct mien_error *error)
{
    int status = 0;
    long long next = search->turn + 1, earliest = turn - search->slice_count + 1;
    for (next = next > earliest ? next : earliest; next <= turn && status == 0; next++)
        status = look(search, gray, &search->slices[next % search->slice_count], finds, error);
    return status;
}

int mien_search_find(struct mien_search *search, const struct mien_picture *gray, double time,
                     const struct mien_box *known, size_t known_count, struct mien_box *boxes,
                     size_t capacity, struct mien_error *error)
{
    struct finds finds = {boxes, 0, capacity};
    int begins = gray->width != search->width || gray->height != search->height;
    if (begins)
        cut(search, gray->width, gray->height);
    long long turn = (long long)(fmax(time, 0) / search->sweep * search->slice_count);
    struct mien_detector_range whole =
        mien_detector_range_of(search->detector, gray->width, gray->height);
    int status;
    if (begins || search->slice_count == 0 || is_cheaper_whole(&whole, known, known_count))
        status = look(search, gray, &whole, &finds, error);
    else if ((status = look_near(search, gray, known, known_count, &finds, error)) == 0)
        status = look_at_slices(search, gray, turn, &finds, error);
    search->turn = turn;
    return status < 0 ? status : (int)finds.count;
}
