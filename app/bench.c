/* mien bench: how long the network takes for one picture, at every level this CPU has and in every
 * precision, and what each stage of a camera's picture costs. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bench/frames.h"
#include "commands.h"
#include "common/model_path.h"
#include "data/json.h"
#include "mien/log.h"
#include "mien/model.h"
#include "mien/network.h"
#include "settings.h"

enum { VARIANTS_MAX = 32, ROUNDS_MAX = 4096, ROUNDS_MIN = 3 };

/* A kernel level and a precision. */
struct variant {
    struct mien_network *network;
    struct mien_context *context;
    double times[ROUNDS_MAX]; /* milliseconds for one picture */
};

struct bench {
    struct mien_config config;
    struct mien_recogniser_options recogniser; /* as the settings say */
    const char *cpu, *precision;               /* the only ones; NULL: all */
    int threads, batch;
    const struct mien_model_info *model;
    int variant_count, rounds;
    struct variant variants[VARIANTS_MAX];
    uint8_t *pixels; /* a batch of noise */
    float *logits;
};

/* ---- measuring ---- */

static double time_batch(struct bench *bench, const struct variant *variant)
{
    int64_t start = clock_ns();
    mien_context_run_faces(variant->context, bench->pixels, bench->batch, bench->logits);
    return (double)(clock_ns() - start) / 1e6 / bench->batch;
}

/* The variants take turns, so that what else the machine does hits all of them alike. */
static void measure(struct bench *bench)
{
    double deadline = clock_seconds() + bench->config.run.measure_seconds;
    for (int i = 0; i < bench->variant_count; i++)
        time_batch(bench, &bench->variants[i]);
    while (bench->rounds < ROUNDS_MAX &&
           (bench->rounds < ROUNDS_MIN || clock_seconds() < deadline)) {
        for (int i = 0; i < bench->variant_count; i++)
            bench->variants[i].times[bench->rounds] = time_batch(bench, &bench->variants[i]);
        bench->rounds++;
    }
}

/* ---- what is measured ---- */

static int add_variant(struct bench *bench, const struct mien_model *model, const char *cpu,
                       const char *precision, struct mien_error *error)
{
    if (bench->variant_count == VARIANTS_MAX)
        return 0;
    struct variant *variant = &bench->variants[bench->variant_count];
    struct mien_network_options options = {
        .cpu = cpu, .precision = precision, .threads = bench->threads, .faces = bench->batch};
    int result = mien_network_create(&variant->network, model, &options, error);
    if (result < 0)
        return result;
    bench->variant_count++;
    return mien_context_create(&variant->context, variant->network, error);
}

/* All precisions at this level, or the one asked for. */
static int add_level(struct bench *bench, const struct mien_model *model, const char *cpu,
                     struct mien_error *error)
{
    if (bench->precision)
        return add_variant(bench, model, cpu, bench->precision, error);
    int result = 0;
    for (int i = 0; result == 0 && mien_precision(i); i++)
        result = add_variant(bench, model, cpu, mien_precision(i), error);
    return result;
}

/* All levels of this build that this CPU has, or the one asked for. The plainest is never missing:
 * where it fails the model is to blame. */
static int add_levels(struct bench *bench, const struct mien_model *model, struct mien_error *error)
{
    if (bench->cpu)
        return add_level(bench, model, bench->cpu, error);
    for (int i = 0; mien_network_level(i); i++) {
        int result = add_level(bench, model, mien_network_level(i), error);
        if (result == -EINVAL && i > 0)
            mien_log(MIEN_LOG_DEBUG, "%s", error->text);
        else if (result < 0)
            return result;
    }
    return 0;
}

static void release(struct bench *bench)
{
    for (int i = 0; i < bench->variant_count; i++) {
        mien_context_destroy(&bench->variants[i].context);
        mien_network_destroy(&bench->variants[i].network);
    }
    free(bench->pixels);
    free(bench->logits);
}

static uint8_t *make_noise(size_t count)
{
    uint8_t *pixels = malloc(count);
    for (size_t i = 0; pixels && i < count; i++)
        pixels[i] = (uint8_t)(i * i * 31 >> 3);
    return pixels;
}

/* ---- results ---- */

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void print_table(const struct bench *bench)
{
    printf("%s, %d rounds, batch %d, %d thread%s; milliseconds for one picture\n",
           bench->model->name, bench->rounds, bench->batch, bench->threads,
           bench->threads == 1 ? "" : "s");
    printf("%-10s  %-9s  %8s  %8s  %8s  %10s\n", "level", "precision", "median", "p10", "min",
           "pictures/s");
    for (int i = 0; i < bench->variant_count; i++) {
        const struct variant *variant = &bench->variants[i];
        double median = variant->times[bench->rounds / 2];
        printf("%-10s  %-9s  %8.3f  %8.3f  %8.3f  %10.0f\n", mien_network_cpu(variant->network),
               mien_network_precision(variant->network), median, variant->times[bench->rounds / 10],
               variant->times[0], 1e3 / median);
    }
}

