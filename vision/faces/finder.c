/* Proposals in several views, which the jury decides about: all at once in a picture of its own, in
 * the course of time in a stream, where known faces are looked for where they were. */
#include "mien/finder.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clamp.h"
#include "cascade_source.h"
#include "jury.h"
#include "proposals.h"

#define DEFAULT_SMALLEST 24

/* How sure the network must be of a face, and of one that is known already (docs/detection.md). */
#define SURE 2.6f
#define STILL_SURE 0.5f

/* Of a stream's pictures: what is rather a face than not is worth covering. */
#define DOUBTFUL 0.f

/* Of how many stages a proposal must pass the first ones: fewer miss fewer faces. */
enum { FRONTAL, PROFILE, CASCADES };
static const struct {
    const char *file;
    int stages;
} sources[CASCADES] = {
    [FRONTAL] = {"haarcascade_frontalface_alt.xml", 11},
    [PROFILE] = {"haarcascade_profileface.xml", 18},
};

/* A stream is looked through in two rounds, of which each picture takes on a part: quickly for
 * upright faces of some size, and thoroughly, as a picture is. */
enum { QUICK_STAGES = 14 };
static const struct view quick_view = {.cascade = FRONTAL, .step = 1.2f, .margin = 0.06f};
#define QUICK_SMALLEST 0.125f /* of the picture's height */
#define STREAM_SMALLEST (1 / 18.f)
/* A picture of live takes on no more of the thorough round than this time's share: were it more
 * the longer the last one took, a slow machine would be ever slower. */
#define LIVE_SECONDS 0.1
/* So old may a picture be in which a part is looked for: faces move on. */
#define STALE_SECONDS 0.3

/* `smallest` is times the finder's smallest face. `share`: of what all together cost. */
static const struct {
    struct view view;
    double share;
} views[] = {
    {{.cascade = FRONTAL, .step = 1.1f, .smallest = 1, .margin = 0.06f}, 0.38},
    {{.cascade = FRONTAL, .step = 1.2f, .smallest = 1.5f, .turn = 30, .margin = 0.06f}, 0.18},
    {{.cascade = FRONTAL, .step = 1.2f, .smallest = 1.5f, .turn = -30, .margin = 0.06f}, 0.18},
    {{.cascade = PROFILE, .step = 1.2f, .smallest = 1.5f, .margin = 0.06f}, 0.13},
    {{.cascade = PROFILE, .step = 1.2f, .smallest = 1.5f, .mirrored = 1, .margin = 0.06f}, 0.13},
};
enum { VIEWS = sizeof views / sizeof *views };

struct round {
    double seconds; /* that it takes */
    double done;    /* how much of it is, 0…1 */
};

struct mien_finder {
    struct proposals *proposals;
    struct proposals *quick; /* of the quick round */
    struct jury *jury;
    float least; /* logit of a face */
    int smallest, largest;
    struct round quick_round, thorough_round;
    int width, height; /* of the stream's last picture; 0: none */
    double time;       /* likewise */
    double painted;    /* of the picture that proposals are looked for in */
    int whole;         /* the quick round is done in each picture */
    int offline;       /* the pictures wait: the thorough one is done in the first */
};

/* ---- making ---- */

struct mien_finder_options mien_finder_defaults(void)
{
    return (struct mien_finder_options){.full_scan = 0.1, .thorough_scan = 2.5};
}

static int create_proposals(struct mien_finder *finder, const struct mien_finder_options *options,
                            struct mien_error *error)
{
    struct cascade cascades[CASCADES] = {0};
    struct proposals_source list[CASCADES], quick = {&cascades[FRONTAL], QUICK_STAGES};
    int status = 0;
    for (int i = 0; i < CASCADES && status == 0; i++) {
        list[i] = (struct proposals_source){&cascades[i], sources[i].stages};
        status = cascade_source_read(&cascades[i], options->cascades, sources[i].file, error);
    }
    if (status == 0)
        status = proposals_create(&finder->proposals, list, CASCADES, options->cpu, error);
    if (status == 0)
        status = proposals_create(&finder->quick, &quick, 1, options->cpu, error);
    for (int i = 0; i < CASCADES; i++)
        cascade_free(&cascades[i]);
    return status;
}

