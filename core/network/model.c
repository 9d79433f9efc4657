#include "mien/model.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "model_layers.h"
#include "safetensors.h"

enum { FILE_MAX = 128 << 20, INPUT_SIDE_MAX = 512, LABEL_BYTES_MAX = 63, FORMAT_VERSION = 1 };

struct mien_model {
    struct mien_model_info info;
    struct layer_list layers;
    uint8_t *bytes; /* the file, whose halves the layers point to */
    float *values;  /* all other tensors, one after the other */
    size_t values_used;
    char *name, *provenance;
    char labels[MIEN_LABELS_MAX][LABEL_BYTES_MAX + 1];
    const char *label_list[MIEN_LABELS_MAX];
};

/* One reading of one file. */
struct reader {
    struct mien_model *model;
    struct safetensors file;
    const char *name;
    struct mien_error *error;
};

#define REFUSE(reader, format, ...)                                                                \
    mien_error_set((reader)->error, EINVAL, "%s: " format, (reader)->name, ##__VA_ARGS__)

static const char *metadata_text(const struct reader *reader, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reader->file.metadata, key));
}

static int read_format(const struct reader *reader)
{
    const char *format = metadata_text(reader, "format");
    const char *version = metadata_text(reader, "format_version");
    if (!format || strcmp(format, "mien"))
        return REFUSE(reader, "no mien model: its metadata lacks format 'mien'");
    if (!version || atoi(version) != FORMAT_VERSION || strlen(version) != 1)
        return REFUSE(reader, "another version of the format; this program reads version %d",
                      FORMAT_VERSION);
    return 0;
}

/* JSON's numbers have a point in every locale, unlike strtod's. */
static int parse_number(const char *text, double low, double high, float *value)
{
    cJSON *json = json_parse(text);
    int good = cJSON_IsNumber(json) && json->valuedouble >= low && json->valuedouble <= high;
    if (good)
        *value = (float)json->valuedouble;
    cJSON_Delete(json);
    return good;
}

static int read_temperature(const struct reader *reader)
{
    if (!parse_number(metadata_text(reader, "temperature"), 1e-3, 1e3,
                      &reader->model->info.temperature))
        return REFUSE(reader, "'temperature' must be a number, 0.001 to 1000");
    return 0;
}

static int is_between(const cJSON *object, const char *key, double low, double high)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(number) && number->valuedouble >= low && number->valuedouble <= high;
}

static double number_of(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key)->valuedouble;
}

static int is_whole(double value)
{
    return value == floor(value);
}

/* A word on each precision is optional, but what is there must make sense. */
static int read_accuracy(const struct reader *reader)
{
    static const char *const precisions[MIEN_PRECISIONS] = {"fp32", "bf16", "int8"};
    const char *text = metadata_text(reader, "accuracy");
    if (!cJSON_GetObjectItemCaseSensitive(reader->file.metadata, "accuracy"))
        return 0;
    cJSON *json = json_parse(text);
    int good = cJSON_IsObject(json) && !json_is_ambiguous(json);
    for (int i = 0; good && i < MIEN_PRECISIONS; i++) {
        good = is_between(json, precisions[i], 0, 1);
        if (good)
            reader->model->info.accuracy[i] = number_of(json, precisions[i]);
    }
    cJSON_Delete(json);
    return good ? 0 : REFUSE(reader, "'accuracy' must have fp32, bf16 and int8, each 0 to 1");
}

static int read_input_fields(const struct reader *reader, const cJSON *json)
{
    struct mien_model_info *info = &reader->model->info;
    const char *color = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "color"));
    if (!is_between(json, "channels", 1, 1) || !color || strcmp(color, "gray"))
        return REFUSE(reader, "'input' must be one gray channel");
    if (!is_between(json, "width", 1, INPUT_SIDE_MAX) || !is_whole(number_of(json, "width")) ||
        !is_between(json, "height", 1, INPUT_SIDE_MAX) || !is_whole(number_of(json, "height")))
        return REFUSE(reader, "'input' needs width and height, 1 to %d pixels", INPUT_SIDE_MAX);
    if (!is_between(json, "divide", 1e-6, 1e6) || !is_between(json, "std", 1e-6, 1e6) ||
        !is_between(json, "mean", -1e6, 1e6))
        return REFUSE(reader, "'input' needs divide > 0, mean, and std > 0");
    info->channels = 1;
    info->width = (int)number_of(json, "width");
    info->height = (int)number_of(json, "height");
    info->divide = (float)number_of(json, "divide");
    info->mean = (float)number_of(json, "mean");
    info->std = (float)number_of(json, "std");
    return 0;
}