static void add_objects(const struct bench *bench, cJSON *list)
{
    for (int i = 0; i < bench->variant_count; i++) {
        const struct variant *variant = &bench->variants[i];
        cJSON *object = cJSON_CreateObject();
        cJSON_AddItemToArray(list, object);
        cJSON_AddStringToObject(object, "part", "network");
        cJSON_AddStringToObject(object, "model", bench->model->name);
        cJSON_AddStringToObject(object, "cpu", mien_network_cpu(variant->network));
        cJSON_AddStringToObject(object, "precision", mien_network_precision(variant->network));
        cJSON_AddNumberToObject(object, "batch", bench->batch);
        cJSON_AddNumberToObject(object, "threads", bench->threads);
        cJSON_AddNumberToObject(object, "rounds", bench->rounds);
        cJSON_AddNumberToObject(object, "median_ms", variant->times[bench->rounds / 2]);
        cJSON_AddNumberToObject(object, "p10_ms", variant->times[bench->rounds / 10]);
        cJSON_AddNumberToObject(object, "min_ms", variant->times[0]);
    }
}

static int report(struct bench *bench, cJSON *list)
{
    for (int i = 0; i < bench->variant_count; i++)
        qsort(bench->variants[i].times, (size_t)bench->rounds, sizeof(double), by_value);
    if (list)
        add_objects(bench, list);
    else
        print_table(bench);
    return EXIT_FINE;
}

static int bench_model(struct bench *bench, const struct mien_model *model, cJSON *list)
{
    struct mien_error error = {""};
    bench->model = mien_model_info(model);
    size_t batch = (size_t)bench->batch;
    bench->pixels = make_noise(batch * (size_t)bench->model->width * (size_t)bench->model->height);
    bench->logits = calloc(batch * (size_t)bench->model->label_count, sizeof *bench->logits);
    int result = add_levels(bench, model, &error);
    int code = EXIT_USAGE;
    if (result < 0)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    else if (!bench->pixels || !bench->logits)
        mien_log(MIEN_LOG_ERROR, "no memory for a picture");
    else {
        measure(bench);
        code = report(bench, list);
    }
    release(bench);
    return code;
}

static int bench_network(struct bench *bench, cJSON *list)
{
    struct mien_error error;
    struct mien_model *model = NULL;
    const char *path = model_path(bench->recogniser.model, &error);
    if (!path || mien_model_open(&model, path, &error) < 0) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        return EXIT_UNREADABLE;
    }
    int code = bench_model(bench, model, list);
    mien_model_close(&model);
    return code;
}

/* As `mien live` works. */
static int bench_frames(const struct bench *bench, cJSON *list)
{
    struct mien_error error = {""};
    struct frames_options options = {&bench->recogniser, bench->config.input.picture,
                                     bench->config.run.measure_seconds};
    if (frames_measure(&options, list, &error) == 0)
        return EXIT_FINE;
    mien_log(MIEN_LOG_ERROR, "%s", error.text);
    return EXIT_UNREADABLE;
}

/* Whether --only does not leave it out. */
static bool is_wanted(const struct bench *bench, const char *part)
{
    return !bench->config.run.only || !strcmp(bench->config.run.only, part);
}

static int bench_all(struct bench *bench, cJSON *list)
{
    int code = EXIT_FINE;
    if (is_wanted(bench, "network"))
        code = bench_network(bench, list);
    if (!code && !list && is_wanted(bench, "network") && is_wanted(bench, "frames"))
        puts("");
    if (!code && is_wanted(bench, "frames"))
        code = bench_frames(bench, list);
    if (!code && list)
        code = json_print(list) ? EXIT_LOSSES : EXIT_FINE;
    return !code && fflush(stdout) ? EXIT_LOSSES : code;
}

int command_bench(const struct mien_command_line *line)
{
    static struct bench bench;
    if (settings_load(&bench.config, line))
        return EXIT_USAGE;
    bench.recogniser = settings_recogniser(&bench.config);
    bench.cpu = mien_command_line_has(line, "cpu") ? bench.config.run.cpu : NULL;
    bench.precision =
        mien_command_line_has(line, "precision") ? bench.config.emotion.precision : NULL;
    bench.threads = bench.config.run.threads ? bench.config.run.threads : 1;
    bench.batch = bench.config.run.batch;
    cJSON *list = bench.config.output.json ? cJSON_CreateArray() : NULL;
    int code = bench_all(&bench, list);
    cJSON_Delete(list);
    return code;
}
