/* A small network that tells whether a patch shows a face, and where in it. Private to
 * vision/faces; models/training/face makes the network. */
#ifndef FACES_VERIFIER_H
#define FACES_VERIFIER_H

#include "mien/error.h"
#include "patch.h"

struct verifier; /* one thread at a time; allocates nothing after create */

struct verdict {
    float logit;       /* above 0: rather a face than not */
    struct patch face; /* where the face is, if it is one */
};

/* Returns 0, what mien_model_open returns, -EINVAL (a network of another kind) or -ENOMEM. */
int verifier_create(struct verifier **verifier, const char *model, const char *cpu,
                    struct mien_error *error);
void verifier_destroy(struct verifier **verifier);

/* Judges `count` patches that may hold a face's frame (the square that a Haar cascade sees as a
 * face, which the pictures of FER2013 are cut to). */
void verifier_judge(struct verifier *verifier, const struct mien_picture *gray,
                    const struct patch *patches, int count, struct verdict *verdicts);

#endif
