/* Joins the boxes of one frame to the faces of the last by overlap, the best pair first.
 *
 * Overlap is measured where each face is expected now (its last detection moved on at its own
 * speed), so that two people who walk past each other keep their ids. */
#include "mien/tracks.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

struct area {
    double left, top, right, bottom;
};

struct slot {
    bool used;
    bool seen;               /* matched in this update */
    struct mien_track track; /* id is 0 until the face is confirmed */
    struct area raw;         /* last detection */
    struct area smooth;      /* what people see */
    double vx, vy;           /* pixels per second */
};

enum { PAIRS_MAX = 4 * MIEN_TRACKS_MAX };

/* A face and a box that may be the same. */
struct pair {
    double overlap;
    int slot, box;
};

struct mien_tracks {
    struct mien_tracks_options options;
    uint32_t last_id;
    struct slot slots[MIEN_TRACKS_MAX];
    struct mien_detection found[MIEN_TRACKS_MAX]; /* in this update */
    uint32_t flashes[MIEN_TRACKS_MAX];            /* ids, likewise */
    size_t flash_count;
    struct pair pairs[PAIRS_MAX];
    int pair_count;
};

struct mien_tracks_options mien_tracks_defaults(void)
{
    return (struct mien_tracks_options){.overlap = 0.3,
                                        .max_age = 0.5,
                                        .min_hits = 2,
                                        .smoothing = 0.08,
                                        .speed_smoothing = 0.15,
                                        .slowest_interval = 3};
}

int mien_tracks_create(struct mien_tracks **tracks, const struct mien_tracks_options *options,
                       struct mien_error *error)
{
    struct mien_tracks_options o = options ? *options : mien_tracks_defaults();
    if (!(o.overlap > 0 && o.overlap <= 1) || !(o.max_age > 0) || o.min_hits < 1)
        return mien_error_set(error, EINVAL,
                              "tracks need an overlap in 0…1, a max_age above 0 s and at least "
                              "1 detection");
    struct mien_tracks *created = calloc(1, sizeof *created);
    if (!created)
        return mien_error_set(error, ENOMEM, "no memory for the tracks of faces");
    created->options = o;
    *tracks = created;
    return 0;
}

void mien_tracks_destroy(struct mien_tracks **tracks)
{
    free(*tracks);
    *tracks = NULL;
}

static struct area area_of(const struct mien_box *box)
{
    return (struct area){box->x, box->y, (double)box->x + box->width, (double)box->y + box->height};
}

static double size_of(const struct area *a)
{
    return (a->right - a->left) * (a->bottom - a->top);
}

static double overlap_of(const struct area *a, const struct area *b)
{
    struct area both = {fmax(a->left, b->left), fmax(a->top, b->top), fmin(a->right, b->right),
                        fmin(a->bottom, b->bottom)};
    if (!(both.right > both.left && both.bottom > both.top))
        return 0;
    double shared = size_of(&both);
    return shared / (size_of(a) + size_of(b) - shared);
}

static struct area expected_at(const struct slot *slot, double time)
{
    double dx = slot->vx * (time - slot->track.last), dy = slot->vy * (time - slot->track.last);
    return (struct area){slot->raw.left + dx, slot->raw.top + dy, slot->raw.right + dx,
                         slot->raw.bottom + dy};
}

static void blend(double *value, double target, double share)
{
    *value += share * (target - *value);
}

/* The share of a new value that a running average of this time constant takes after dt. */
static double share_after(double dt, double time_constant)
{
    return time_constant > 0 ? 1 - exp(-dt / time_constant) : 1;
}

static void measure_speed(struct slot *slot, const struct area *seen, double dt, double smoothing)
{
    if (!(dt > 0))
        return;
    double share = share_after(dt, smoothing);
    double dx = (seen->left + seen->right - slot->raw.left - slot->raw.right) / 2;
    double dy = (seen->top + seen->bottom - slot->raw.top - slot->raw.bottom) / 2;
    blend(&slot->vx, dx / dt, share);
    blend(&slot->vy, dy / dt, share);
}

/* Edges are rounded, not sides, so that a box between two of the picture's stays inside it. */
static struct mien_box box_of(const struct area *a)
{
    int left = (int)lround(a->left), top = (int)lround(a->top);
    return (struct mien_box){left, top, (int)lround(a->right) - left, (int)lround(a->bottom) - top};
}

