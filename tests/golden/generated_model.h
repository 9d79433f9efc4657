/* Model files made up in memory, with the weights that make_golden.py draws. */
#ifndef TESTS_GENERATED_MODEL_H
#define TESTS_GENERATED_MODEL_H

#include <stddef.h>
#include <stdint.h>

struct cJSON;

/* The bytes of a safetensors file; owned by the caller, to be released with free(). */
struct file_bytes {
    uint8_t *data;
    size_t size;
};

/* A complete model: `architecture` is a JSON list of layers, `labels` a JSON list. */
struct file_bytes generate_model(const struct cJSON *architecture, const struct cJSON *labels,
                                 int side, int half);

/* A file of this header and `size` bytes of data. */
struct file_bytes assemble_file(const char *header, const uint8_t *data, size_t size);

/* The file with the first `from` in its header replaced by `to`; `from` must be there. */
struct file_bytes edit_header(const struct file_bytes *file, const char *from, const char *to);

enum { GOLDEN_PICTURES = 64, GOLDEN_SIDE = 48 };

/* Picture `index` of the golden ones: 48×48 values. */
void generate_picture(int index, float *values);

#endif