static int read_input(const struct reader *reader)
{
    const char *text = metadata_text(reader, "input");
    cJSON *json = json_parse(text);
    int result;
    if (!cJSON_IsObject(json) || json_is_ambiguous(json))
        result = REFUSE(reader, "'input' is no JSON object");
    else
        result = read_input_fields(reader, json);
    cJSON_Delete(json);
    return result;
}

/* Labels are drawn and written into JSON, so they must be UTF-8 without control characters. */
static int is_printable_utf8(const char *text)
{
    for (size_t length; *text; text += length) {
        length = mien_utf8_length(text);
        if (!length || mien_utf8_is_control(text))
            return 0;
    }
    return 1;
}

static int is_new_label(const struct mien_model *model, const char *label)
{
    for (int i = 0; i < model->info.label_count; i++)
        if (!strcmp(model->labels[i], label))
            return 0;
    return 1;
}

static int read_label_list(const struct reader *reader, const cJSON *list)
{
    struct mien_model *model = reader->model;
    for (const cJSON *item = list->child; item; item = item->next) {
        const char *label = cJSON_GetStringValue(item);
        int index = model->info.label_count;
        if (index == MIEN_LABELS_MAX)
            return REFUSE(reader, "more than %d labels", MIEN_LABELS_MAX);
        if (!label || !*label || strlen(label) > LABEL_BYTES_MAX || !is_printable_utf8(label) ||
            !is_new_label(model, label))
            return REFUSE(reader, "label %d is empty, too long, no text, or there twice",
                          index + 1);
        memcpy(model->labels[index], label, strlen(label) + 1);
        model->label_list[index] = model->labels[index];
        model->info.label_count++;
    }
    if (model->info.label_count < 2)
        return REFUSE(reader, "there must be at least two labels");
    return 0;
}

static int read_labels(const struct reader *reader)
{
    const char *text = metadata_text(reader, "labels");
    cJSON *json = json_parse(text);
    int result = cJSON_IsArray(json) ? read_label_list(reader, json)
                                     : REFUSE(reader, "'labels' is no JSON list");
    cJSON_Delete(json);
    return result;
}

static int read_provenance(const struct reader *reader)
{
    const char *text = metadata_text(reader, "provenance");
    cJSON *json = json_parse(text);
    int good = cJSON_IsObject(json);
    cJSON_Delete(json);
    if (!good)
        return REFUSE(reader, "'provenance' is no JSON object");
    reader->model->provenance = strdup(text);
    return reader->model->provenance
               ? 0
               : mien_error_set(reader->error, ENOMEM, "%s: no memory", reader->name);
}

static void print_shape(char text[64], const size_t *shape, int rank)
{
    int used = snprintf(text, 64, "[");
    for (int i = 0; i < rank && used < 64; i++)
        used += snprintf(text + used, 64 - (size_t)used, "%s%zu", i ? ", " : "", shape[i]);
    if (used < 64)
        snprintf(text + used, 64 - (size_t)used, "]");
}

static struct tensor *find_tensor(const struct safetensors *file, const char *name)
{
    for (size_t i = 0; i < file->tensor_count; i++)
        if (!strcmp(file->tensors[i].name, name))
            return &file->tensors[i];
    return NULL;
}

static int check_shape(const struct reader *reader, const struct tensor *tensor,
                       const size_t *shape, int rank)
{
    if (tensor->rank == rank && !memcmp(tensor->shape, shape, (size_t)rank * sizeof *shape))
        return 0;
    char found[64], wanted[64];
    print_shape(found, tensor->shape, tensor->rank);
    print_shape(wanted, shape, rank);
    return REFUSE(reader, "tensor '%s': shape %s does not match its layer, which needs %s",
                  tensor->name, found, wanted);
}