static void follow(struct mien_tracks *tracks, struct slot *slot,
                   const struct mien_detection *found, double time)
{
    double dt = time - slot->track.last;
    struct area seen = area_of(&found->box);
    double share = share_after(dt, tracks->options.smoothing);
    measure_speed(slot, &seen, dt, tracks->options.speed_smoothing);
    blend(&slot->smooth.left, seen.left, share);
    blend(&slot->smooth.top, seen.top, share);
    blend(&slot->smooth.right, seen.right, share);
    blend(&slot->smooth.bottom, seen.bottom, share);
    slot->raw = seen;
    slot->seen = true;
    slot->track.last = time;
    slot->track.hits++;
    slot->track.tilt = found->tilt;
    slot->track.score = found->score;
    slot->track.box = box_of(&slot->smooth);
}

static void begin(struct slot *slot, int number, const struct mien_detection *found, double time)
{
    struct area seen = area_of(&found->box);
    *slot = (struct slot){
        .used = true,
        .seen = true,
        .track = {.first = time,
                  .last = time,
                  .hits = 1,
                  .slot = number,
                  .tilt = found->tilt,
                  .score = found->score},
        .raw = seen,
        .smooth = seen,
    };
    slot->track.box = box_of(&slot->smooth);
}

static void begin_in_free_slot(struct mien_tracks *tracks, const struct mien_detection *found,
                               double time)
{
    for (int i = 0; i < MIEN_TRACKS_MAX; i++) {
        if (!tracks->slots[i].used) {
            begin(&tracks->slots[i], i, found, time);
            return;
        }
    }
}

/* A gap longer than max_age ends a track, even if a box would fit: it may be another face. Where
 * looks are rarer than that, a face of the last look is given until this one. */
static void drop_expired(struct mien_tracks *tracks, double time)
{
    for (int i = 0; i < MIEN_TRACKS_MAX; i++) {
        struct slot *slot = &tracks->slots[i];
        double patience = tracks->options.max_age;
        if (slot->seen)
            patience = fmax(patience, tracks->options.slowest_interval);
        if (time - slot->track.last > patience)
            slot->used = false;
    }
}

/* What was seen too seldom to be believed and now is gone was a flash of the detector. */
static void drop_flashes(struct mien_tracks *tracks)
{
    tracks->flash_count = 0;
    for (int i = 0; i < MIEN_TRACKS_MAX; i++) {
        struct slot *slot = &tracks->slots[i];
        if (!slot->used || slot->seen || slot->track.hits >= tracks->options.min_hits)
            continue;
        if (slot->track.id)
            tracks->flashes[tracks->flash_count++] = slot->track.id;
        slot->used = false;
    }
}

static void number_confirmed(struct mien_tracks *tracks, int hits)
{
    for (int i = 0; i < MIEN_TRACKS_MAX; i++) {
        struct slot *slot = &tracks->slots[i];
        if (slot->used && !slot->track.id && slot->track.hits >= hits)
            slot->track.id = ++tracks->last_id;
    }
}

/* Pairs of a face and a box that may be the same. A box overlaps few faces by so much: what is
 * beyond this many pairs is the least of them. */
static void measure_overlaps(struct mien_tracks *tracks, const struct mien_detection *found,
                             size_t count, double time)
{
    tracks->pair_count = 0;
    for (int i = 0; i < MIEN_TRACKS_MAX; i++) {
        if (!tracks->slots[i].used)
            continue;
        struct area expected = expected_at(&tracks->slots[i], time);
        for (size_t j = 0; j < count && tracks->pair_count < PAIRS_MAX; j++) {
            struct area box = area_of(&found[j].box);
            double overlap = overlap_of(&expected, &box);
            if (overlap >= tracks->options.overlap)
                tracks->pairs[tracks->pair_count++] = (struct pair){overlap, i, (int)j};
        }
    }
}

/* The greatest overlap first; among equals the lower slot and the larger box. */
static int best_first(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->overlap != y->overlap)
        return x->overlap > y->overlap ? -1 : 1;
    return x->slot != y->slot ? x->slot - y->slot : x->box - y->box;
}

static void follow_best(struct mien_tracks *tracks, const struct mien_detection *found, double time,
                        bool *taken)
{
    qsort(tracks->pairs, (size_t)tracks->pair_count, sizeof *tracks->pairs, best_first);
    for (int i = 0; i < tracks->pair_count; i++) {
        const struct pair *pair = &tracks->pairs[i];
        struct slot *slot = &tracks->slots[pair->slot];
        if (slot->seen || taken[pair->box])
            continue;
        follow(tracks, slot, &found[pair->box], time);
        taken[pair->box] = true;
    }
}

