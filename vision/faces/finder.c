/* Proposals in several views, judged twice (where the network first sees a face, and again where it
 * says that the face is), and of those that mean the same face the surest. */
#include "mien/finder.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clamp.h"
#include "cascade_source.h"
#include "proposals.h"
#include "verifier.h"

#define DEFAULT_SMALLEST 24

/* How sure the network must be of what it looks at again, and of a face (docs/detection.md). */
#define WORTH_A_SECOND_LOOK -2.f
#define SURE 2.6f

/* Of how many stages a proposal must pass the first ones: fewer miss fewer faces. */
enum { FRONTAL, PROFILE, CASCADES };
static const struct {
    const char *file;
    int stages;
} sources[CASCADES] = {
    [FRONTAL] = {"haarcascade_frontalface_alt.xml", 11},
    [PROFILE] = {"haarcascade_profileface.xml", 18},
};

/* `smallest` and `largest` are times the finder's smallest face. */
static const struct view views[] = {
    {.cascade = FRONTAL, .step = 1.1f, .smallest = 1, .margin = 0.06f},
    {.cascade = FRONTAL, .step = 1.2f, .smallest = 1.5f, .turn = 30, .margin = 0.06f},
    {.cascade = FRONTAL, .step = 1.2f, .smallest = 1.5f, .turn = -30, .margin = 0.06f},
    {.cascade = PROFILE, .step = 1.2f, .smallest = 1.5f, .margin = 0.06f},
    {.cascade = PROFILE, .step = 1.2f, .smallest = 1.5f, .mirrored = 1, .margin = 0.06f},
};
enum { VIEWS = sizeof views / sizeof *views };

/* One that may be a face. */
struct candidate {
    float logit;
    struct patch face;
};

struct mien_finder {
    struct proposals *proposals;
    struct verifier *verifier;
    float least; /* logit of a face */
    int smallest, largest;
    struct verdict *verdicts;
    struct patch *patches;
    struct candidate *candidates;
    int capacity; /* of the three */
};

/* ---- making ---- */

static int create_proposals(struct mien_finder *finder, const struct mien_finder_options *options,
                            struct mien_error *error)
{
    struct proposals_source list[CASCADES] = {0};
    int status = 0;
    for (int i = 0; i < CASCADES && status == 0; i++) {
        list[i].stages = sources[i].stages;
        status = cascade_source_read(&list[i].cascade, options->cascades, sources[i].file, error);
    }
    if (status == 0)
        status = proposals_create(&finder->proposals, list, CASCADES, options->cpu, error);
    for (int i = 0; i < CASCADES; i++)
        cascade_free(&list[i].cascade);
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
    f->smallest = options->smallest ? options->smallest : DEFAULT_SMALLEST;
    f->largest = options->largest;
    status = create_proposals(f, options, error);
    if (status == 0)
        status = verifier_create(&f->verifier, options->model, options->cpu, error);
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
    verifier_destroy(&f->verifier);
    free(f->verdicts);
    free(f->patches);
    free(f->candidates);
    free(f);
    *finder = NULL;
}

/* ---- proposing and judging ---- */

static int propose(struct mien_finder *finder, const struct mien_picture *gray,
                   struct mien_error *error)
{
    int status = 0;
    proposals_clear(finder->proposals);
    for (int i = 0; i < VIEWS && status == 0; i++) {
        struct view view = views[i];
        view.smallest *= (float)finder->smallest;
        view.largest = (float)finder->largest;
        status = proposals_add(finder->proposals, gray, &view, error);
    }
    return status;
}

static int reserve(struct mien_finder *f, int count, struct mien_error *error)
{
    if (count <= f->capacity)
        return 0;
    size_t n = (size_t)count * 2;
    free(f->verdicts);
    free(f->patches);
    free(f->candidates);
    f->verdicts = malloc(n * sizeof *f->verdicts);
    f->patches = malloc(n * sizeof *f->patches);
    f->candidates = malloc(n * sizeof *f->candidates);
    f->capacity = f->verdicts && f->patches && f->candidates ? (int)n : 0;
    return f->capacity ? 0 : mien_error_set(error, ENOMEM, "no memory for %d faces", count);
}

/* Judges the proposals, and those that may be faces again where their faces are. Returns how many
 * candidates there are. */
static int judge(struct mien_finder *f, const struct mien_picture *gray,
                 const struct patch *proposed, int count)
{
    int kept = 0;
    verifier_judge(f->verifier, gray, proposed, count, f->verdicts);
    for (int i = 0; i < count; i++)
        if (f->verdicts[i].logit > WORTH_A_SECOND_LOOK)
            f->patches[kept++] = f->verdicts[i].face;
    verifier_judge(f->verifier, gray, f->patches, kept, f->verdicts);
    for (int i = 0; i < kept; i++)
        f->candidates[i] = (struct candidate){f->verdicts[i].logit, f->verdicts[i].face};
    return kept;
}

/* ---- one for each face ---- */

static int surer_first(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->logit != y->logit)
        return x->logit > y->logit ? -1 : 1;
    if (x->face.side != y->face.side)
        return x->face.side > y->face.side ? -1 : 1;
    return x->face.x != y->face.x ? (x->face.x < y->face.x ? -1 : 1) : 0;
}

static int are_one_face(const struct patch *a, const struct patch *b)
{
    float apart = hypotf(a->x - b->x, a->y - b->y);
    return apart < 0.5f * fmaxf(a->side, b->side);
}

/* Keeps the surest candidate of each face; returns how many. */
static int merge(struct mien_finder *f, int count)
{
    int kept = 0;
    qsort(f->candidates, (size_t)count, sizeof *f->candidates, surer_first);
    for (int i = 0; i < count && f->candidates[i].logit >= f->least; i++) {
        int known = 0;
        for (int j = 0; j < kept && !known; j++)
            known = are_one_face(&f->candidates[i].face, &f->candidates[j].face);
        if (!known)
            f->candidates[kept++] = f->candidates[i];
    }
    return kept;
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
        1 / (1 + expf(-candidate->logit))};
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

int mien_finder_find(struct mien_finder *finder, const struct mien_picture *gray,
                     struct mien_detection *detections, size_t capacity, struct mien_error *error)
{
    const struct patch *proposed;
    if (gray->pixels != MIEN_GRAY8)
        return mien_error_set(error, EINVAL, "faces are only looked for in gray pictures");
    int status = propose(finder, gray, error);
    int count = proposals_list(finder->proposals, &proposed);
    if (status == 0)
        status = reserve(finder, count, error);
    if (status < 0 || count == 0)
        return status;
    count = merge(finder, judge(finder, gray, proposed, count));
    size_t written = (size_t)count < capacity ? (size_t)count : capacity;
    for (size_t i = 0; i < written; i++)
        detections[i] = detection_of(&finder->candidates[i], gray);
    qsort(detections, written, sizeof *detections, larger_first);
    return count;
}
