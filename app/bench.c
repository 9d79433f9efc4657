/* mien bench: how long the network takes for one picture, at every level this CPU has. */
#include <argp.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "commands.h"
#include "mien/log.h"
#include "mien/model.h"
#include "mien/network.h"
#include "model_path.h"

enum { LEVELS_MAX = 8, THREADS_MAX = 64, BATCH_MAX = 1024, ROUNDS_MAX = 4096, ROUNDS_MIN = 5 };

struct options {
    const char *model, *cpu;
    int threads, batch;
    double seconds;
    bool json;
};

struct level {
    struct mien_network *network;
    struct mien_context *contexts[THREADS_MAX];
    double times[ROUNDS_MAX]; /* milliseconds for one picture */
};

/* The pictures of a batch are shared out among threads, each with its own context. */
struct bench {
    struct options options;
    const struct mien_model_info *model;
    int level_count, rounds;
    struct level levels[LEVELS_MAX];
    struct level *current; /* NULL tells the threads to stop */
    uint8_t *pixels;       /* one picture of noise */
    pthread_barrier_t start, end;
};

struct worker {
    struct bench *bench;
    int index;
    pthread_t thread;
};

/* ---- command line ---- */

enum { KEY_MODEL = 256, KEY_CPU, KEY_PRECISION, KEY_SECONDS };

static const struct argp_option option_list[] = {
    {"model", KEY_MODEL, "FILE", 0, "the network, *.safetensors", 0},
    {"cpu", KEY_CPU, "LEVEL", 0, "measure only this kernel level (c, avx2, avx512, …)", 0},
    {"threads", 't', "N", 0, "threads that share the pictures of a batch (1)", 0},
    {"batch", 'b', "N", 0, "pictures computed together, as for a crowd (1)", 0},
    {"precision", KEY_PRECISION, "P", 0, "fp32, the only one of this version, or auto", 0},
    {"seconds", KEY_SECONDS, "N", 0, "how long to measure (3)", 0},
    {"json", 'j', NULL, 0, "print an array of objects instead of a table", 0},
    {0},
};

static double number(struct argp_state *state, const char *text, double low, double high)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= low && value <= high))
        argp_error(state, "'%s' is no number from %g to %g", text, low, high);
    return value;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    if (key == KEY_MODEL)
        options->model = argument;
    else if (key == KEY_CPU)
        options->cpu = argument;
    else if (key == 't')
        options->threads = (int)number(state, argument, 1, THREADS_MAX);
    else if (key == 'b')
        options->batch = (int)number(state, argument, 1, BATCH_MAX);
    else if (key == KEY_PRECISION) {
        if (strcmp(argument, "fp32") && strcmp(argument, "auto"))
            argp_error(state, "--precision is fp32 or auto, not '%s'", argument);
    } else if (key == KEY_SECONDS)
        options->seconds = number(state, argument, 0.01, 3600);
    else if (key == 'j')
        options->json = true;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "bench takes no argument");
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

/* ---- measuring ---- */

static void run_share(const struct bench *bench, int index)
{
    float logits[MIEN_LABELS_MAX];
    for (int i = index; i < bench->options.batch; i += bench->options.threads)
        mien_context_run(bench->current->contexts[index], bench->pixels, bench->model->width,
                         logits);
}

static void *work(void *data)
{
    const struct worker *worker = data;
    struct bench *bench = worker->bench;
    for (;;) {
        pthread_barrier_wait(&bench->start);
        if (!bench->current)
            return NULL;
        run_share(bench, worker->index);
        pthread_barrier_wait(&bench->end);
    }
}

static double time_batch(struct bench *bench, struct level *level)
{
    bench->current = level;
    int64_t start = clock_ns();
    pthread_barrier_wait(&bench->start);
    run_share(bench, 0);
    pthread_barrier_wait(&bench->end);
    return (double)(clock_ns() - start) / 1e6 / bench->options.batch;
}

/* The levels take turns, so that what else the machine does hits all of them alike. */
static void measure(struct bench *bench)
{
    double deadline = clock_seconds() + bench->options.seconds;
    for (int i = 0; i < bench->level_count; i++)
        time_batch(bench, &bench->levels[i]);
    while (bench->rounds < ROUNDS_MAX &&
           (bench->rounds < ROUNDS_MIN || clock_seconds() < deadline)) {
        for (int i = 0; i < bench->level_count; i++)
            bench->levels[i].times[bench->rounds] = time_batch(bench, &bench->levels[i]);
        bench->rounds++;
    }
}

static int measure_with_threads(struct bench *bench)
{
    struct worker workers[THREADS_MAX];
    unsigned count = (unsigned)bench->options.threads;
    pthread_barrier_init(&bench->start, NULL, count);
    pthread_barrier_init(&bench->end, NULL, count);
    for (unsigned i = 1; i < count; i++) {
        workers[i] = (struct worker){.bench = bench, .index = (int)i};
        int code = pthread_create(&workers[i].thread, NULL, work, &workers[i]);
        if (code) {
            mien_log(MIEN_LOG_ERROR, "cannot start %u threads", count);
            return -code; /* those that run wait at the barrier until the program ends */
        }
    }
    measure(bench);
    bench->current = NULL;
    pthread_barrier_wait(&bench->start);
    for (unsigned i = 1; i < count; i++)
        pthread_join(workers[i].thread, NULL);
    pthread_barrier_destroy(&bench->start);
    pthread_barrier_destroy(&bench->end);
    return 0;
}

