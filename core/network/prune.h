/* Leaves out what a network's first convolution computes for nothing.
 *
 * Pixels are never negative and never more than white, so the largest value that an output channel
 * can take is known. Where that is below zero and a relu follows, the channel is zero for every
 * picture, and behind the batch-norm it is a constant. All such channels become a single one, which
 * is 1, and the next convolution's weights take in the constants. */
#ifndef CORE_PRUNE_H
#define CORE_PRUNE_H

#include "layers.h"

struct pruned {
    struct layer_list layers;
    float *memory;  /* of the tensors that are not the model's */
    float *widened; /* likewise */
};

/* Prunes for inputs from `low` to `high`. The model's tensors must outlive the list. Returns 0, or
 * -ENOMEM. */
int prune(struct pruned *pruned, const struct layer_list *layers, float low, float high,
          struct mien_error *error);
void prune_free(struct pruned *pruned);

#endif
