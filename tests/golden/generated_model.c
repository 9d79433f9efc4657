#include "generated_model.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network/half.h"

enum { WEIGHT_SEED = 1, PICTURE_SEED = 2, COARSE_SEED = 3, CELL = 8 };

struct writer {
    cJSON *header;
    FILE *data;
    size_t written; /* bytes */
    uint64_t drawn;
    int half;
};

/* splitmix64 of the counter, cut to 24 bits: a value in [0, 1). */
static double uniform(uint64_t seed, uint64_t counter)
{
    uint64_t z = (seed << 32) + (counter + 1) * 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z = z ^ (z >> 31);
    return (double)(z >> 40) * 0x1p-24;
}

/* A half has 11 bits, and none below 2^-24. */
static float round_to_half(float value)
{
    int exponent;
    frexpf(value, &exponent);
    int last = exponent - 11 > -24 ? exponent - 11 : -24;
    return ldexpf(nearbyintf(ldexpf(value, -last)), last);
}

static void write_value(struct writer *writer, float value)
{
    if (writer->half) {
        uint16_t half;
        half_of_float(round_to_half(value), &half);
        fwrite(&half, sizeof half, 1, writer->data);
        writer->written += sizeof half;
    } else {
        fwrite(&value, sizeof value, 1, writer->data);
        writer->written += sizeof value;
    }
}

static void write_tensor(struct writer *writer, const char *layer, const char *field,
                         const int *shape, int rank, double low, double high)
{
    char name[128];
    snprintf(name, sizeof name, "%s.%s", layer, field);
    size_t count = 1;
    for (int i = 0; i < rank; i++)
        count *= (size_t)shape[i];
    double begin = (double)writer->written;
    for (size_t i = 0; i < count; i++)
        write_value(writer, (float)(low + (high - low) * uniform(WEIGHT_SEED, writer->drawn++)));
    cJSON *tensor = cJSON_AddObjectToObject(writer->header, name);
    cJSON_AddStringToObject(tensor, "dtype", writer->half ? "F16" : "F32");
    cJSON_AddItemToObject(tensor, "shape", cJSON_CreateIntArray(shape, rank));
    double offsets[] = {begin, (double)writer->written};
    cJSON_AddItemToObject(tensor, "data_offsets", cJSON_CreateDoubleArray(offsets, 2));
}

static int int_field(const cJSON *layer, const char *key)
{
    return cJSON_GetObjectItem(layer, key)->valueint;
}

/* Writes the tensors of a list in its order; returns the channels that leave it. */
static int write_layers(struct writer *writer, const cJSON *list, int channels)
{
    const cJSON *layer;
    cJSON_ArrayForEach(layer, list)
    {
        const char *op = cJSON_GetStringValue(cJSON_GetObjectItem(layer, "op"));
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(layer, "name"));
        if (!strcmp(op, "residual")) {
            channels = write_layers(writer, cJSON_GetObjectItem(layer, "layers"), channels);
        } else if (!strcmp(op, "batch_norm")) {
            write_tensor(writer, name, "weight", &channels, 1, -0.5, 1.5);
            write_tensor(writer, name, "bias", &channels, 1, -0.5, 0.5);
            write_tensor(writer, name, "running_mean", &channels, 1, -0.5, 0.5);
            write_tensor(writer, name, "running_var", &channels, 1, 0.25, 1.25);
        } else if (!strcmp(op, "conv") || !strcmp(op, "dense")) {
            int is_conv = !strcmp(op, "conv");
            int kernel = is_conv ? int_field(layer, "kernel") : 1;
            int shape[4] = {int_field(layer, is_conv ? "filters" : "units"), channels, kernel,
                            kernel};
            double bound = sqrt(6.0 / (channels * kernel * kernel));
            write_tensor(writer, name, "weight", shape, is_conv ? 4 : 2, -bound, bound);
            write_tensor(writer, name, "bias", shape, 1, -0.125, 0.125);
            channels = shape[0];
        }
    }
    return channels;
}

static void add_json_text(cJSON *object, const char *key, const cJSON *json)
{
    char *text = cJSON_PrintUnformatted(json);
    cJSON_AddStringToObject(object, key, text);
    free(text);
}

static void add_metadata(cJSON *header, const cJSON *architecture, const cJSON *labels, int side)
{
    char input[160];
    snprintf(input, sizeof input,
             "{\"width\":%d,\"height\":%d,\"channels\":1,\"color\":\"gray\","
             "\"divide\":255,\"mean\":0.5,\"std\":0.25}",
             side, side);
    cJSON *metadata = cJSON_AddObjectToObject(header, "__metadata__");
    cJSON_AddStringToObject(metadata, "format", "mien");
    cJSON_AddStringToObject(metadata, "format_version", "1");
    add_json_text(metadata, "architecture", architecture);
    add_json_text(metadata, "labels", labels);
    cJSON_AddStringToObject(metadata, "input", input);
    cJSON_AddStringToObject(metadata, "temperature", "1.5");
    cJSON_AddStringToObject(metadata, "provenance", "{\"data\":\"random\"}");
}

struct file_bytes generate_model(const cJSON *architecture, const cJSON *labels, int side, int half)
{
    char *data = NULL;
    size_t size = 0;
    struct writer writer = {
        .header = cJSON_CreateObject(), .data = open_memstream(&data, &size), .half = half};
    add_metadata(writer.header, architecture, labels, side);
    write_layers(&writer, architecture, 1);
    fclose(writer.data);
    char *header = cJSON_PrintUnformatted(writer.header);
    struct file_bytes file = assemble_file(header, (const uint8_t *)data, size);
    free(header);
    free(data);
    cJSON_Delete(writer.header);
    return file;
}

struct file_bytes assemble_file(const char *header, const uint8_t *data, size_t size)
{
    size_t length = strlen(header);
    struct file_bytes file = {malloc(8 + length + size), 8 + length + size};
    for (int i = 0; i < 8; i++)
        file.data[i] = (uint8_t)((uint64_t)length >> (8 * i));
    memcpy(file.data + 8, header, length);
    if (size)
        memcpy(file.data + 8 + length, data, size);
    return file;
}

struct file_bytes edit_header(const struct file_bytes *file, const char *from, const char *to)
{
    size_t length = file->data[0] | (size_t)file->data[1] << 8 | (size_t)file->data[2] << 16;
    char *header = strndup((const char *)file->data + 8, length);
    char *edited = malloc(length + strlen(to) + 1);
    char *place = strstr(header, from);
    if (!place) {
        fprintf(stderr, "the header has no '%s'\n", from);
        abort();
    }
    sprintf(edited, "%.*s%s%s", (int)(place - header), header, to, place + strlen(from));
    struct file_bytes result =
        assemble_file(edited, file->data + 8 + length, file->size - 8 - length);
    free(header);
    free(edited);
    return result;
}

void generate_picture(int index, float *values)
{
    uint64_t cells = GOLDEN_SIDE / CELL;
    for (uint64_t y = 0; y < GOLDEN_SIDE; y++)
        for (uint64_t x = 0; x < GOLDEN_SIDE; x++) {
            uint64_t picture = (uint64_t)index;
            double coarse = uniform(COARSE_SEED, (picture * cells + y / CELL) * cells + x / CELL);
            double fine = uniform(PICTURE_SEED, (picture * GOLDEN_SIDE + y) * GOLDEN_SIDE + x);
            values[y * GOLDEN_SIDE + x] = (float)(0.75 * coarse + 0.25 * fine);
        }
}
