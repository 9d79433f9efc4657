#include "network/prune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"

enum { SIDE = 6, AREA = SIDE * SIDE, BEFORE = 5, AFTER = 3, LAST = 3 };

/* Tensors of a convolution of 5×5 to five channels, a batch-norm, and one of 3×3 to three. */
struct tensors {
    float first[BEFORE * 25], bias[BEFORE], gain[BEFORE], shift[BEFORE], mean[BEFORE],
        variance[BEFORE], last[LAST * BEFORE * 9], last_bias[LAST];
};

static float random_value(void)
{
    return (float)rand() / (float)RAND_MAX * 2 - 1;
}

/* Channels 0, 2 and 3 are below zero for all pixels, unless pixels can be negative. */
static void make_tensors(struct tensors *tensors)
{
    float *all = (float *)tensors;
    for (size_t i = 0; i < sizeof *tensors / sizeof *all; i++)
        all[i] = random_value();
    for (int i = 0; i < BEFORE; i++) {
        tensors->variance[i] += 1.5f;
        tensors->bias[i] = 0.2f;
        if (i == 1 || i == 4)
            continue;
        tensors->bias[i] = -0.2f;
        for (int tap = 0; tap < 25; tap++)
            tensors->first[i * 25 + tap] = -fabsf(tensors->first[i * 25 + tap]);
    }
}

static struct layer_list layers_of(const struct tensors *tensors)
{
    const struct shape one = {1, SIDE, SIDE}, five = {BEFORE, SIDE, SIDE}, end = {LAST, SIDE, SIDE};
    return (struct layer_list){
        4,
        {{LAYER_CONV, "a", one, five, 5, 0, tensors->first, tensors->bias, NULL, NULL},
         {LAYER_RELU, "", five, five, 0, 0, NULL, NULL, NULL, NULL},
         {LAYER_BATCH_NORM, "b", five, five, 0, 0.01f, tensors->gain, tensors->shift, tensors->mean,
          tensors->variance},
         {LAYER_CONV, "c", five, end, 3, 0, tensors->last, tensors->last_bias, NULL, NULL}}};
}

static double padded(const double *map, int y, int x)
{
    return y < 0 || x < 0 || y >= SIDE || x >= SIDE ? 0 : map[y * SIDE + x];
}

static void convolve(const struct layer *layer, const double *from, double *to)
{
    const int kernel = layer->kernel;
    for (int out = 0; out < layer->output.channels; out++)
        for (int pixel = 0; pixel < AREA; pixel++) {
            double sum = layer->bias[out];
            for (int in = 0; in < layer->input.channels; in++)
                for (int tap = 0; tap < kernel * kernel; tap++)
                    sum +=
                        layer->weight[(out * layer->input.channels + in) * kernel * kernel + tap] *
                        padded(from + in * AREA, pixel / SIDE + tap / kernel - kernel / 2,
                               pixel % SIDE + tap % kernel - kernel / 2);
            to[out * AREA + pixel] = sum;
        }
}

static void run(const struct layer_list *list, const double *pixels, double *outputs)
{
    const struct layer *layers = list->layers, *norm = &layers[2];
    double middle[BEFORE * AREA];
    convolve(&layers[0], pixels, middle);
    for (int i = 0; i < norm->output.channels * AREA; i++) {
        int channel = i / AREA;
        middle[i] = (fmax(middle[i], 0) - norm->mean[channel]) /
                        sqrt((double)norm->variance[channel] + norm->epsilon) *
                        norm->weight[channel] +
                    norm->bias[channel];
    }
    convolve(&layers[3], middle, outputs);
}

static void keeps_what_the_network_says(void)
{
    struct tensors tensors;
    struct pruned pruned;
    make_tensors(&tensors);
    struct layer_list whole = layers_of(&tensors);
    CU_ASSERT_EQUAL_FATAL(prune(&pruned, &whole, 0, 1, NULL), 0);
    CU_ASSERT_EQUAL(pruned.layers.layers[0].output.channels, AFTER);
    CU_ASSERT_EQUAL(pruned.layers.layers[1].output.channels, AFTER);
    CU_ASSERT_EQUAL(pruned.layers.layers[2].input.channels, AFTER);
    CU_ASSERT_EQUAL_FATAL(pruned.layers.layers[3].input.channels, AFTER);
    CU_ASSERT_EQUAL(pruned.layers.layers[3].output.channels, LAST);
    for (int round = 0; round < 20; round++) {
        double pixels[AREA], expected[LAST * AREA], got[LAST * AREA];
        for (int i = 0; i < AREA; i++)
            pixels[i] = fabs((double)random_value());
        run(&whole, pixels, expected);
        run(&pruned.layers, pixels, got);
        for (int i = 0; i < LAST * AREA; i++)
            CU_ASSERT_DOUBLE_EQUAL(got[i], expected[i], 1e-5);
    }
    prune_free(&pruned);
}

static void is_unchanged(const struct layer_list *layers, float low, float high)
{
    struct pruned pruned;
    CU_ASSERT_EQUAL_FATAL(prune(&pruned, layers, low, high, NULL), 0);
    CU_ASSERT_PTR_NULL(pruned.memory);
    CU_ASSERT_EQUAL(memcmp(&pruned.layers, layers, sizeof *layers), 0);
    prune_free(&pruned);
}

static void keeps_channels_that_some_picture_makes_positive(void)
{
    struct tensors tensors;
    make_tensors(&tensors);
    struct layer_list layers = layers_of(&tensors);
    is_unchanged(&layers, -1, 1);
    for (int i = 0; i < BEFORE; i++)
        tensors.bias[i] = fabsf(tensors.bias[i]);
    is_unchanged(&layers, 0, 1);
}

static void leaves_other_layers_alone(void)
{
    struct tensors tensors;
    make_tensors(&tensors);
    struct layer_list layers = layers_of(&tensors);
    layers.count = 3;
    is_unchanged(&layers, 0, 1);
    layers.count = 4;
    layers.layers[3].op = LAYER_RESIDUAL_BEGIN;
    is_unchanged(&layers, 0, 1);
}

int main(void)
{
    static const struct test tests[] = {
        {"pruning keeps what the network says", keeps_what_the_network_says},
        {"pruning keeps channels that some picture makes positive",
         keeps_channels_that_some_picture_makes_positive},
        {"pruning leaves other layers alone", leaves_other_layers_alone},
        {NULL, NULL},
    };
    return run_tests("prune", tests);
}