static int check_options(const struct mien_finder_options *options, struct mien_error *error)
{
    if (!(options->least >= 0 && options->least < 1))
        return mien_error_set(error, EINVAL, "the least score of a face must be 0…1, not %g",
                              options->least);
    if (options->smallest < 0 || options->largest < 0)
        return mien_error_set(error, EINVAL, "a face's size is a number of pixels above 0");
    if (options->largest && options->largest < options->smallest)
        return mien_error_set(error, EINVAL,
                              "the largest face, %d pixels, is smaller than the smallest, %d",
                              options->largest, options->smallest);
    if (!(options->full_scan >= 0) || !(options->thorough_scan >= 0))
        return mien_error_set(error, EINVAL, "a search of %g s or %g s is not possible",
                              options->full_scan, options->thorough_scan);
    return 0;
}

int mien_finder_create(struct mien_finder **finder, const struct mien_finder_options *options,
                       struct mien_error *error)
{
    int status = check_options(options, error);
    if (status < 0)
        return status;
    struct mien_finder *f = calloc(1, sizeof *f);
    if (!f)
        return mien_error_set(error, ENOMEM, "no memory to find faces");
    f->least = options->least > 0 ? logf((float)(options->least / (1 - options->least))) : SURE;
    f->smallest = options->smallest;
    f->largest = options->largest;
    f->quick_round.seconds = options->full_scan;
    f->thorough_round.seconds = options->thorough_scan;
    f->offline = options->offline;
    status = create_proposals(f, options, error);
    if (status == 0)
        status = jury_create(&f->jury, options->model, options->cpu, error);
    if (status < 0) {
        mien_finder_destroy(&f);
        return status;
    }
    *finder = f;
    return 0;
}

void mien_finder_destroy(struct mien_finder **finder)
{
    struct mien_finder *f = *finder;
    if (!f)
        return;
    proposals_destroy(&f->proposals);
    proposals_destroy(&f->quick);
    jury_destroy(&f->jury);
    free(f);
    *finder = NULL;
}

/* ---- proposing ---- */

#define ALL 2. /* of a round, and what rounding might leave of it */

/* The part from…to of a round, in rounds. */
typedef int propose_function(struct mien_finder *finder, const struct mien_picture *gray,
                             float smallest, double from, double to, struct mien_error *error);

static int propose_thoroughly(struct mien_finder *finder, const struct mien_picture *gray,
                              float smallest, double from, double to, struct mien_error *error)
{
    double begin = 0;
    int status = 0;
    for (int i = 0; i < VIEWS && status == 0; i++) {
        struct view view = views[i].view;
        double first = fmax(from - begin, 0) / views[i].share, end = (to - begin) / views[i].share;
        view.smallest *= smallest;
        view.largest = (float)finder->largest;
        begin += views[i].share;
        if (end > 0 && first < 1)
            status = proposals_add(finder->proposals, gray, &view, first, end, error);
    }
    return status;
}

static int propose_quickly(struct mien_finder *finder, const struct mien_picture *gray,
                           float smallest, double from, double to, struct mien_error *error)
{
    struct view view = quick_view;
    view.smallest = fmaxf(smallest, QUICK_SMALLEST * (float)gray->height);
    view.largest = (float)finder->largest;
    return proposals_add(finder->quick, gray, &view, from, to, error);
}

/* ---- judging ---- */

static int hear(struct mien_finder *finder, const struct mien_picture *gray,
                struct proposals *proposals, struct mien_error *error)
{
    const struct patch *proposed;
    int count = proposals_list(proposals, &proposed);
    return jury_hear(finder->jury, gray, proposed, count, finder->least, error);
}

