/* A labelled data set, classified with all threads. */
#ifndef APP_DATASET_H
#define APP_DATASET_H

#include "idx.h"
#include "mien/error.h"
#include "mien/network.h"

struct dataset {
    struct idx images, labels; /* equally many */
};

/* Reads both files and checks that they belong together and to `classes` labels. Returns 0 or
 * −errno as idx_read; -EINVAL when they do not fit. */
int dataset_read(struct dataset *set, const char *images, const char *labels, int classes,
                 struct mien_error *error);
void dataset_free(struct dataset *set);

/* Removes the pictures whose very same pixels stand in `seen`; returns how many. */
int dataset_exclude(struct dataset *set, const struct idx *seen);

/* Probabilities of every picture (count × label_count), each through the crop that live pictures
 * take. Returns 0 or -ENOMEM. */
int dataset_classify(const struct dataset *set, const struct mien_network *network,
                     const struct mien_model_info *model, int threads, float *probabilities,
                     struct mien_error *error);

#endif
