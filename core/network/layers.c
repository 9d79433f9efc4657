#include "layers.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "safetensors.h"

/* Limits that no useful model meets; they bound memory and time for a hostile one. */
enum { CHANNELS_MAX = 4096, KERNEL_MAX = 15, MAP_VALUES_MAX = 1 << 24 };
static const double MULTIPLICATIONS_MAX = 1e10;

struct reader {
    struct layer_list *list;
    struct shape shape; /* of what the next layer gets */
    double multiplications;
    int in_residual;
    int number; /* of the object being read, as they stand in the text */
    const char *name;
    struct mien_error *error;
};

struct kind {
    const char *op;
    int fields; /* besides "op"; others are refused, for they would change the meaning */
    int in_residual;
    int (*read)(struct reader *reader, const cJSON *item);
};

static int refuse(const struct reader *reader, const char *why)
{
    return mien_error_set(reader->error, EINVAL, "%s: layer %d: %s", reader->name, reader->number,
                          why);
}

static int read_number(const cJSON *item, const char *key, double low, double high, double *value)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(item, key);
    if (!cJSON_IsNumber(number) || !(number->valuedouble >= low && number->valuedouble <= high))
        return 0;
    *value = number->valuedouble;
    return 1;
}

static int read_int(const cJSON *item, const char *key, int low, int high, int *value)
{
    double number;
    if (!read_number(item, key, low, high, &number) || number != floor(number))
        return 0;
    *value = (int)number;
    return 1;
}

/* Names lead to tensors and stand in messages: letters, digits, '_' and '-'. */
static int read_name(const cJSON *item, char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "name"));
    if (!text || !*text || strlen(text) > LAYER_NAME_MAX || text[strspn(text, allowed)])
        return 0;
    memcpy(name, text, strlen(text) + 1);
    return 1;
}

static int append(struct reader *reader, struct layer layer)
{
    struct layer_list *list = reader->list;
    if (list->count == LAYERS_MAX)
        return refuse(reader, "too many layers");
    layer.input = reader->shape;
    if (!layer.output.channels)
        layer.output = layer.input;
    double values = (double)layer.output.channels * layer.output.height * layer.output.width;
    if (values > MAP_VALUES_MAX)
        return refuse(reader, "its output is too large");
    if (layer.op == LAYER_CONV || layer.op == LAYER_DENSE)
        reader->multiplications += values * layer.input.channels * layer.kernel * layer.kernel;
    if (reader->multiplications > MULTIPLICATIONS_MAX)
        return refuse(reader, "too much to compute");
    reader->shape = layer.output;
    list->layers[list->count++] = layer;
    return 0;
}

static int read_conv(struct reader *reader, const cJSON *item)
{
    struct layer layer = {.op = LAYER_CONV, .output = reader->shape};
    if (!read_name(item, layer.name))
        return refuse(reader, "conv needs a plain 'name'");
    if (!read_int(item, "filters", 1, CHANNELS_MAX, &layer.output.channels))
        return refuse(reader, "conv needs 'filters', 1 to 4096");
    if (!read_int(item, "kernel", 1, KERNEL_MAX, &layer.kernel) || layer.kernel % 2 == 0)
        return refuse(reader, "conv needs an odd 'kernel', 1 to 15");
    return append(reader, layer);
}

static int read_batch_norm(struct reader *reader, const cJSON *item)
{
    struct layer layer = {.op = LAYER_BATCH_NORM};
    double epsilon;
    if (!read_name(item, layer.name))
        return refuse(reader, "batch_norm needs a plain 'name'");
    if (!read_number(item, "epsilon", 1e-12, 1, &epsilon))
        return refuse(reader, "batch_norm needs an 'epsilon', 1e-12 to 1");
    layer.epsilon = (float)epsilon;
    return append(reader, layer);
}

static int read_relu(struct reader *reader, const cJSON *item)
{
    (void)item;
    return append(reader, (struct layer){.op = LAYER_RELU});
}

static int read_max_pool(struct reader *reader, const cJSON *item)
{
    struct layer layer = {.op = LAYER_MAX_POOL, .output = reader->shape};
    int size;
    if (!read_int(item, "size", 2, 2, &size))
        return refuse(reader, "max_pool needs 'size' 2");
    layer.output.height /= size;
    layer.output.width /= size;
    if (!layer.output.height || !layer.output.width)
        return refuse(reader, "nothing is left to pool");
    return append(reader, layer);
}

