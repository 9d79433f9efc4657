/* A model file: weights and everything a program must know to use them (models/FORMAT.md).
 *
 * The file is treated as hostile: every size, offset and shape is checked against the file's
 * length and the layer list before anything is allocated or read. */
#ifndef MIEN_MODEL_H
#define MIEN_MODEL_H

#include <stddef.h>

#include "mien/error.h"
#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MIEN_LABELS_MAX = 32, /* labels of a model */
    MIEN_PRECISIONS = 3   /* that a network can be computed in */
};

struct mien_model; /* immutable but for mien_model_drop_weights; any number of threads */

/* What the file says of itself. Strings live as long as the model. */
struct mien_model_info {
    const char *name;          /* the path (or name) the model was opened under */
    int width;                 /* of the network's input, pixels */
    int height;                /* of it */
    int channels;              /* 1: gray */
    float divide;              /* input value = (pixel / divide - mean) / std */
    float mean;                /* see divide */
    float std;                 /* see divide */
    int label_count;           /* 2…MIEN_LABELS_MAX */
    const char *const *labels; /* in the order of the network's outputs */
    float temperature;         /* calibration: probabilities = softmax(logits / temperature) */
    double accuracy[MIEN_PRECISIONS]; /* measured in fp32, bf16, int8, 0…1; 0: not measured */
    const char *provenance;           /* JSON text, as it stands in the file */
    size_t parameters;                /* all weights: trainable and statistics */
    size_t trainable;                 /* without the batch-norms' running statistics */
    size_t statistics;                /* running means and variances */
};

/* Reads and checks a model file; on success *model is the caller's, to be closed.
 * *model is untouched on failure. Returns 0 or
 *   -ENOENT, -EACCES, -EISDIR, … the file cannot be opened or read
 *   -EINVAL  it is no model file, or a tensor or layer in it is wrong (error: file, tensor, why)
 *   -EFBIG   larger than any model this program can use
 *   -ENOMEM */
MIEN_API int mien_model_open(struct mien_model **model, const char *path, struct mien_error *error);

/* The same for a file already in memory; `bytes` is not needed after the call. */
MIEN_API int mien_model_parse(struct mien_model **model, const void *bytes, size_t size,
                              const char *name, struct mien_error *error);

/* Frees the weights, which are most of a model; what mien_model_info tells stays. To be called when
 * the networks are made, while no other thread uses the model: mien_network_create then refuses it
 * with -EINVAL. */
MIEN_API void mien_model_drop_weights(struct mien_model *model);

/* Frees the model and sets *model to NULL. A NULL model is fine. */
MIEN_API void mien_model_close(struct mien_model **model);

/* What the file says of itself; lives as long as the model. */
MIEN_API const struct mien_model_info *mien_model_info(const struct mien_model *model);

#ifdef __cplusplus
}
#endif
#endif
