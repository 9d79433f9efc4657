/* Weights as the kernels read them: in their order and format, in one piece of memory. */
#ifndef CORE_WEIGHTS_H
#define CORE_WEIGHTS_H

#include "kernels.h"
#include "plan.h"

/* An operation's weights; NULL where it has none. */
struct packed {
    void *weights;
    size_t size;      /* bytes, a multiple of 64 */
    int32_t *padding; /* as in struct call; NULL where that has none */
    int half;         /* stored in half precision */
    int tile;         /* for Winograd's tiles of this side; 0: directly */
};

struct weights {
    struct packed *packed; /* for each operation of the plan */
    void *memory;
};

/* Packs the weights of all operations, and adapts their factors to the formats of the maps they
 * read and write; to be done once. Returns 0 or -ENOMEM. */
int weights_pack(struct weights *weights, struct plan *plan, const struct kernels *kernels,
                 struct mien_error *error);
void weights_free(struct weights *weights);

#endif
