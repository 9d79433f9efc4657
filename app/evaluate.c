/* mien evaluate: how good is a model on a labelled data set? */
#include "commands.h"

#include <argp.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mien/log.h"
#include "network_options.h"
#include "score/dataset.h"
#include "score/metrics.h"
#include "score/plot.h"

struct arguments {
    const char *model, *data, *images, *labels, *exclude, *cpu, *precision;
    const char *confusion, *reliability;
    int json, threads;
};

enum {
    KEY_IMAGES = 256,
    KEY_DATA,
    KEY_LABELS,
    KEY_JSON,
    KEY_CONFUSION,
    KEY_RELIABILITY,
    KEY_EXCLUDE,
    KEY_CPU,
    KEY_PRECISION
};

static const struct argp_option options[] = {
    {"model", 'm', "FILE", 0, "Model to measure", 0},
    {"data", KEY_DATA, "PREFIX", 0,
     "Both PREFIX-images.idx3-ubyte and PREFIX-labels.idx1-ubyte, each with .gz or without", 0},
    {"images", KEY_IMAGES, "IDX", 0, "Pictures, an IDX file, gzipped or not", 0},
    {"labels", KEY_LABELS, "IDX", 0, "Their labels, in the order of the model's labels", 0},
    {"exclude", KEY_EXCLUDE, "IDX", 0, "Leave out pictures that stand in this IDX file too", 0},
    {"json", KEY_JSON, NULL, 0, "Print JSON (shares are 0…1) instead of a table", 0},
    {"confusion", KEY_CONFUSION, "FILE", 0, "Write the confusion matrix as .svg or .png", 0},
    {"reliability", KEY_RELIABILITY, "FILE", 0, "Write the reliability diagram as .svg or .png", 0},
    {"threads", 't', "N", 0, "Threads to use; default: one a CPU", 0},
    {"cpu", KEY_CPU, "LEVEL", 0, "Highest kernel level to use, as `mien bench` lists them", 0},
    {"precision", KEY_PRECISION, "P", 0, "auto (the default), fp32, bf16 or int8", 0},
    {0}};

static const char *plot_name(const char *value, struct argp_state *state)
{
    struct mien_error error;
    if (plot_check_name(value, &error))
        argp_error(state, "%s", error.text);
    return value;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct arguments *a = state->input;
    switch (key) {
    case 'm':
        a->model = value;
        return 0;
    case KEY_DATA:
        a->data = value;
        return 0;
    case KEY_IMAGES:
        a->images = value;
        return 0;
    case KEY_LABELS:
        a->labels = value;
        return 0;
    case KEY_EXCLUDE:
        a->exclude = value;
        return 0;
    case KEY_JSON:
        a->json = 1;
        return 0;
    case KEY_CONFUSION:
        a->confusion = plot_name(value, state);
        return 0;
    case KEY_RELIABILITY:
        a->reliability = plot_name(value, state);
        return 0;
    case 't':
        a->threads = atoi(value);
        if (a->threads < 1)
            argp_error(state, "--threads wants a number from 1, not '%s'", value);
        return 0;
    case KEY_CPU:
        check_level(value, state);
        a->cpu = value;
        return 0;
    case KEY_PRECISION:
        check_precision(value, state);
        a->precision = value;
        return 0;
    case ARGP_KEY_END:
        if (!a->model || (a->data ? a->images || a->labels : !a->images || !a->labels))
            argp_error(state, "--model is needed, and --data or --images and --labels");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    options,
    parse_option,
    NULL,
    "Measures a model on labelled pictures: accuracy, precision, recall and F1 a class, macro F1, "
    "expected calibration error (15 bins).\v"
    "Examples:\n  mien evaluate --model models/fergit-residual.safetensors \\\n"
    "    --data fer2013/validation\n"
    "  mien evaluate --model models/fergit-residual.safetensors \\\n"
    "    --images validation-images.idx3-ubyte.gz \\\n"
    "    --labels validation-labels.idx1-ubyte.gz",
    NULL,
    NULL,
    NULL};

static void print_table(const struct metrics *m, const char *const *labels)
{
    printf("%-12s %9s %9s %9s %9s\n", "", "precision", "recall", "F1", "support");
    struct metrics_class weighted = {0};
    for (int c = 0; c < m->classes; c++) {
        const struct metrics_class *k = &m->per_class[c];
        double share = m->count ? (double)k->support / (double)m->count : 0;
        printf("%-12s %9.3f %9.3f %9.3f %9lld\n", labels[c], k->precision, k->recall, k->f1,
               (long long)k->support);
        weighted.precision += share * k->precision;
        weighted.recall += share * k->recall;
        weighted.f1 += share * k->f1;
    }
    printf("\n%-12s %9.3f %9.3f %9.3f %9lld\n", "macro", m->macro_precision, m->macro_recall,
           m->macro_f1, (long long)m->count);
    printf("%-12s %9.3f %9.3f %9.3f %9lld\n", "weighted", weighted.precision, weighted.recall,
           weighted.f1, (long long)m->count);
    printf("\naccuracy %.4f   expected calibration error %.4f\n", m->accuracy, m->ece);
}

static cJSON *class_json(const struct metrics_class *k)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "precision", k->precision);
    cJSON_AddNumberToObject(object, "recall", k->recall);
    cJSON_AddNumberToObject(object, "f1", k->f1);
    cJSON_AddNumberToObject(object, "support", (double)k->support);
    return object;
}