static int read_dropout(struct reader *reader, const cJSON *item)
{
    double rate;
    return read_number(item, "rate", 0, 1, &rate)
               ? 0
               : refuse(reader, "dropout needs a 'rate', 0 to 1");
}

static int read_global_average_pool(struct reader *reader, const cJSON *item)
{
    (void)item;
    return append(reader, (struct layer){.op = LAYER_GLOBAL_AVERAGE_POOL,
                                         .output = {reader->shape.channels, 1, 1}});
}

static int read_dense(struct reader *reader, const cJSON *item)
{
    struct layer layer = {.op = LAYER_DENSE, .kernel = 1, .output = {0, 1, 1}};
    if (!read_name(item, layer.name))
        return refuse(reader, "dense needs a plain 'name'");
    if (!read_int(item, "units", 1, CHANNELS_MAX, &layer.output.channels))
        return refuse(reader, "dense needs 'units', 1 to 4096");
    if (reader->shape.height != 1 || reader->shape.width != 1)
        return refuse(reader, "dense must follow global_average_pool");
    return append(reader, layer);
}

static int read_softmax(struct reader *reader, const cJSON *item)
{
    return item->next ? refuse(reader, "softmax must be the last layer")
                      : append(reader, (struct layer){.op = LAYER_SOFTMAX});
}

static int read_list(struct reader *reader, const cJSON *list);

static int read_residual(struct reader *reader, const cJSON *item)
{
    struct shape before = reader->shape;
    int number = reader->number;
    const cJSON *inner = cJSON_GetObjectItemCaseSensitive(item, "layers");
    if (!cJSON_IsArray(inner) || !inner->child)
        return refuse(reader, "residual needs a list 'layers'");
    int result = append(reader, (struct layer){.op = LAYER_RESIDUAL_BEGIN});
    if (result < 0)
        return result;
    reader->in_residual = 1;
    result = read_list(reader, inner);
    reader->in_residual = 0;
    if (result < 0)
        return result;
    if (reader->shape.channels != before.channels) {
        reader->number = number;
        return refuse(reader, "the residual block changes the number of channels");
    }
    return append(reader, (struct layer){.op = LAYER_RESIDUAL_END});
}

static const struct kind kinds[] = {
    {"conv", 3, 1, read_conv},
    {"batch_norm", 2, 1, read_batch_norm},
    {"relu", 0, 1, read_relu},
    {"max_pool", 1, 0, read_max_pool},
    {"dropout", 1, 0, read_dropout},
    {"residual", 1, 0, read_residual},
    {"global_average_pool", 0, 0, read_global_average_pool},
    {"dense", 2, 0, read_dense},
    {"softmax", 0, 0, read_softmax},
};

static int read_layer(struct reader *reader, const cJSON *item)
{
    const char *op = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "op"));
    reader->number++;
    for (size_t i = 0; op && i < sizeof kinds / sizeof *kinds; i++) {
        const struct kind *kind = &kinds[i];
        if (strcmp(op, kind->op))
            continue;
        if (reader->in_residual && !kind->in_residual)
            return refuse(reader, "a residual block holds only conv, batch_norm and relu");
        if (cJSON_GetArraySize(item) != kind->fields + 1)
            return refuse(reader, "fields are missing, or not known to this program");
        return kind->read(reader, item);
    }
    return refuse(reader, "its 'op' is not known to this program");
}

static int read_list(struct reader *reader, const cJSON *list)
{
    for (const cJSON *item = list->child; item; item = item->next) {
        int result = read_layer(reader, item);
        if (result < 0)
            return result;
    }
    return 0;
}

static int check_end(const struct reader *reader)
{
    const struct layer_list *list = reader->list;
    if (list->count < 2 || list->layers[list->count - 1].op != LAYER_SOFTMAX ||
        list->layers[list->count - 2].op != LAYER_DENSE)
        return mien_error_set(reader->error, EINVAL,
                              "%s: the layers must end with dense and softmax", reader->name);
    return 0;
}

int layers_read(struct layer_list *list, const char *text, struct shape input, const char *name,
                struct mien_error *error)
{
    struct reader reader = {.list = list, .shape = input, .name = name, .error = error};
    list->count = 0;
    cJSON *json = json_parse(text);
    int result;
    if (!cJSON_IsArray(json) || json_is_ambiguous(json))
        result =
            mien_error_set(error, EINVAL, "%s: 'architecture' is no JSON list of layers", name);
    else
        result = read_list(&reader, json);
    if (result == 0)
        result = check_end(&reader);
    cJSON_Delete(json);
    return result;
}
