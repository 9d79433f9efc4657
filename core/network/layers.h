/* The layer list of a model, checked and flat: what lies between the file and the network. */
#ifndef CORE_LAYERS_H
#define CORE_LAYERS_H

#include <stddef.h>
#include <stdint.h>

#include "mien/error.h"

enum { LAYERS_MAX = 256, LAYER_NAME_MAX = 63 };

enum layer_op {
    LAYER_CONV,
    LAYER_BATCH_NORM,
    LAYER_RELU,
    LAYER_MAX_POOL,
    LAYER_RESIDUAL_BEGIN, /* keeps its input… */
    LAYER_RESIDUAL_END,   /* …which is added here */
    LAYER_GLOBAL_AVERAGE_POOL,
    LAYER_DENSE,
    LAYER_SOFTMAX,
};

struct shape {
    int channels, height, width;
};

struct layer {
    enum layer_op op;
    char name[LAYER_NAME_MAX + 1]; /* empty where the layer has no tensors */
    struct shape input, output;
    int kernel;    /* conv */
    float epsilon; /* batch_norm */
    /* conv: [output][input][kernel][kernel]; dense: [output][input]; else [channels] */
    const float *weight, *bias, *mean, *variance;
    /* Weights of a conv or dense layer that the file has in half precision, as it has them:
     * `weight` is NULL then. Widened all at once they would fill the cache many times over. */
    const uint8_t *halves;
};

/* Weights of a conv or dense layer that lead to one output. */
static inline size_t layer_filter_size(const struct layer *layer)
{
    return (size_t)layer->input.channels * (size_t)(layer->kernel * layer->kernel);
}

struct layer_list {
    int count;
    struct layer layers[LAYERS_MAX];
};

/* Reads the JSON text of an architecture for an input of this shape; tensors are left NULL.
 * Dropout is left out. Messages begin with `name` and count layers as they stand in the text.
 * Returns 0 or -EINVAL. */
int layers_read(struct layer_list *list, const char *text, struct shape input, const char *name,
                struct mien_error *error);

#endif