/* Those of conv and dense layers: the others are small. */
static bool stays_half(const struct tensor *tensor)
{
    return tensor->type == TENSOR_F16 && tensor->rank > 1;
}

static int refuse_values(const struct reader *reader, const char *name)
{
    return REFUSE(reader, "tensor '%s': a value is infinite or no number", name);
}

/* Finds "layer.field" and checks it; *values then points to its values, or *halves to them as they
 * are. */
static int take_tensor(const struct reader *reader, const struct layer *layer, const char *field,
                       const size_t *shape, int rank, const float **values, const uint8_t **halves)
{
    char name[TENSOR_NAME_MAX + 1];
    snprintf(name, sizeof name, "%s.%s", layer->name, field);
    struct mien_model *model = reader->model;
    struct tensor *tensor = find_tensor(&reader->file, name);
    if (!tensor)
        return REFUSE(reader, "tensor '%s' is missing", name);
    if (tensor->taken)
        return REFUSE(reader, "tensor '%s' belongs to two layers of the same name", name);
    int result = check_shape(reader, tensor, shape, rank);
    if (result < 0)
        return result;
    tensor->taken = 1;
    if (stays_half(tensor)) {
        *halves = tensor->bytes;
        return tensor_halves_are_finite(tensor) ? 0 : refuse_values(reader, name);
    }
    float *room = model->values + model->values_used;
    model->values_used += tensor->count;
    *values = room;
    return tensor_to_floats(tensor, room) < 0 ? refuse_values(reader, name) : 0;
}

static int check_variance(const struct reader *reader, const struct layer *layer)
{
    for (int i = 0; i < layer->output.channels; i++)
        if (layer->variance[i] < 0)
            return REFUSE(reader, "tensor '%s.running_var': value %d is negative", layer->name, i);
    return 0;
}

static int take_layer(const struct reader *reader, struct layer *layer)
{
    size_t kernel = (size_t)layer->kernel;
    size_t shape[4] = {(size_t)layer->output.channels, (size_t)layer->input.channels, kernel,
                       kernel};
    int result = take_tensor(reader, layer, "weight", shape,
                             layer->op == LAYER_CONV    ? 4
                             : layer->op == LAYER_DENSE ? 2
                                                        : 1,
                             &layer->weight, &layer->halves);
    if (result == 0)
        result = take_tensor(reader, layer, "bias", shape, 1, &layer->bias, NULL);
    if (result == 0 && layer->op == LAYER_BATCH_NORM) {
        result = take_tensor(reader, layer, "running_mean", shape, 1, &layer->mean, NULL);
        if (result == 0)
            result = take_tensor(reader, layer, "running_var", shape, 1, &layer->variance, NULL);
        if (result == 0)
            result = check_variance(reader, layer);
        reader->model->info.statistics += 2 * shape[0];
    }
    return result;
}

static int take_tensors(const struct reader *reader)
{
    struct mien_model *model = reader->model;
    size_t count = 0, floats = 0;
    for (size_t i = 0; i < reader->file.tensor_count; i++) {
        const struct tensor *tensor = &reader->file.tensors[i];
        count += tensor->count;
        floats += stays_half(tensor) ? 0 : tensor->count;
    }
    model->values = allocate_aligned((floats + 1) * sizeof *model->values);
    if (!model->values)
        return mien_error_set(reader->error, ENOMEM, "%s: no memory for %zu weights", reader->name,
                              count);
    for (int i = 0; i < model->layers.count; i++) {
        int result =
            *model->layers.layers[i].name ? take_layer(reader, &model->layers.layers[i]) : 0;
        if (result < 0)
            return result;
    }
    for (size_t i = 0; i < reader->file.tensor_count; i++)
        if (!reader->file.tensors[i].taken)
            return REFUSE(reader, "tensor '%s' belongs to no layer", reader->file.tensors[i].name);
    model->info.parameters = count;
    model->info.trainable = count - model->info.statistics;
    return 0;
}

