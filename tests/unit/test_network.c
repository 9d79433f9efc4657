#include "mien/network.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generated_model.h"
#include "runner.h"

enum { SIDE = 7, PIXELS = SIDE * SIDE };

static struct mien_model *make_model(const char *layers_text, const char *labels_text)
{
    cJSON *layers = cJSON_Parse(layers_text), *labels = cJSON_Parse(labels_text);
    struct file_bytes file = generate_model(layers, labels, SIDE, 0);
    struct mien_model *model = NULL;
    struct mien_error error = {""};
    int result = mien_model_parse(&model, file.data, file.size, "made up", &error);
    if (result < 0)
        printf("# %s\n", error.text);
    CU_ASSERT_EQUAL_FATAL(result, 0);
    free(file.data);
    cJSON_Delete(layers);
    cJSON_Delete(labels);
    return model;
}

#define ENDING                                                                                     \
    "{\"op\":\"global_average_pool\"},{\"op\":\"dense\",\"name\":\"end\",\"units\":3},"            \
    "{\"op\":\"softmax\"}]"
#define CONV(name, filters, kernel)                                                                \
    "{\"op\":\"conv\",\"name\":\"" name "\",\"filters\":" #filters ",\"kernel\":" #kernel "},"
#define NORM(name) "{\"op\":\"batch_norm\",\"name\":\"" name "\",\"epsilon\":0.01},"
#define RELU "{\"op\":\"relu\"},"
#define POOL "{\"op\":\"max_pool\",\"size\":2},"
#define BLOCK(layers) "{\"op\":\"residual\",\"layers\":[" layers "{\"op\":\"relu\"}]},"

static const char plain[] =
    "[" CONV("a", 20, 5) RELU NORM("b") CONV("c", 24, 3) NORM("d") RELU POOL ENDING;

static struct mien_network *make_network(const char *layers)
{
    struct mien_model *model = make_model(layers, "[\"a\",\"b\",\"c\"]");
    struct mien_network *network = NULL;
    CU_ASSERT_EQUAL_FATAL(mien_network_create(&network, model, NULL, NULL), 0);
    mien_model_close(&model);
    return network;
}

static void run_once(const struct mien_network *network, const uint8_t *gray, float *logits)
{
    struct mien_context *context = NULL;
    CU_ASSERT_EQUAL_FATAL(mien_context_create(&context, network, NULL), 0);
    mien_context_run(context, gray, SIDE, logits);
    mien_context_destroy(&context);
    CU_ASSERT_PTR_NULL(context);
    mien_context_destroy(&context);
}

static void fill_gray(uint8_t *gray)
{
    for (int i = 0; i < PIXELS; i++)
        gray[i] = (uint8_t)(i * 37);
}

/* The layers one by one, as the words say it: no folding, no blocks, no borders. */
struct plain_map {
    int channels, side;
    float *values; /* [channel][row][column] */
};

static struct plain_map new_map(int channels, int side)
{
    return (struct plain_map){channels, side, calloc((size_t)(channels * side * side), 4)};
}

static void replace(struct plain_map *map, struct plain_map other)
{
    free(map->values);
    *map = other;
}

struct weights {
    const struct file_bytes *file;
    const cJSON *header;
};

static const float *weights_of(const struct weights *weights, const cJSON *layer, const char *field)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", cJSON_GetObjectItem(layer, "name")->valuestring, field);
    const cJSON *offsets =
        cJSON_GetObjectItem(cJSON_GetObjectItem(weights->header, name), "data_offsets");
    size_t length = weights->file->data[0] | (size_t)weights->file->data[1] << 8;
    size_t place = 8 + length + (size_t)cJSON_GetArrayItem(offsets, 0)->valuedouble;
    size_t size = (size_t)cJSON_GetArrayItem(offsets, 1)->valuedouble + 8 + length - place;
    float *copy = malloc(size); /* tensors need not be aligned in the file */
    memcpy(copy, weights->file->data + place, size);
    return copy;
}

static float at(const struct plain_map *map, int channel, int y, int x)
{
    if (y < 0 || x < 0 || y >= map->side || x >= map->side)
        return 0;
    return map->values[(channel * map->side + y) * map->side + x];
}