static int print_json(const struct metrics *m, const struct mien_model_info *model)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "model", model->name);
    cJSON_AddNumberToObject(root, "count", (double)m->count);
    cJSON_AddNumberToObject(root, "accuracy", m->accuracy);
    cJSON_AddNumberToObject(root, "macro_f1", m->macro_f1);
    cJSON_AddNumberToObject(root, "ece", m->ece);
    cJSON *classes = cJSON_AddObjectToObject(root, "per_class");
    cJSON *confusion = cJSON_AddArrayToObject(root, "confusion");
    for (int c = 0; c < m->classes; c++) {
        cJSON_AddItemToObject(classes, model->labels[c], class_json(&m->per_class[c]));
        cJSON *row = cJSON_CreateArray();
        for (int i = 0; i < m->classes; i++)
            cJSON_AddItemToArray(row, cJSON_CreateNumber((double)m->confusion[c][i]));
        cJSON_AddItemToArray(confusion, row);
    }
    char *text = cJSON_Print(root);
    int printed = text ? puts(text) : EOF;
    cJSON_free(text);
    cJSON_Delete(root);
    return printed == EOF ? -EIO : 0;
}

static int exclude_seen(struct dataset *set, const char *path, struct mien_error *error)
{
    struct idx seen;
    int status = idx_read(&seen, path, error);
    if (status)
        return status;
    int removed = dataset_exclude(set, &seen);
    idx_free(&seen);
    if (removed < 0)
        return mien_error_set(error, -removed, "no memory to compare pictures");
    mien_log(MIEN_LOG_INFO, "left out %d pictures that stand in %s too", removed, path);
    return 0;
}

/* PREFIX + ending, gzipped if that is there. */
static void name_file(char path[PATH_MAX], const char *prefix, const char *ending)
{
    snprintf(path, PATH_MAX, "%s%s.gz", prefix, ending);
    if (access(path, F_OK))
        snprintf(path, PATH_MAX, "%s%s", prefix, ending);
}

static int read_data(struct dataset *set, const struct arguments *a, int classes,
                     struct mien_error *error)
{
    char images[PATH_MAX], labels[PATH_MAX];
    if (!a->data)
        return dataset_read(set, a->images, a->labels, classes, error);
    name_file(images, a->data, "-images.idx3-ubyte");
    name_file(labels, a->data, "-labels.idx1-ubyte");
    return dataset_read(set, images, labels, classes, error);
}

static int measure(struct metrics *metrics, const struct dataset *set,
                   const struct mien_network *network, const struct mien_model_info *info,
                   const struct arguments *a, struct mien_error *error)
{
    size_t answers = (size_t)set->images.count * (size_t)info->label_count;
    float *probabilities = calloc(answers ? answers : 1, sizeof *probabilities);
    int status = probabilities
                     ? dataset_classify(set, network, info, a->threads, probabilities, error)
                     : mien_error_set(error, ENOMEM, "no memory for the answers");
    if (!status)
        metrics_compute(metrics, info->label_count, set->images.count, set->labels.bytes,
                        probabilities);
    free(probabilities);
    return status;
}

static int report(const struct metrics *metrics, const struct mien_model_info *model,
                  const struct arguments *a, struct mien_error *error)
{
    int status = 0;
    if (a->json)
        status = print_json(metrics, model);
    else
        print_table(metrics, model->labels);
    if (status || fflush(stdout))
        return mien_error_set(error, EIO, "standard output: %s", strerror(errno));
    if (a->confusion)
        status = plot_confusion(a->confusion, metrics, model->labels, error);
    if (!status && a->reliability)
        status = plot_reliability(a->reliability, metrics, error);
    return status;
}

int command_evaluate(int argc, char **argv)
{
    struct arguments a = {.threads = (int)sysconf(_SC_NPROCESSORS_ONLN)};
    if (argp_parse(&parser, argc, argv, 0, NULL, &a))
        return EXIT_USAGE;
    struct mien_network_options limits = {.cpu = a.cpu, .precision = a.precision};
    struct mien_error error;
    struct mien_model *model = NULL;
    struct mien_network *network = NULL;
    struct dataset set = {0};
    static struct metrics metrics;
    int code = EXIT_UNREADABLE;
    if (mien_model_open(&model, a.model, &error) ||
        mien_network_create(&network, model, &limits, &error) ||
        read_data(&set, &a, mien_model_info(model)->label_count, &error) ||
        (a.exclude && exclude_seen(&set, a.exclude, &error)))
        goto end;
    code = EXIT_LOSSES;
    if (measure(&metrics, &set, network, mien_model_info(model), &a, &error) ||
        report(&metrics, mien_model_info(model), &a, &error))
        goto end;
    code = EXIT_FINE;
end:
    if (code)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    dataset_free(&set);
    mien_network_destroy(&network);
    mien_model_close(&model);
    return code;
}
