#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model_layers.h"
#include "network_private.h"
#include "prune.h"
#include "thread_pool.h"

static const char *const precisions[] = {
    [FORMAT_FLOAT] = "fp32", [FORMAT_BFLOAT] = "bf16", [FORMAT_BYTE] = "int8"};

/* Points of accuracy that auto may give for speed: 0.2 of a hundred. */
static const double ACCURACY_PRICE = 0.002;

const char *mien_precision(int index)
{
    return index >= 0 && index < FORMATS ? precisions[index] : NULL;
}

/* Of the precisions that the file says are good enough, the fastest here. Without a word on them
 * in the file that is fp32. */
static enum format choose_format(const struct mien_network *network,
                                 const struct mien_model_info *info)
{
    for (int i = 0; i < FORMATS; i++) {
        enum format format = network->kernels.fastest[i];
        double accuracy = info->accuracy[format];
        if (format == FORMAT_FLOAT ||
            (accuracy > 0 && accuracy >= info->accuracy[FORMAT_FLOAT] - ACCURACY_PRICE))
            return format;
    }
    return FORMAT_FLOAT;
}

static int find_format(struct mien_network *network, const struct mien_model_info *info,
                       const char *precision, struct mien_error *error)
{
    if (!precision || !strcmp(precision, "auto")) {
        network->format = choose_format(network, info);
        return 0;
    }
    for (int i = 0; i < FORMATS; i++)
        if (!strcmp(precision, precisions[i])) {
            network->format = (enum format)i;
            return 0;
        }
    return mien_error_set(error, EINVAL, "there is no precision '%s': auto, fp32, bf16 or int8",
                          precision);
}

static int check_options(struct mien_network *network, const struct mien_network_options *options,
                         struct mien_error *error)
{
    network->threads = options->threads;
    network->faces = options->faces;
    if (network->threads < 1 || network->threads > THREAD_POOL_MAX)
        return mien_error_set(error, EINVAL, "%d threads are not from 1 to %d", network->threads,
                              THREAD_POOL_MAX);
    if (network->faces < 1 || network->faces > MIEN_FACES_MAX)
        return mien_error_set(error, EINVAL, "%d faces are not from 1 to %d", network->faces,
                              MIEN_FACES_MAX);
    return 0;
}

static int compile_layers(struct mien_network *network, const struct layer_list *layers,
                          struct mien_error *error)
{
    struct pruned *pruned = malloc(sizeof *pruned);
    if (!pruned)
        return mien_error_set(error, ENOMEM, "no memory to compile the network");
    int result = prune(pruned, layers, network->values[0], network->values[255], error);
    if (result == 0)
        result =
            plan_make(&network->plan, &pruned->layers, network->format, &network->kernels, error);
    if (result == 0)
        result = weights_pack(&network->weights, &network->plan, &network->kernels, error);
    if (result == 0)
        plan_forget_layers(&network->plan);
    prune_free(pruned);
    free(pruned);
    return result;
}

static int compile(struct mien_network *network, const struct mien_model *model,
                   const struct mien_network_options *options, struct mien_error *error)
{
    const struct mien_model_info *info = mien_model_info(model);
    network->width = info->width;
    network->height = info->height;
    network->label_count = info->label_count;
    for (int i = 0; i < 256; i++)
        network->values[i] = ((float)i / info->divide - info->mean) / info->std;
    int result = check_options(network, options, error);
    if (result == 0)
        result = kernels_choose(&network->kernels, options->cpu, error);
    if (result == 0)
        result = find_format(network, info, options->precision, error);
    if (result == 0 && !model_layers(model))
        result = mien_error_set(error, EINVAL, "the model's weights have been dropped");
    if (result == 0)
        result = compile_layers(network, model_layers(model), error);
    return result;
}

struct mien_network_options mien_network_defaults(void)
{
    return (struct mien_network_options){.threads = 1, .faces = 1};
}

int mien_network_create(struct mien_network **network, const struct mien_model *model,
                        const struct mien_network_options *options, struct mien_error *error)
{
    const struct mien_network_options defaults = mien_network_defaults();
    struct mien_network *made = calloc(1, sizeof *made);
    if (!made)
        return mien_error_set(error, ENOMEM, "no memory for a network");
    int result = compile(made, model, options ? options : &defaults, error);
    if (result < 0)
        mien_network_destroy(&made);
    else
        *network = made;
    return result;
}

void mien_network_destroy(struct mien_network **network)
{
    if (!*network)
        return;
    plan_free(&(*network)->plan);
    weights_free(&(*network)->weights);
    free(*network);
    *network = NULL;
}

const char *mien_network_cpu(const struct mien_network *network)
{
    return network->kernels.level;
}

const char *mien_network_precision(const struct mien_network *network)
{
    return precisions[network->format];
}

const char *mien_network_level(int index)
{
    return kernels_level(index);
}

static int all_finite(const float *values, int count)
{
    for (int i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return 0;
    return 1;
}

static void know_nothing(float *probabilities, int count)
{
    for (int i = 0; i < count; i++)
        probabilities[i] = 1 / (float)count;
}

void mien_softmax(const float *logits, float *probabilities, int count, float temperature)
{
    if (!all_finite(logits, count)) {
        know_nothing(probabilities, count);
        return;
    }
    float largest = -INFINITY, sum = 0;
    for (int i = 0; i < count; i++)
        largest = fmaxf(largest, logits[i]);
    for (int i = 0; i < count; i++) {
        probabilities[i] = expf((logits[i] - largest) / temperature);
        sum += probabilities[i];
    }
    for (int i = 0; i < count; i++)
        probabilities[i] /= sum;
}