static void plain_conv(struct plain_map *map, const struct weights *weights, const cJSON *layer,
                       int filters, int kernel)
{
    struct plain_map out = new_map(filters, map->side);
    const float *w = weights_of(weights, layer, "weight"), *b = weights_of(weights, layer, "bias");
    for (int to = 0; to < filters; to++)
        for (int y = 0; y < map->side; y++)
            for (int x = 0; x < map->side; x++) {
                double sum = b[to];
                for (int from = 0; from < map->channels; from++)
                    for (int ky = 0; ky < kernel; ky++)
                        for (int kx = 0; kx < kernel; kx++)
                            sum += w[((to * map->channels + from) * kernel + ky) * kernel + kx] *
                                   at(map, from, y + ky - kernel / 2, x + kx - kernel / 2);
                out.values[(to * map->side + y) * map->side + x] = (float)sum;
            }
    free((void *)w);
    free((void *)b);
    replace(map, out);
}

static void plain_norm(struct plain_map *map, const struct weights *weights, const cJSON *layer)
{
    const float *w = weights_of(weights, layer, "weight"), *b = weights_of(weights, layer, "bias");
    const float *mean = weights_of(weights, layer, "running_mean");
    const float *variance = weights_of(weights, layer, "running_var");
    double epsilon = cJSON_GetObjectItem(layer, "epsilon")->valuedouble;
    int area = map->side * map->side;
    for (int i = 0; i < map->channels * area; i++) {
        int channel = i / area;
        map->values[i] = (float)((map->values[i] - mean[channel]) /
                                     sqrt(variance[channel] + epsilon) * w[channel] +
                                 b[channel]);
    }
    free((void *)w);
    free((void *)b);
    free((void *)mean);
    free((void *)variance);
}

static void plain_pool(struct plain_map *map)
{
    struct plain_map out = new_map(map->channels, map->side / 2);
    for (int c = 0; c < map->channels; c++)
        for (int y = 0; y < out.side; y++)
            for (int x = 0; x < out.side; x++)
                out.values[(c * out.side + y) * out.side + x] =
                    fmaxf(fmaxf(at(map, c, 2 * y, 2 * x), at(map, c, 2 * y, 2 * x + 1)),
                          fmaxf(at(map, c, 2 * y + 1, 2 * x), at(map, c, 2 * y + 1, 2 * x + 1)));
    replace(map, out);
}

static void plain_average(struct plain_map *map)
{
    struct plain_map out = new_map(map->channels, 1);
    int area = map->side * map->side;
    for (int i = 0; i < map->channels * area; i++)
        out.values[i / area] += map->values[i] / (float)area;
    replace(map, out);
}

static void plain_layers(struct plain_map *map, const struct weights *weights, const cJSON *list)
{
    const cJSON *layer;
    cJSON_ArrayForEach(layer, list)
    {
        const char *op = cJSON_GetObjectItem(layer, "op")->valuestring;
        int count = map->channels * map->side * map->side;
        if (!strcmp(op, "conv")) {
            plain_conv(map, weights, layer, cJSON_GetObjectItem(layer, "filters")->valueint,
                       cJSON_GetObjectItem(layer, "kernel")->valueint);
        } else if (!strcmp(op, "dense")) {
            plain_conv(map, weights, layer, cJSON_GetObjectItem(layer, "units")->valueint, 1);
        } else if (!strcmp(op, "batch_norm")) {
            plain_norm(map, weights, layer);
        } else if (!strcmp(op, "relu")) {
            for (int i = 0; i < count; i++)
                map->values[i] = fmaxf(map->values[i], 0);
        } else if (!strcmp(op, "max_pool")) {
            plain_pool(map);
        } else if (!strcmp(op, "global_average_pool")) {
            plain_average(map);
        } else if (!strcmp(op, "residual")) {
            struct plain_map kept = new_map(map->channels, map->side);
            memcpy(kept.values, map->values, (size_t)count * sizeof *map->values);
            plain_layers(map, weights, cJSON_GetObjectItem(layer, "layers"));
            for (int i = 0; i < count; i++)
                map->values[i] += kept.values[i];
            free(kept.values);
        }
    }
}

static void run_plainly(const char *layers_text, const uint8_t *gray, float *logits)
{
    cJSON *layers = cJSON_Parse(layers_text), *labels = cJSON_Parse("[\"a\",\"b\",\"c\"]");
    struct file_bytes file = generate_model(layers, labels, SIDE, 0);
    size_t length = file.data[0] | (size_t)file.data[1] << 8;
    cJSON *header = cJSON_ParseWithLength((const char *)file.data + 8, length);
    struct weights weights = {&file, header};
    struct plain_map map = new_map(1, SIDE);
    for (int i = 0; i < PIXELS; i++)
        map.values[i] = ((float)gray[i] / 255 - 0.5f) / 0.25f;
    plain_layers(&map, &weights, layers);
    memcpy(logits, map.values, 3 * sizeof *logits);
    free(map.values);
    free(file.data);
    cJSON_Delete(header);
    cJSON_Delete(layers);
    cJSON_Delete(labels);
}