/* ---- what is measured ---- */

static int add_level(struct bench *bench, const struct mien_model *model, const char *name,
                     struct mien_error *error)
{
    struct level *level = &bench->levels[bench->level_count];
    struct mien_network_options options = {.cpu = name};
    int result = mien_network_create(&level->network, model, &options, error);
    if (result < 0)
        return result;
    bench->level_count++;
    for (int i = 0; i < bench->options.threads; i++) {
        result = mien_context_create(&level->contexts[i], level->network, error);
        if (result < 0)
            return result;
    }
    return 0;
}

/* All levels of this build that this CPU has, or the one asked for. */
static int add_levels(struct bench *bench, const struct mien_model *model, struct mien_error *error)
{
    if (bench->options.cpu)
        return add_level(bench, model, bench->options.cpu, error);
    for (int i = 0; mien_network_level(i) && i < LEVELS_MAX; i++) {
        int result = add_level(bench, model, mien_network_level(i), error);
        if (result == -EINVAL)
            mien_log(MIEN_LOG_DEBUG, "%s", error->text);
        else if (result < 0)
            return result;
    }
    return bench->level_count ? 0 : -EINVAL;
}

static void release(struct bench *bench)
{
    for (int i = 0; i < bench->level_count; i++) {
        for (int j = 0; j < bench->options.threads; j++)
            mien_context_destroy(&bench->levels[i].contexts[j]);
        mien_network_destroy(&bench->levels[i].network);
    }
    free(bench->pixels);
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
    const struct options *options = &bench->options;
    printf("%s, %d rounds, batch %d, %d thread%s; milliseconds for one picture\n",
           bench->model->name, bench->rounds, options->batch, options->threads,
           options->threads == 1 ? "" : "s");
    printf("%-8s  %8s  %8s  %8s  %10s\n", "level", "median", "p10", "min", "pictures/s");
    for (int i = 0; i < bench->level_count; i++) {
        const struct level *level = &bench->levels[i];
        double median = level->times[bench->rounds / 2];
        printf("%-8s  %8.3f  %8.3f  %8.3f  %10.0f\n", mien_network_cpu(level->network), median,
               level->times[bench->rounds / 10], level->times[0], 1e3 / median);
    }
}

static bool print_json(const struct bench *bench)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < bench->level_count; i++) {
        const struct level *level = &bench->levels[i];
        cJSON *object = cJSON_CreateObject();
        cJSON_AddItemToArray(list, object);
        cJSON_AddStringToObject(object, "model", bench->model->name);
        cJSON_AddStringToObject(object, "cpu", mien_network_cpu(level->network));
        cJSON_AddStringToObject(object, "precision", "fp32");
        cJSON_AddNumberToObject(object, "batch", bench->options.batch);
        cJSON_AddNumberToObject(object, "threads", bench->options.threads);
        cJSON_AddNumberToObject(object, "rounds", bench->rounds);
        cJSON_AddNumberToObject(object, "median_ms", level->times[bench->rounds / 2]);
        cJSON_AddNumberToObject(object, "p10_ms", level->times[bench->rounds / 10]);
        cJSON_AddNumberToObject(object, "min_ms", level->times[0]);
    }
    char *text = cJSON_Print(list);
    bool printed = text && puts(text) >= 0;
    cJSON_free(text);
    cJSON_Delete(list);
    return printed;
}

static int report(struct bench *bench)
{
    for (int i = 0; i < bench->level_count; i++)
        qsort(bench->levels[i].times, (size_t)bench->rounds, sizeof(double), by_value);
    bool printed = true;
    if (bench->options.json)
        printed = print_json(bench);
    else
        print_table(bench);
    return printed && !fflush(stdout) ? EXIT_FINE : EXIT_LOSSES;
}

static int bench_model(struct bench *bench, const struct mien_model *model)
{
    struct mien_error error = {""};
    bench->model = mien_model_info(model);
    bench->pixels = make_noise((size_t)bench->model->width * (size_t)bench->model->height);
    int result = add_levels(bench, model, &error);
    int code = EXIT_USAGE;
    if (result < 0)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    else if (!bench->pixels)
        mien_log(MIEN_LOG_ERROR, "no memory for a picture");
    else if (measure_with_threads(bench) == 0)
        code = report(bench);
    release(bench);
    return code;
}

int command_bench(int argc, char **argv)
{
    static const struct argp argp = {
        .options = option_list,
        .parser = parse,
        .doc = "Measures how long the network takes for one picture, at every kernel level that "
               "this CPU has. Also shows which levels there are for --cpu and $MIEN_CPU.",
    };
    static struct bench bench;
    bench = (struct bench){.options = {.threads = 1, .batch = 1, .seconds = 3}};
    if (argp_parse(&argp, argc, argv, 0, NULL, &bench.options))
        return EXIT_USAGE;
    struct mien_error error;
    struct mien_model *model = NULL;
    const char *path = model_path(bench.options.model, &error);
    if (!path || mien_model_open(&model, path, &error) < 0) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        return EXIT_UNREADABLE;
    }
    int code = bench_model(&bench, model);
    mien_model_close(&model);
    return code;
}
