#include "jury.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "verifier.h"

/* How sure the network must be of what it looks at again (docs/detection.md). */
#define WORTH_A_SECOND_LOOK -2.f

/* A known face that hardly moved (in sides of its box) is not looked at again. */
#define STILL 0.08f
/* Where else to look for one that is not where it was expected, in its sides. */
#define STRIDE 0.3f

struct jury {
    struct verifier *verifier;
    struct verdict *verdicts;
    struct patch *patches;
    int room; /* of these two */
    struct candidate *candidates;
    int count, capacity;
};

/* ---- making ---- */

int jury_create(struct jury **jury, const char *model, const char *cpu, struct mien_error *error)
{
    struct jury *created = calloc(1, sizeof *created);
    if (!created)
        return mien_error_set(error, ENOMEM, "no memory to find faces");
    int status = verifier_create(&created->verifier, model, cpu, error);
    if (status < 0) {
        free(created);
        return status;
    }
    *jury = created;
    return 0;
}

void jury_destroy(struct jury **jury)
{
    struct jury *j = *jury;
    if (!j)
        return;
    verifier_destroy(&j->verifier);
    free(j->verdicts);
    free(j->patches);
    free(j->candidates);
    free(j);
    *jury = NULL;
}

void jury_clear(struct jury *jury)
{
    jury->count = 0;
}

static int no_memory(struct mien_error *error)
{
    return mien_error_set(error, ENOMEM, "no memory to find faces");
}

/* For what is judged at once. */
static int reserve_verdicts(struct jury *j, int count, struct mien_error *error)
{
    if (count <= j->room)
        return 0;
    size_t n = (size_t)count * 2;
    free(j->verdicts);
    free(j->patches);
    j->verdicts = malloc(n * sizeof *j->verdicts);
    j->patches = malloc(n * sizeof *j->patches);
    j->room = j->verdicts && j->patches ? (int)n : 0;
    return j->room ? 0 : no_memory(error);
}

static int reserve_candidates(struct jury *j, int more, struct mien_error *error)
{
    if (j->count + more <= j->capacity)
        return 0;
    int capacity = 2 * (j->count + more);
    void *grown = realloc(j->candidates, (size_t)capacity * sizeof *j->candidates);
    if (!grown)
        return no_memory(error);
    j->candidates = grown;
    j->capacity = capacity;
    return 0;
}

/* ---- judging ---- */

static void add(struct jury *j, const struct verdict *verdict, float least)
{
    j->candidates[j->count++] =
        (struct candidate){verdict->logit, verdict->logit - least, verdict->face};
}

static int are_one_face(const struct patch *a, const struct patch *b)
{
    float apart = hypotf(a->x - b->x, a->y - b->y);
    return apart < 0.5f * fmaxf(a->side, b->side);
}

static int is_known(const struct jury *jury, const struct patch *place)
{
    for (int i = 0; i < jury->count; i++)
        if (jury->candidates[i].over >= 0 && are_one_face(&jury->candidates[i].face, place))
            return 1;
    return 0;
}

/* Copies the places where no face is known yet; returns how many. */
static int leave_out_known(struct jury *j, const struct patch *places, int count)
{
    int kept = 0;
    for (int i = 0; i < count; i++)
        if (!is_known(j, &places[i]))
            j->patches[kept++] = places[i];
    return kept;
}

int jury_hear(struct jury *j, const struct mien_picture *gray, const struct patch *places,
              int count, float least, struct mien_error *error)
{
    int kept = 0, status = reserve_verdicts(j, count, error);
    if (status == 0)
        status = reserve_candidates(j, count, error);
    if (status < 0)
        return status;
    int fresh = leave_out_known(j, places, count);
    verifier_judge(j->verifier, gray, j->patches, fresh, j->verdicts);
    for (int i = 0; i < fresh; i++)
        if (j->verdicts[i].logit > WORTH_A_SECOND_LOOK)
            j->patches[kept++] = j->verdicts[i].face;
    verifier_judge(j->verifier, gray, j->patches, kept, j->verdicts);
    for (int i = 0; i < kept; i++)
        add(j, &j->verdicts[i], least);
    return 0;
}

static int hardly_moved(const struct patch *from, const struct patch *to)
{
    return hypotf(to->x - from->x, to->y - from->y) < STILL * from->side &&
           fabsf(to->side - from->side) < STILL * from->side;
}

static int look_around(struct jury *j, const struct mien_picture *gray, const struct patch *place,
                       float least, struct mien_error *error)
{
    struct patch around[8];
    int count = 0;
    for (int y = -1; y <= 1; y++)
        for (int x = -1; x <= 1; x++)
            if (x || y)
                around[count++] = (struct patch){place->x + STRIDE * (float)x * place->side,
                                                 place->y + STRIDE * (float)y * place->side,
                                                 place->side, place->tilt};
    return jury_hear(j, gray, around, count, least, error);
}

int jury_hear_known(struct jury *j, const struct mien_picture *gray, const struct patch *place,
                    float least, struct mien_error *error)
{
    struct verdict verdict;
    int status = reserve_candidates(j, 1, error);
    if (status < 0)
        return status;
    verifier_judge(j->verifier, gray, place, 1, &verdict);
    if (verdict.logit < WORTH_A_SECOND_LOOK)
        return look_around(j, gray, place, least, error);
    struct patch seen = verdict.face;
    if (verdict.logit < least || !hardly_moved(place, &seen))
        verifier_judge(j->verifier, gray, &seen, 1, &verdict);
    add(j, &verdict, least);
    return 0;
}

/* ---- one for each face ---- */

static int surer_first(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->over != y->over)
        return x->over > y->over ? -1 : 1;
    if (x->face.side != y->face.side)
        return x->face.side > y->face.side ? -1 : 1;
    return x->face.x != y->face.x ? (x->face.x < y->face.x ? -1 : 1) : 0;
}

int jury_decide(struct jury *j, float floor, const struct candidate **list)
{
    int kept = 0;
    if (j->count > 0)
        qsort(j->candidates, (size_t)j->count, sizeof *j->candidates, surer_first);
    for (int i = 0; i < j->count && j->candidates[i].over >= floor; i++) {
        int known = 0;
        for (int k = 0; k < kept && !known; k++)
            known = are_one_face(&j->candidates[i].face, &j->candidates[k].face);
        if (!known)
            j->candidates[kept++] = j->candidates[i];
    }
    *list = j->candidates;
    return j->count = kept;
}