static void computes_any_order_of_layers(void)
{
    static const char *const lists[] = {
        plain,
        "[" ENDING,
        "[" RELU NORM("a") ENDING,
        "[" POOL POOL CONV("a", 5, 15) ENDING,
        "[" BLOCK(NORM("a")) CONV("b", 3, 1) POOL NORM("c") RELU ENDING,
        "[" CONV("a", 17, 1) NORM("b") NORM("c") RELU RELU NORM("d") NORM("e") POOL ENDING,
        "[" CONV("a", 16, 3) BLOCK(RELU CONV("b", 16, 3)) NORM("c") RELU CONV("d", 33, 5) ENDING,
        "[" CONV("a", 16, 3) BLOCK(CONV("b", 40, 3) NORM("c") RELU CONV("d", 16, 5) NORM("e"))
            BLOCK(CONV("f", 16, 3)) NORM("g") POOL CONV("h", 48, 3) POOL CONV("i", 20, 3) ENDING,
    };
    uint8_t gray[PIXELS];
    fill_gray(gray);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        float logits[3], expected[3];
        struct mien_network *network = make_network(lists[i]);
        run_once(network, gray, logits);
        run_plainly(lists[i], gray, expected);
        for (int j = 0; j < 3; j++) {
            double difference = fabs(logits[j] - expected[j]);
            if (!(difference <= 1e-4 * (1 + fabs(expected[j]))))
                printf("# list %zu: %g, expected %g\n", i, logits[j], expected[j]);
            CU_ASSERT(difference <= 1e-4 * (1 + fabs(expected[j])));
        }
        mien_network_destroy(&network);
    }
}

static void normalises_pixels_and_obeys_the_stride(void)
{
    uint8_t gray[PIXELS], wide[SIDE * 20];
    float values[PIXELS], from_gray[3], from_wide[3], from_values[3];
    fill_gray(gray);
    memset(wide, 99, sizeof wide);
    for (int i = 0; i < PIXELS; i++) {
        wide[i / SIDE * 20 + i % SIDE] = gray[i];
        values[i] = ((float)gray[i] / 255 - 0.5f) / 0.25f;
    }
    struct mien_network *network = make_network(plain);
    struct mien_context *context = NULL;
    CU_ASSERT_EQUAL_FATAL(mien_context_create(&context, network, NULL), 0);
    mien_context_run(context, gray, SIDE, from_gray);
    mien_context_run(context, wide, 20, from_wide);
    mien_context_run_float(context, values, from_values);
    CU_ASSERT_EQUAL(memcmp(from_gray, from_wide, sizeof from_gray), 0);
    CU_ASSERT_EQUAL(memcmp(from_gray, from_values, sizeof from_gray), 0);
    mien_context_destroy(&context);
    mien_network_destroy(&network);
}

struct thread_work {
    const struct mien_network *network;
    float logits[200][3];
};

static void *run_many(void *data)
{
    struct thread_work *work = data;
    struct mien_context *context = NULL;
    if (mien_context_create(&context, work->network, NULL) < 0)
        return NULL;
    for (int i = 0; i < 200; i++) {
        uint8_t gray[PIXELS];
        for (int pixel = 0; pixel < PIXELS; pixel++)
            gray[pixel] = (uint8_t)(pixel * (i + 3));
        mien_context_run(context, gray, SIDE, work->logits[i]);
    }
    mien_context_destroy(&context);
    return NULL;
}

