/* Where faces may be: what the first stages of Haar cascades let through, in the picture as it is,
 * turned and mirrored. Most of it is none: a verifier tells. Private to vision/faces. */
#ifndef FACES_PROPOSALS_H
#define FACES_PROPOSALS_H

#include "cascade.h"
#include "mien/error.h"
#include "patch.h"

/* A way to look at the picture. */
struct view {
    int cascade;    /* index of the one to search with */
    float turn;     /* degrees by which faces are tilted that stand upright in it */
    int mirrored;   /* left and right swapped */
    float step;     /* ratio of neighbouring sizes */
    float smallest; /* side of the smallest face, pixels of the picture */
    float largest;  /* 0: no limit */
    float margin;   /* by which the edges go on, as a share of the picture's longer side */
};

struct proposals; /* one thread at a time; grows, then allocates nothing */

enum { PROPOSALS_CASCADES = 3 };

/* A cascade to search with: of `cascade` the first `stages`. */
struct proposals_source {
    const struct cascade *cascade;
    int stages;
};

/* `cpu` as in scan_create. The cascades are not needed any more afterwards. Returns 0, -EINVAL or
 * -ENOMEM. */
int proposals_create(struct proposals **proposals, const struct proposals_source *sources,
                     int count, const char *cpu, struct mien_error *error);
void proposals_destroy(struct proposals **proposals);

/* Begins anew: nothing is proposed. */
void proposals_clear(struct proposals *proposals);

/* Adds what is seen in the part from…to (0…1, and 2 for all there is) of one view. The picture is
 * that of the part from 0, or of the first part of this view since another: it is drawn but once.
 * Returns 0 or -ENOMEM. */
int proposals_add(struct proposals *proposals, const struct mien_picture *gray,
                  const struct view *view, double from, double to, struct mien_error *error);

/* The next part is looked for in the picture of its own. */
void proposals_repaint(struct proposals *proposals);

/* All of it so far; *patches stay the proposals' until the next call. Returns how many. */
int proposals_list(const struct proposals *proposals, const struct patch **patches);

#endif
