/* mien evaluate: how good is a model on a labelled data set? */
#include "commands.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cpus.h"
#include "common/model_path.h"
#include "data/json.h"
#include "files/outputs.h"
#include "mien/log.h"
#include "sandbox/sandbox.h"
#include "score/dataset.h"
#include "score/metrics.h"
#include "score/plot.h"
#include "settings.h"
#include "usage.h"

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
    int result = json_print(root);
    cJSON_Delete(root);
    return result;
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

static int read_data(struct dataset *set, const struct mien_config *config, int classes,
                     struct mien_error *error)
{
    char images[PATH_MAX], labels[PATH_MAX];
    if (!config->input.data)
        return dataset_read(set, config->input.images, config->input.labels, classes, error);
    name_file(images, config->input.data, "-images.idx3-ubyte");
    name_file(labels, config->input.data, "-labels.idx1-ubyte");
    return dataset_read(set, images, labels, classes, error);
}

static int threads_of(const struct mien_config *config)
{
    return config->run.threads ? config->run.threads : cpus_usable(INT_MAX);
}

static int measure(struct metrics *metrics, const struct dataset *set,
                   const struct mien_network *network, const struct mien_model_info *info,
                   const struct mien_config *config, struct mien_error *error)
{
    size_t answers = (size_t)set->images.count * (size_t)info->label_count;
    float *probabilities = calloc(answers, sizeof *probabilities);
    int status = probabilities ? dataset_classify(set, network, info, threads_of(config),
                                                  probabilities, error)
                               : mien_error_set(error, ENOMEM, "no memory for the answers");
    if (!status)
        metrics_compute(metrics, info->label_count, set->images.count, set->labels.bytes,
                        probabilities);
    free(probabilities);
    return status;
}

/* ---- pictures ---- */

struct pictures {
    struct atomic_files files;
    struct atomic_file *confusion, *reliability; /* NULL: not wanted */
};

static int check_pictures(const struct mien_config *config, struct mien_error *error)
{
    char *const given[] = {(char *)config->input.images, (char *)config->input.labels,
                           (char *)config->input.exclude};
    char *inputs[3];
    struct output list[2];
    int input_count = 0;
    size_t count = 0;
    for (int i = 0; i < 3; i++)
        if (given[i])
            inputs[input_count++] = given[i];
    if (config->output.confusion)
        list[count++] = (struct output){config->output.confusion, "--confusion"};
    if (config->output.reliability)
        list[count++] = (struct output){config->output.reliability, "--reliability"};
    return outputs_check(list, count, inputs, input_count, config->output.overwrite,
                         "-y overwrites it", error);
}

static int open_pictures(struct pictures *pictures, const struct mien_config *config,
                         struct mien_error *error)
{
    const char *confusion = config->output.confusion, *reliability = config->output.reliability;
    int status = 0;
    if (confusion)
        status = atomic_files_open(&pictures->files, &pictures->confusion, confusion, error);
    if (!status && reliability)
        status = atomic_files_open(&pictures->files, &pictures->reliability, reliability, error);
    return status;
}

static int draw_pictures(struct pictures *pictures, const struct metrics *metrics,
                         const struct mien_model_info *model, struct mien_error *error)
{
    int status = 0;
    if (pictures->confusion)
        status = plot_confusion(pictures->confusion, metrics, model->labels, error);
    if (!status && pictures->reliability)
        status = plot_reliability(pictures->reliability, metrics, error);
    return status ? status : atomic_files_commit(&pictures->files, error);
}

static int report(const struct metrics *metrics, const struct mien_model_info *model,
                  const struct mien_config *config, struct pictures *pictures,
                  struct mien_error *error)
{
    int status = 0;
    if (config->output.json)
        status = print_json(metrics, model);
    else
        print_table(metrics, model->labels);
    if (status || fflush(stdout))
        return mien_error_set(error, EIO, "standard output: %s", strerror(errno));
    return draw_pictures(pictures, metrics, model, error);
}

static int check_any(const struct dataset *set, struct mien_error *error)
{
    if (set->images.count)
        return 0;
    return mien_error_set(error, EINVAL, "there is no picture to measure the model on");
}

static int check_line(const struct mien_command_line *line, const struct mien_config *config)
{
    const char *const plots[] = {config->output.confusion, config->output.reliability};
    struct mien_error error;
    if (config->input.data ? config->input.images || config->input.labels
                           : !config->input.images || !config->input.labels)
        return usage_error(line, "--data is needed, or --images and --labels");
    for (int i = 0; i < 2; i++)
        if (plots[i] && plot_check_name(plots[i], &error))
            return usage_error(line, "%s", error.text);
    return EXIT_FINE;
}

int command_evaluate(const struct mien_command_line *line)
{
    struct mien_config config;
    if (settings_load(&config, line) || check_line(line, &config))
        return EXIT_USAGE;
    sandbox_enter(line, &config);
    struct mien_recogniser_options limits = settings_recogniser(&config);
    struct mien_network_options options = {limits.cpu, limits.precision, 1, 1};
    struct mien_error error;
    struct mien_model *model = NULL;
    struct mien_network *network = NULL;
    struct dataset set = {0};
    static struct metrics metrics;
    struct pictures pictures = {0};
    int code = EXIT_USAGE;
    if (check_pictures(&config, &error))
        goto end;
    code = EXIT_UNREADABLE;
    const char *path = model_path(limits.model, &error);
    if (!path || mien_model_open(&model, path, &error) ||
        mien_network_create(&network, model, &options, &error) ||
        read_data(&set, &config, mien_model_info(model)->label_count, &error) ||
        (config.input.exclude && exclude_seen(&set, config.input.exclude, &error)) ||
        check_any(&set, &error))
        goto end;
    code = EXIT_LOSSES;
    if (open_pictures(&pictures, &config, &error) ||
        measure(&metrics, &set, network, mien_model_info(model), &config, &error) ||
        report(&metrics, mien_model_info(model), &config, &pictures, &error))
        goto end;
    code = EXIT_FINE;
end:
    if (code)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    atomic_files_discard(&pictures.files);
    dataset_free(&set);
    mien_network_destroy(&network);
    mien_model_close(&model);
    return code;
}
