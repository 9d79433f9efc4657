#include "prune.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "half.h"

/* Of the sum of all absolute products: far more than the rounding of a sum of floats. */
static const double MARGIN = 1e-4;

enum { CONV, RELU, NORM, NEXT, PATTERN };

/* The layers of the pattern, as they become. */
struct pruner {
    struct layer *layers;
    int *kept; /* output channels, in order */
    int kept_count;
    float *left; /* of the memory */
};

static int is_pattern(const struct layer_list *layers)
{
    static const enum layer_op pattern[PATTERN] = {LAYER_CONV, LAYER_RELU, LAYER_BATCH_NORM,
                                                   LAYER_CONV};
    if (layers->count < PATTERN)
        return 0;
    for (int i = 0; i < PATTERN; i++)
        if (layers->layers[i].op != pattern[i])
            return 0;
    return 1;
}

/* Padding is zero whatever the range of the pixels is. */
static int can_be_positive(const struct layer *conv, int channel, float low, float high)
{
    const float *weight = conv->weight + (size_t)channel * layer_filter_size(conv);
    double least = fmin(low, 0), most = fmax(high, 0), largest = conv->bias[channel],
           sum = fabs(largest);
    for (size_t i = 0; i < layer_filter_size(conv); i++) {
        largest += fmax(weight[i] * least, weight[i] * most);
        sum += fabs(weight[i]) * fmax(-least, most);
    }
    return !(largest < -MARGIN * sum);
}

static void widen_layer(struct layer *layer, float *room, size_t count)
{
    if (!layer->halves)
        return;
    floats_of_halves(layer->halves, count, room);
    layer->weight = room;
    layer->halves = NULL;
}

static float *take(struct pruner *pruner, size_t count)
{
    float *taken = pruner->left;
    pruner->left += count;
    return taken;
}

/* A channel's values of a tensor, those kept, and then `last` for the one that stands for the
 * others. */
static const float *gather(struct pruner *pruner, const float *values, float last)
{
    float *to = take(pruner, (size_t)pruner->kept_count + 1);
    for (int i = 0; i < pruner->kept_count; i++)
        to[i] = values[pruner->kept[i]];
    to[pruner->kept_count] = last;
    return to;
}

static void prune_conv(struct pruner *pruner, struct layer *conv)
{
    const size_t size = layer_filter_size(conv), count = (size_t)pruner->kept_count;
    float *weight = take(pruner, (count + 1) * size);
    for (size_t i = 0; i < count; i++)
        memcpy(weight + i * size, conv->weight + (size_t)pruner->kept[i] * size,
               size * sizeof *weight);
    conv->weight = weight;
    conv->bias = gather(pruner, conv->bias, 0);
}

/* What the batch-norm makes of zero. */
static double constant_of(const struct layer *norm, int channel)
{
    return norm->bias[channel] - norm->mean[channel] * (double)norm->weight[channel] /
                                     sqrt((double)norm->variance[channel] + norm->epsilon);
}

static void prune_norm(struct pruner *pruner, struct layer *norm)
{
    norm->weight = gather(pruner, norm->weight, 0);
    norm->bias = gather(pruner, norm->bias, 1);
    norm->mean = gather(pruner, norm->mean, 0);
    norm->variance = gather(pruner, norm->variance, 1);
}

/* Of one filter of the next convolution: the filters of the channels kept, and the sum of the
 * others. */
static void merge(const struct pruner *pruner, const struct layer *norm, const float *from,
                  float *to, int taps)
{
    int next = 0;
    for (int channel = 0; channel < norm->output.channels; channel++, from += taps) {
        int is_kept = next < pruner->kept_count && pruner->kept[next] == channel;
        float *filter = to + (is_kept ? next++ : pruner->kept_count) * taps;
        for (int i = 0; i < taps; i++)
            filter[i] += (float)((is_kept ? 1 : constant_of(norm, channel)) * from[i]);
    }
}

static void prune_next(struct pruner *pruner, const struct layer *norm, struct layer *next)
{
    const int taps = next->kernel * next->kernel;
    const size_t size = (size_t)(pruner->kept_count + 1) * (size_t)taps;
    float *weight = take(pruner, size * (size_t)next->output.channels);
    for (int to = 0; to < next->output.channels; to++)
        merge(pruner, norm, next->weight + (size_t)to * layer_filter_size(next),
              weight + (size_t)to * size, taps);
    next->weight = weight;
}

static void prune_pattern(struct pruner *pruner)
{
    struct layer *layers = pruner->layers;
    const struct layer norm = layers[NORM];
    prune_conv(pruner, &layers[CONV]);
    prune_norm(pruner, &layers[NORM]);
    prune_next(pruner, &norm, &layers[NEXT]);
    for (int i = CONV; i < NEXT; i++)
        layers[i].output.channels = layers[i + 1].input.channels = pruner->kept_count + 1;
}

/* No more than before: there is one channel less at least. */
static size_t floats_of(const struct layer *layers)
{
    const int tensors_of_channels = 5;
    return layer_filter_size(&layers[CONV]) * (size_t)layers[CONV].output.channels +
           layer_filter_size(&layers[NEXT]) * (size_t)layers[NEXT].output.channels +
           (size_t)(tensors_of_channels * layers[CONV].output.channels);
}

/* The convolutions of the pattern whose weights are halves. */
static int widen(struct pruned *pruned, struct mien_error *error)
{
    struct layer *layers = pruned->layers.layers;
    if (!layers[CONV].halves && !layers[NEXT].halves)
        return 0;
    size_t of_conv = layer_filter_size(&layers[CONV]) * (size_t)layers[CONV].output.channels;
    size_t of_next = layer_filter_size(&layers[NEXT]) * (size_t)layers[NEXT].output.channels;
    pruned->widened = malloc((of_conv + of_next) * sizeof *pruned->widened);
    if (!pruned->widened)
        return mien_error_set(error, ENOMEM, "no memory to compile the network");
    widen_layer(&layers[CONV], pruned->widened, of_conv);
    widen_layer(&layers[NEXT], pruned->widened + of_conv, of_next);
    return 0;
}

int prune(struct pruned *pruned, const struct layer_list *layers, float low, float high,
          struct mien_error *error)
{
    pruned->layers = *layers;
    pruned->memory = pruned->widened = NULL;
    if (!is_pattern(layers))
        return 0;
    int result = widen(pruned, error);
    if (result < 0)
        return result;
    struct pruner pruner = {.layers = pruned->layers.layers};
    int channels = pruner.layers[CONV].output.channels;
    pruner.kept = calloc((size_t)channels, sizeof *pruner.kept);
    if (!pruner.kept)
        return mien_error_set(error, ENOMEM, "no memory to compile the network");
    for (int i = 0; i < channels; i++)
        if (can_be_positive(&pruner.layers[CONV], i, low, high))
            pruner.kept[pruner.kept_count++] = i;
    if (pruner.kept_count < channels - 1) {
        pruner.left = pruned->memory = calloc(floats_of(pruner.layers), sizeof *pruned->memory);
        if (pruned->memory)
            prune_pattern(&pruner);
        else
            result = mien_error_set(error, ENOMEM, "no memory to compile the network");
    }
    free(pruner.kept);
    return result;
}

void prune_free(struct pruned *pruned)
{
    free(pruned->memory);
    free(pruned->widened);
    pruned->memory = pruned->widened = NULL;
}