/* A box at the edge may be of a face that is cut off by it: the square that it was. */
static struct patch place_of(const struct mien_detection *face, const struct mien_picture *gray)
{
    const struct mien_box *box = &face->box;
    struct patch place = patch_around(box, face->tilt);
    if (box->x <= 0)
        place.x = (float)(box->x + box->width) - place.side / 2;
    else if (box->x + box->width >= gray->width)
        place.x = (float)box->x + place.side / 2;
    if (box->y <= 0)
        place.y = (float)(box->y + box->height) - place.side / 2;
    else if (box->y + box->height >= gray->height)
        place.y = (float)box->y + place.side / 2;
    return place;
}

static int hear_known(struct mien_finder *finder, const struct mien_picture *gray,
                      const struct mien_detection *known, size_t count, struct mien_error *error)
{
    int status = 0;
    for (size_t i = 0; i < count && status == 0; i++) {
        struct patch place = place_of(&known[i], gray);
        if (place.side > 0)
            status = jury_hear_known(finder->jury, gray, &place,
                                     known[i].sure ? STILL_SURE : finder->least, error);
    }
    return status;
}

/* ---- what comes out ---- */

static int clamped(float value, int most)
{
    return clamp_int((int)lrintf(value), 0, most);
}

static struct mien_detection detection_of(const struct candidate *candidate,
                                          const struct mien_picture *gray)
{
    const struct patch *face = &candidate->face;
    int left = clamped(face->x - face->side / 2, gray->width - 1);
    int top = clamped(face->y - face->side / 2, gray->height - 1);
    int right = clamped(face->x + face->side / 2, gray->width);
    int bottom = clamped(face->y + face->side / 2, gray->height);
    return (struct mien_detection){
        {left, top, right > left ? right - left : 1, bottom > top ? bottom - top : 1},
        face->tilt,
        1 / (1 + expf(-candidate->logit)),
        candidate->over >= 0};
}

static int larger_first(const void *a, const void *b)
{
    const struct mien_box *x = &((const struct mien_detection *)a)->box;
    const struct mien_box *y = &((const struct mien_detection *)b)->box;
    long area_x = (long)x->width * x->height, area_y = (long)y->width * y->height;
    if (area_x != area_y)
        return area_x > area_y ? -1 : 1;
    return x->y != y->y ? x->y - y->y : x->x - y->x;
}

/* Those that exceed what is asked of them by more than `floor`. */
static int tell(struct mien_finder *finder, const struct mien_picture *gray, float floor,
                struct mien_detection *detections, size_t capacity)
{
    const struct candidate *list;
    int count = jury_decide(finder->jury, floor, &list);
    size_t written = (size_t)count < capacity ? (size_t)count : capacity;
    for (size_t i = 0; i < written; i++)
        detections[i] = detection_of(&list[i], gray);
    if (written > 0)
        qsort(detections, written, sizeof *detections, larger_first);
    return count;
}

static int begin(struct mien_finder *finder, const struct mien_picture *gray,
                 struct mien_error *error)
{
    if (gray->pixels != MIEN_GRAY8)
        return mien_error_set(error, EINVAL, "faces are only looked for in gray pictures");
    proposals_clear(finder->proposals);
    proposals_clear(finder->quick);
    jury_clear(finder->jury);
    return 0;
}

int mien_finder_find(struct mien_finder *finder, const struct mien_picture *gray,
                     struct mien_detection *detections, size_t capacity, struct mien_error *error)
{
    float smallest = (float)(finder->smallest ? finder->smallest : DEFAULT_SMALLEST);
    int status = begin(finder, gray, error);
    if (status == 0)
        status = propose_thoroughly(finder, gray, smallest, 0, ALL, error);
    if (status == 0)
        status = hear(finder, gray, finder->proposals, error);
    return status < 0 ? status : tell(finder, gray, 0, detections, capacity);
}

