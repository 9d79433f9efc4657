#include "safetensors.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "half.h"

enum { LENGTH_BYTES = 8, HEADER_MAX = 1 << 20 };

/* Names stand in messages, so they are kept plain: printable ASCII without quotes. */
static int is_plain_name(const char *name)
{
    size_t length = strlen(name);
    if (length < 1 || length > TENSOR_NAME_MAX)
        return 0;
    for (; *name; name++)
        if (*name <= ' ' || *name > '~' || *name == '\'' || *name == '"')
            return 0;
    return 1;
}

cJSON *json_parse(const char *text)
{
    return text ? cJSON_ParseWithOpts(text, NULL, 1) : NULL;
}

int json_is_ambiguous(const cJSON *json)
{
    int count = 0;
    for (const cJSON *child = json->child; child; child = child->next) {
        if (json_is_ambiguous(child))
            return 1;
        if (!cJSON_IsObject(json))
            continue;
        if (++count > TENSORS_MAX)
            return 1;
        for (const cJSON *other = child->next; other; other = other->next)
            if (!strcmp(child->string, other->string))
                return 1;
    }
    return 0;
}

static int read_whole(const cJSON *number, size_t *value)
{
    if (!cJSON_IsNumber(number))
        return 0;
    double v = number->valuedouble;
    if (!(v >= 0 && v <= (double)(1LL << 52)) || v != floor(v))
        return 0;
    *value = (size_t)v;
    return 1;
}

static int read_type(const cJSON *type, enum tensor_type *value)
{
    static const char *const names[] = {
        [TENSOR_F32] = "F32", [TENSOR_F16] = "F16", [TENSOR_BF16] = "BF16"};
    for (size_t i = 0; cJSON_IsString(type) && i < sizeof names / sizeof *names; i++)
        if (!strcmp(type->valuestring, names[i])) {
            *value = (enum tensor_type)i;
            return 1;
        }
    return 0;
}

/* Values that cannot all lie in memory make the shape refused. */
static int read_shape(const cJSON *shape, struct tensor *tensor)
{
    if (!cJSON_IsArray(shape))
        return 0;
    tensor->count = 1;
    for (const cJSON *side = shape->child; side; side = side->next) {
        size_t *value = &tensor->shape[tensor->rank];
        if (tensor->rank == TENSOR_RANK_MAX || !read_whole(side, value) || *value == 0 ||
            __builtin_mul_overflow(tensor->count, *value, &tensor->count) ||
            tensor->count > SIZE_MAX / 8)
            return 0;
        tensor->rank++;
    }
    return 1;
}

static int read_tensor(const cJSON *item, const uint8_t *data, size_t data_size,
                       struct tensor *tensor, const char *name, struct mien_error *error)
{
    if (!is_plain_name(item->string))
        return mien_error_set(error, EINVAL, "%s: a tensor has an unusable name", name);
    const char *fault = NULL;
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");
    tensor->name = item->string;
    if (!read_type(cJSON_GetObjectItemCaseSensitive(item, "dtype"), &tensor->type))
        fault = "its type is none of F32, F16, BF16";
    else if (!read_shape(cJSON_GetObjectItemCaseSensitive(item, "shape"), tensor))
        fault = "its shape is missing, empty or too large";
    else if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2 ||
             !read_whole(offsets->child, &tensor->begin) ||
             !read_whole(offsets->child->next, &tensor->end))
        fault = "data_offsets must be two whole numbers";
    else if (tensor->begin > tensor->end || tensor->end > data_size)
        fault = "its data lies outside the file";
    else if (tensor->end - tensor->begin != tensor->count * (tensor->type == TENSOR_F32 ? 4 : 2))
        fault = "its shape does not match the size of its data";
    if (fault)
        return mien_error_set(error, EINVAL, "%s: tensor '%s': %s", name, tensor->name, fault);
    tensor->bytes = data + tensor->begin;
    return 0;
}

static int by_offset(const void *a, const void *b)
{
    const struct tensor *left = a, *right = b;
    return (left->begin > right->begin) - (left->begin < right->begin);
}

