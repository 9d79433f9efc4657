/* The safetensors container: an 8-byte header length, a JSON header, then the tensors' bytes.
 * Knows nothing of networks; everything it hands out lies inside the given bytes. */
#ifndef CORE_SAFETENSORS_H
#define CORE_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "mien/error.h"

enum { TENSOR_RANK_MAX = 4, TENSORS_MAX = 1024, TENSOR_NAME_MAX = 96 };

enum tensor_type { TENSOR_F32, TENSOR_F16, TENSOR_BF16 };

struct tensor {
    const char *name;
    enum tensor_type type;
    int rank;
    size_t shape[TENSOR_RANK_MAX];
    size_t count;         /* of values: the product of shape */
    size_t begin, end;    /* offsets into the data */
    const uint8_t *bytes; /* any alignment, little-endian */
    int taken;            /* for the reader: belongs to a layer */
};

struct safetensors {
    struct cJSON *header;
    const struct cJSON *metadata; /* NULL where the header has none */
    struct tensor *tensors;
    size_t tensor_count;
};

/* Checks the container: sizes, types, offsets without overlap or hole, no key twice. `bytes` must
 * outlive `file`. Returns 0, -EINVAL or -ENOMEM; messages begin with `name`. */
int safetensors_read(struct safetensors *file, const void *bytes, size_t size, const char *name,
                     struct mien_error *error);
void safetensors_free(struct safetensors *file);

/* Converts a tensor to `values` (tensor->count of them); returns 0, or -EINVAL where one is
 * infinite or no number. */
int tensor_to_floats(const struct tensor *tensor, float *values);

/* The same check of a TENSOR_F16, which stays as it is. */
int tensor_halves_are_finite(const struct tensor *tensor);

/* The JSON value that the whole text is; NULL where it is none, or more, or `text` is NULL. To be
 * released with cJSON_Delete. */
struct cJSON *json_parse(const char *text);

/* Whether an object in this JSON, at any depth, has a key twice or absurdly many keys. */
int json_is_ambiguous(const struct cJSON *json);

#endif