static void contexts_do_not_disturb_each_other(void)
{
    struct mien_network *network = make_network(plain);
    static struct thread_work works[3];
    pthread_t threads[2];
    for (int i = 0; i < 3; i++)
        works[i].network = network;
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, run_many, &works[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    run_many(&works[2]);
    CU_ASSERT_EQUAL(memcmp(works[0].logits, works[2].logits, sizeof works[0].logits), 0);
    CU_ASSERT_EQUAL(memcmp(works[1].logits, works[2].logits, sizeof works[0].logits), 0);
    CU_ASSERT_NOT_EQUAL(works[2].logits[0][0], works[2].logits[1][0]);
    mien_network_destroy(&network);
}

static void running_allocates_nothing(void)
{
    struct mien_network *network = make_network(plain);
    struct mien_context *context = NULL;
    CU_ASSERT_EQUAL_FATAL(mien_context_create(&context, network, NULL), 0);
    uint8_t gray[PIXELS];
    float logits[3];
    fill_gray(gray);
    void *probe = malloc(100);
    struct mallinfo2 before = mallinfo2();
    if (before.uordblks == 0)
        skip_test("this allocator counts nothing");
    for (int i = 0; i < 10; i++)
        mien_context_run(context, gray, SIDE, logits);
    struct mallinfo2 after = mallinfo2();
    CU_ASSERT_EQUAL(before.uordblks, after.uordblks);
    CU_ASSERT_EQUAL(before.hblkhd, after.hblkhd);
    free(probe);
    mien_context_destroy(&context);
    mien_network_destroy(&network);
}

enum { CROWD = 5 };

static void run_crowd(const struct mien_model *model, struct mien_network_options options,
                      const uint8_t *gray, float *logits)
{
    struct mien_network *network = NULL;
    struct mien_context *context = NULL;
    CU_ASSERT_EQUAL_FATAL(mien_network_create(&network, model, &options, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_context_create(&context, network, NULL), 0);
    mien_context_run_faces(context, gray, CROWD, logits);
    mien_context_destroy(&context);
    mien_network_destroy(&network);
}

/* With bytes, in bfloats and in floats; with fewer faces at once than there are, and more. */
static void answers_do_not_depend_on_threads_and_other_faces(void)
{
    static const int faces[] = {1, 2, 9}, threads[] = {1, 2, 3};
    struct mien_model *model = make_model(plain, "[\"a\",\"b\",\"c\"]");
    uint8_t gray[CROWD * PIXELS];
    for (int i = 0; i < CROWD * PIXELS; i++)
        gray[i] = (uint8_t)(i * i);
    for (int p = 0; mien_precision(p); p++) {
        float expected[CROWD * 3], logits[CROWD * 3];
        struct mien_network_options options = {NULL, mien_precision(p), 1, 1};
        run_crowd(model, options, gray, expected);
        CU_ASSERT_NOT_EQUAL(memcmp(expected, expected + 3, 3 * sizeof *expected), 0);
        for (int i = 0; i < 9; i++) {
            options.faces = faces[i / 3];
            options.threads = threads[i % 3];
            run_crowd(model, options, gray, logits);
            CU_ASSERT_EQUAL(memcmp(expected, logits, sizeof expected), 0);
        }
    }
    mien_model_close(&model);
}

static void refuses_unknown_precisions_and_absurd_numbers(void)
{
    struct mien_model *model = make_model(plain, "[\"a\",\"b\",\"c\"]");
    const struct mien_network_options wrong[] = {{NULL, "fp64", 1, 1},
                                                 {NULL, NULL, 0, 1},
                                                 {NULL, NULL, 65, 1},
                                                 {NULL, NULL, 1, 0},
                                                 {NULL, NULL, 1, 1025}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct mien_network *network = NULL;
        struct mien_error error = {""};
        CU_ASSERT_EQUAL(mien_network_create(&network, model, &wrong[i], &error), -EINVAL);
        CU_ASSERT_PTR_NULL(network);
        CU_ASSERT_NOT_EQUAL(*error.text, 0);
    }
    mien_model_close(&model);
}

/* Nothing is faster than its precision is good: that is the model file's to say. */
static const char *chosen(const char *accuracy, const char *cpu)
{
    cJSON *layers = cJSON_Parse(plain), *labels = cJSON_Parse("[\"a\",\"b\",\"c\"]");
    struct file_bytes file = generate_model(layers, labels, SIDE, 0);
    char entry[200];
    snprintf(entry, sizeof entry, "\"__metadata__\":{%s", accuracy);
    struct file_bytes edited = edit_header(&file, "\"__metadata__\":{", entry);
    struct mien_model *model = NULL;
    struct mien_network *network = NULL;
    struct mien_network_options options = {cpu, "auto", 1, 1};
    CU_ASSERT_EQUAL_FATAL(mien_model_parse(&model, edited.data, edited.size, "made up", NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_network_create(&network, model, &options, NULL), 0);
    const char *precision = mien_network_precision(network);
    mien_network_destroy(&network);
    mien_model_close(&model);
    free(file.data);
    free(edited.data);
    cJSON_Delete(layers);
    cJSON_Delete(labels);
    return precision;
}

#define ACCURACY(bf16, int8)                                                                       \
    "\"accuracy\":\"{\\\"fp32\\\":0.7,\\\"bf16\\\":" bf16 ",\\\"int8\\\":" int8 "}\","

static void auto_takes_what_the_model_file_allows(void)
{
    struct mien_network *network = make_network(plain);
    CU_ASSERT_STRING_EQUAL(mien_network_precision(network), "fp32");
    CU_ASSERT_STRING_EQUAL(chosen(ACCURACY("0.7", "0.7"), "c"), "fp32");
    const char *cpu = mien_network_cpu(network);
    if (!strcmp(cpu, "avx512bf16") || !strcmp(cpu, "amx")) {
        CU_ASSERT_STRING_EQUAL(chosen(ACCURACY("0.7", "0.6985"), NULL), "int8");
        CU_ASSERT_STRING_EQUAL(chosen(ACCURACY("0.7", "0.6979"), NULL), "bf16");
        CU_ASSERT_STRING_EQUAL(chosen(ACCURACY("0.69", "0.6"), NULL), "fp32");
    }
    mien_network_destroy(&network);
}

static void refuses_a_model_without_its_weights(void)
{
    struct mien_model *model = make_model(plain, "[\"a\",\"b\",\"c\"]");
    struct mien_network *network = NULL;
    struct mien_error error = {""};
    mien_model_drop_weights(model);
    CU_ASSERT_STRING_EQUAL(mien_model_info(model)->labels[2], "c");
    CU_ASSERT_EQUAL(mien_network_create(&network, model, NULL, &error), -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "dropped"));
    CU_ASSERT_PTR_NULL(network);
    mien_model_close(&model);
}

static void refuses_unknown_cpu_levels(void)
{
    struct mien_model *model = make_model(plain, "[\"a\",\"b\",\"c\"]");
    struct mien_network *network = NULL;
    struct mien_network_options options = {"pentium", NULL, 1, 1};
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(mien_network_create(&network, model, &options, &error), -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "'pentium'"));
    CU_ASSERT_PTR_NULL(network);
    options.cpu = "c";
    CU_ASSERT_EQUAL(mien_network_create(&network, model, &options, &error), 0);
    CU_ASSERT_STRING_EQUAL(mien_network_cpu(network), "c");
    mien_network_destroy(&network);
    mien_network_destroy(&network);
    mien_model_close(&model);
}

static void softmax_is_stable_and_obeys_the_temperature(void)
{
    float values[3] = {1000, 1000, -1000}, warm[2] = {2, 0};
    mien_softmax(values, values, 3, 1);
    CU_ASSERT_DOUBLE_EQUAL(values[0], 0.5, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(values[1], 0.5, 1e-6);
    CU_ASSERT_EQUAL(values[2], 0);
    mien_softmax(warm, warm, 2, 2);
    CU_ASSERT_DOUBLE_EQUAL(warm[0], 0.7310586, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(warm[0] + warm[1], 1, 1e-6);
}

/* Finite weights can give sums that are not. */
static void softmax_of_what_is_no_number_tells_nothing(void)
{
    const float wrong[] = {INFINITY, -INFINITY, NAN};
    for (int i = 0; i < 9; i++) {
        float values[4] = {1, 2, 3, 4};
        values[i % 3] = wrong[i / 3];
        mien_softmax(values, values, 4, 1.5f);
        for (int j = 0; j < 4; j++)
            CU_ASSERT_EQUAL(values[j], 0.25);
    }
}

int main(void)
{
    const struct test tests[] = {
        {"computes any order of layers", computes_any_order_of_layers},
        {"normalises pixels and obeys the stride", normalises_pixels_and_obeys_the_stride},
        {"contexts do not disturb each other", contexts_do_not_disturb_each_other},
        {"running allocates nothing", running_allocates_nothing},
        {"answers do not depend on threads and other faces",
         answers_do_not_depend_on_threads_and_other_faces},
        {"auto takes what the model file allows", auto_takes_what_the_model_file_allows},
        {"refuses unknown precisions and absurd numbers",
         refuses_unknown_precisions_and_absurd_numbers},
        {"refuses a model without its weights", refuses_a_model_without_its_weights},
        {"refuses unknown CPU levels", refuses_unknown_cpu_levels},
        {"softmax is stable and obeys the temperature",
         softmax_is_stable_and_obeys_the_temperature},
        {"softmax of what is no number tells nothing", softmax_of_what_is_no_number_tells_nothing},
        {NULL, NULL},
    };
    return run_tests("network", tests);
}