/* Tensors must fill the data from end to end, each byte belonging to exactly one. */
static int check_layout(const struct safetensors *file, size_t data_size, const char *name,
                        struct mien_error *error)
{
    size_t end = 0;
    for (size_t i = 0; i < file->tensor_count; i++) {
        const struct tensor *tensor = &file->tensors[i];
        if (tensor->begin != end)
            return mien_error_set(error, EINVAL, "%s: tensor '%s': its data %s", name, tensor->name,
                                  tensor->begin < end ? "overlaps another tensor's"
                                                      : "follows a hole in the file");
        end = tensor->end;
    }
    if (end != data_size)
        return mien_error_set(error, EINVAL, "%s: %zu bytes at the end belong to no tensor", name,
                              data_size - end);
    return 0;
}

static int read_tensors(struct safetensors *file, const uint8_t *data, size_t data_size,
                        const char *name, struct mien_error *error)
{
    int count = cJSON_GetArraySize(file->header);
    file->tensors = calloc((size_t)count + 1, sizeof *file->tensors);
    if (!file->tensors)
        return mien_error_set(error, ENOMEM, "%s: no memory for %d tensors", name, count);
    for (const cJSON *item = file->header->child; item; item = item->next) {
        if (item == file->metadata)
            continue;
        int result =
            read_tensor(item, data, data_size, &file->tensors[file->tensor_count++], name, error);
        if (result < 0)
            return result;
    }
    qsort(file->tensors, file->tensor_count, sizeof *file->tensors, by_offset);
    return check_layout(file, data_size, name, error);
}

/* cJSON 1.7.15 may look one byte past the given length, so it gets a copy with a NUL behind it. */
static cJSON *parse_header(const uint8_t *text, size_t length)
{
    char *copy = malloc(length + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    cJSON *header = memchr(copy, '\0', length) ? NULL : json_parse(copy);
    free(copy);
    return header;
}

int safetensors_read(struct safetensors *file, const void *bytes, size_t size, const char *name,
                     struct mien_error *error)
{
    const uint8_t *start = bytes;
    *file = (struct safetensors){0};
    if (size < LENGTH_BYTES)
        return mien_error_set(error, EINVAL, "%s: too short for a model file (%zu bytes)", name,
                              size);
    uint64_t length = 0;
    for (int i = LENGTH_BYTES; i-- > 0;)
        length = length << 8 | start[i];
    if (length > HEADER_MAX || length > size - LENGTH_BYTES)
        return mien_error_set(error, EINVAL,
                              "%s: no safetensors file, or cut short: its header would have %llu "
                              "bytes",
                              name, (unsigned long long)length);
    file->header = parse_header(start + LENGTH_BYTES, (size_t)length);
    int result;
    if (!cJSON_IsObject(file->header)) {
        result = mien_error_set(error, EINVAL, "%s: the header is no JSON object", name);
    } else if (json_is_ambiguous(file->header)) {
        result =
            mien_error_set(error, EINVAL, "%s: the header has a key twice, or too many keys", name);
    } else {
        file->metadata = cJSON_GetObjectItemCaseSensitive(file->header, "__metadata__");
        result = read_tensors(file, start + LENGTH_BYTES + length,
                              size - LENGTH_BYTES - (size_t)length, name, error);
    }
    if (result < 0)
        safetensors_free(file);
    return result;
}

void safetensors_free(struct safetensors *file)
{
    cJSON_Delete(file->header);
    free(file->tensors);
    *file = (struct safetensors){0};
}

static uint32_t read_u16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t read_u32(const uint8_t *bytes)
{
    return read_u16(bytes) | read_u16(bytes + 2) << 16;
}

int tensor_to_floats(const struct tensor *tensor, float *values)
{
    const uint8_t *bytes = tensor->bytes;
    switch (tensor->type) {
    case TENSOR_F32:
        for (size_t i = 0; i < tensor->count; i++)
            values[i] = float_of_bits(read_u32(bytes + 4 * i));
        break;
    case TENSOR_F16:
        floats_of_halves(bytes, tensor->count, values);
        break;
    case TENSOR_BF16:
        for (size_t i = 0; i < tensor->count; i++)
            values[i] = float_of_bits(read_u16(bytes + 2 * i) << 16);
        break;
    }
    int broken = 0;
    for (size_t i = 0; i < tensor->count; i++)
        broken |= (bits_of_float(values[i]) & 0x7f800000) == 0x7f800000;
    return broken ? -EINVAL : 0;
}

int tensor_halves_are_finite(const struct tensor *tensor)
{
    int broken = 0;
    for (size_t i = 0; i < tensor->count; i++)
        broken |= (read_half(tensor->bytes + 2 * i) & 0x7c00) == 0x7c00;
    return !broken;
}
