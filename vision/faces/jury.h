/* Who of many candidates is a face: the network judges them, and one is kept for each face. Private
 * to vision/faces. */
#ifndef FACES_JURY_H
#define FACES_JURY_H

#include "mien/error.h"
#include "patch.h"

/* One that may be a face. */
struct candidate {
    float logit; /* above 0: rather a face than not */
    float over;  /* by how much that exceeds what is asked of it */
    struct patch face;
};

struct jury; /* one thread at a time; grows, then allocates nothing */

/* As verifier_create. */
int jury_create(struct jury **jury, const char *model, const char *cpu, struct mien_error *error);
void jury_destroy(struct jury **jury);

/* Begins anew: there are no candidates. */
void jury_clear(struct jury *jury);

/* Judges places that may be faces, unless a face is known there, and those that are worth it again
 * where their faces are. Each must reach the logit `least`. Returns 0 or -ENOMEM. */
int jury_hear(struct jury *jury, const struct mien_picture *gray, const struct patch *places,
              int count, float least, struct mien_error *error);

/* Judges a place where a face was a moment ago. One that moved far is looked for around it. */
int jury_hear_known(struct jury *jury, const struct mien_picture *gray, const struct patch *place,
                    float least, struct mien_error *error);

/* Keeps the candidate of each face that exceeds most what is asked of it, those with more than
 * `floor` over it, in this order. *list stays the jury's. Returns how many. */
int jury_decide(struct jury *jury, float floor, const struct candidate **list);

#endif