/* `hits`: after how many a face is shown. */
static void update(struct mien_tracks *tracks, size_t count, double time, int hits)
{
    const struct mien_detection *found = tracks->found;
    bool taken[MIEN_TRACKS_MAX] = {false};
    drop_expired(tracks, time);
    for (size_t i = 0; i < MIEN_TRACKS_MAX; i++)
        tracks->slots[i].seen = false;
    measure_overlaps(tracks, found, count, time);
    follow_best(tracks, found, time, taken);
    drop_expired(tracks, time);
    drop_flashes(tracks);
    for (size_t j = 0; j < count; j++)
        if (!taken[j])
            begin_in_free_slot(tracks, &found[j], time);
    number_confirmed(tracks, hits);
}

void mien_tracks_update(struct mien_tracks *tracks, const struct mien_box *boxes, size_t count,
                        double time)
{
    count = count < MIEN_TRACKS_MAX ? count : MIEN_TRACKS_MAX;
    for (size_t i = 0; i < count; i++)
        tracks->found[i] = (struct mien_detection){.box = boxes[i]};
    update(tracks, count, time, tracks->options.min_hits);
}

void mien_tracks_follow(struct mien_tracks *tracks, const struct mien_detection *found,
                        size_t count, double time, int at_once)
{
    size_t kept = 0;
    for (size_t i = 0; i < count && kept < MIEN_TRACKS_MAX; i++)
        if (found[i].sure)
            tracks->found[kept++] = found[i];
    update(tracks, kept, time, at_once ? 1 : tracks->options.min_hits);
}

size_t mien_tracks_flashes(const struct mien_tracks *tracks, uint32_t *ids, size_t capacity)
{
    size_t count = tracks->flash_count < capacity ? tracks->flash_count : capacity;
    for (size_t i = 0; i < count; i++)
        ids[i] = tracks->flashes[i];
    return count;
}

void mien_tracks_number_after(struct mien_tracks *tracks, const struct mien_tracks *before)
{
    tracks->last_id = before->last_id;
}

void mien_tracks_forget(struct mien_tracks *tracks)
{
    for (int i = 0; i < MIEN_TRACKS_MAX; i++)
        tracks->slots[i].used = false;
    tracks->flash_count = 0;
}

static int by_id(const void *a, const void *b)
{
    uint32_t x = ((const struct mien_track *)a)->id, y = ((const struct mien_track *)b)->id;
    return x < y ? -1 : x > y;
}

size_t mien_tracks_confirmed(const struct mien_tracks *tracks, struct mien_track *out,
                             size_t capacity)
{
    struct mien_track shown[MIEN_TRACKS_MAX];
    size_t count = 0;
    for (int i = 0; i < MIEN_TRACKS_MAX; i++)
        if (tracks->slots[i].used && tracks->slots[i].track.id)
            shown[count++] = tracks->slots[i].track;
    qsort(shown, count, sizeof *shown, by_id);
    count = count < capacity ? count : capacity;
    for (size_t i = 0; i < count; i++)
        out[i] = shown[i];
    return count;
}

size_t mien_tracks_tentative(const struct mien_tracks *tracks, struct mien_box *boxes,
                             size_t capacity)
{
    size_t count = 0;
    for (int i = 0; i < MIEN_TRACKS_MAX && count < capacity; i++)
        if (tracks->slots[i].used && !tracks->slots[i].track.id)
            boxes[count++] = tracks->slots[i].track.box;
    return count;
}

size_t mien_tracks_expected_faces(const struct mien_tracks *tracks, double time,
                                  struct mien_detection *faces, size_t capacity)
{
    size_t count = 0;
    for (int i = 0; i < MIEN_TRACKS_MAX && count < capacity; i++) {
        const struct slot *slot = &tracks->slots[i];
        if (!slot->used)
            continue;
        struct area expected = expected_at(slot, time);
        faces[count++] = (struct mien_detection){box_of(&expected), slot->track.tilt,
                                                 slot->track.score, slot->track.id > 0};
    }
    return count;
}

size_t mien_tracks_expected(const struct mien_tracks *tracks, double time, struct mien_box *boxes,
                            size_t capacity)
{
    struct mien_detection faces[MIEN_TRACKS_MAX];
    size_t count = mien_tracks_expected_faces(tracks, time, faces, MIEN_TRACKS_MAX);
    count = count < capacity ? count : capacity;
    for (size_t i = 0; i < count; i++)
        boxes[i] = faces[i].box;
    return count;
}