/* ---- streams ---- */

void mien_finder_restart(struct mien_finder *finder)
{
    finder->width = finder->height = 0;
}

void mien_finder_search_whole(struct mien_finder *finder, int whole)
{
    finder->whole = whole;
}

/* Of each view the picture is painted once in a while. */
static void paint_anew(struct mien_finder *finder, double time)
{
    proposals_repaint(finder->proposals);
    proposals_repaint(finder->quick);
    finder->painted = time;
}

static int look_first(struct mien_finder *finder, const struct mien_picture *gray, float smallest,
                      struct mien_error *error)
{
    finder->quick_round.done = finder->thorough_round.done = 0;
    return finder->offline ? propose_thoroughly(finder, gray, smallest, 0, ALL, error)
                           : propose_quickly(finder, gray, smallest, 0, ALL, error);
}

/* Proposes what is due of a round after so many seconds, once more from its start where it ends. */
static int go_on(struct mien_finder *finder, struct round *round, propose_function *propose,
                 const struct mien_picture *gray, float smallest, double seconds,
                 struct mien_error *error)
{
    if (seconds >= round->seconds)
        return propose(finder, gray, smallest, 0, ALL, error);
    double from = round->done, to = from + seconds / round->seconds;
    int status = propose(finder, gray, smallest, from, to < 1 ? to : ALL, error);
    if (status == 0 && to > 1)
        status = propose(finder, gray, smallest, 0, to - 1, error);
    round->done = to - floor(to);
    return status;
}

static int look_on(struct mien_finder *finder, const struct mien_picture *gray, float smallest,
                   double elapsed, struct mien_error *error)
{
    double quick = finder->whole ? INFINITY : elapsed;
    double thorough = finder->offline ? elapsed : fmin(elapsed, LIVE_SECONDS);
    int status =
        go_on(finder, &finder->thorough_round, propose_thoroughly, gray, smallest, thorough, error);
    return status < 0
               ? status
               : go_on(finder, &finder->quick_round, propose_quickly, gray, smallest, quick, error);
}

static float smallest_of_stream(const struct mien_finder *finder, const struct mien_picture *gray)
{
    return finder->smallest ? (float)finder->smallest
                            : fmaxf(DEFAULT_SMALLEST, STREAM_SMALLEST * (float)gray->height);
}

int mien_finder_follow(struct mien_finder *finder, const struct mien_picture *gray, double time,
                       const struct mien_detection *known, size_t known_count,
                       struct mien_detection *detections, size_t capacity, struct mien_error *error)
{
    float smallest = smallest_of_stream(finder, gray);
    double last = finder->time;
    int begins = gray->width != finder->width || gray->height != finder->height;
    int status = begin(finder, gray, error);
    finder->width = gray->width;
    finder->height = gray->height;
    finder->time = time;
    if (status == 0)
        status = hear_known(finder, gray, known, known_count, error);
    if (begins || time < last || time - finder->painted > STALE_SECONDS)
        paint_anew(finder, time);
    if (status < 0)
        return status;
    if (begins || time < last)
        status = look_first(finder, gray, smallest, error);
    else
        status = look_on(finder, gray, smallest, time - last, error);
    if (status == 0)
        status = hear(finder, gray, finder->proposals, error);
    if (status == 0)
        status = hear(finder, gray, finder->quick, error);
    return status < 0 ? status : tell(finder, gray, DOUBTFUL - finder->least, detections, capacity);
}

int mien_finder_trace(struct mien_finder *finder, const struct mien_picture *gray,
                      struct mien_detection *face, struct mien_error *error)
{
    struct mien_detection found;
    int status = begin(finder, gray, error);
    if (status == 0)
        status = hear_known(finder, gray, face, 1, error);
    if (status < 0 || tell(finder, gray, 0, &found, 1) == 0)
        return status;
    *face = found;
    return 1;
}