static int read_architecture(const struct reader *reader)
{
    struct mien_model *model = reader->model;
    const char *text = metadata_text(reader, "architecture");
    struct shape input = {1, model->info.height, model->info.width};
    int result = layers_read(&model->layers, text ? text : "", input, reader->name, reader->error);
    if (result < 0)
        return result;
    int outputs = model->layers.layers[model->layers.count - 1].output.channels;
    if (outputs != model->info.label_count)
        return REFUSE(reader, "%d labels, but the network has %d outputs", model->info.label_count,
                      outputs);
    return 0;
}

static int read_model(const struct reader *reader)
{
    struct mien_model *model = reader->model;
    int (*const steps[])(const struct reader *) = {
        read_format,   read_input,      read_labels,       read_temperature,
        read_accuracy, read_provenance, read_architecture, take_tensors};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int result = steps[i](reader);
        if (result < 0)
            return result;
    }
    model->info.name = model->name;
    model->info.labels = model->label_list;
    model->info.provenance = model->provenance;
    return 0;
}

/* Takes over `bytes`. */
static int parse(struct mien_model **model, uint8_t *bytes, size_t size, const char *name,
                 struct mien_error *error)
{
    struct reader reader = {.name = name, .error = error, .model = calloc(1, sizeof *reader.model)};
    if (!reader.model) {
        free(bytes);
        return mien_error_set(error, ENOMEM, "%s: no memory", name);
    }
    reader.model->bytes = bytes;
    reader.model->name = strdup(name);
    int result = reader.model->name ? safetensors_read(&reader.file, bytes, size, name, error)
                                    : mien_error_set(error, ENOMEM, "%s: no memory", name);
    if (result == 0)
        result = read_model(&reader);
    safetensors_free(&reader.file);
    if (result < 0)
        mien_model_close(&reader.model);
    else
        *model = reader.model;
    return result;
}

int mien_model_parse(struct mien_model **model, const void *bytes, size_t size, const char *name,
                     struct mien_error *error)
{
    if (size > FILE_MAX)
        return mien_error_set(error, EFBIG, "%s: too large for a model (limit %d MiB)", name,
                              FILE_MAX >> 20);
    uint8_t *copy = allocate_aligned(size + 1);
    if (!copy)
        return mien_error_set(error, ENOMEM, "%s: no memory for %zu bytes", name, size);
    memcpy(copy, bytes, size);
    return parse(model, copy, size, name, error);
}

/* Reads until `size` bytes or the end of the file, whichever comes first. */
static ssize_t read_all(int fd, uint8_t *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got == 0)
            break;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static int load(struct mien_model **model, int fd, const char *path, struct mien_error *error)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return mien_error_set(error, errno, "%s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return mien_error_set(error, EISDIR, "%s: is a directory, not a model file", path);
    if (!S_ISREG(status.st_mode))
        return mien_error_set(error, EINVAL, "%s: is no regular file", path);
    if (status.st_size > FILE_MAX)
        return mien_error_set(error, EFBIG, "%s: too large for a model (limit %d MiB)", path,
                              FILE_MAX >> 20);
    size_t size = (size_t)status.st_size;
    uint8_t *bytes = allocate_aligned(size + 1);
    if (!bytes)
        return mien_error_set(error, ENOMEM, "%s: no memory for %zu bytes", path, size);
    ssize_t got = read_all(fd, bytes, size);
    if (got >= 0)
        return parse(model, bytes, (size_t)got, path, error);
    free(bytes);
    return mien_error_set(error, (int)-got, "%s: %s", path, strerror((int)-got));
}

int mien_model_open(struct mien_model **model, const char *path, struct mien_error *error)
{
    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return mien_error_set(error, errno, "%s: %s", path, strerror(errno));
    int result = load(model, fd, path, error);
    close(fd);
    return result;
}

void mien_model_drop_weights(struct mien_model *model)
{
    free(model->bytes);
    free(model->values);
    model->bytes = NULL;
    model->values = NULL;
}

void mien_model_close(struct mien_model **model)
{
    if (!*model)
        return;
    free((*model)->bytes);
    free((*model)->values);
    free((*model)->name);
    free((*model)->provenance);
    free(*model);
    *model = NULL;
}

const struct mien_model_info *mien_model_info(const struct mien_model *model)
{
    return &model->info;
}

const struct layer_list *model_layers(const struct mien_model *model)
{
    return model->values ? &model->layers : NULL;
}
