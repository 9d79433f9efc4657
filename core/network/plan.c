/* Turns the layer list into as few operations as give the same result:
 *   - a batch-norm behind a convolution becomes a factor and bias of its sums;
 *   - an addition, a relu and a batch-norm behind those are done where the sums are stored;
 *   - taps that can only meet padding are dropped, as are outputs that nobody reads;
 *   - an average over one value, and softmax (the caller's), are nothing.
 * Then chooses how each map is stored. */
#include "plan.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "winograd.h"

enum { ARENA_MAX = 1 << 28, FACTORS = 5, ALIGNMENT = 64 }; /* bytes; only hostile models meet it */

struct planner {
    struct plan *plan;
    float *factors_left;           /* of plan->factors */
    struct channel *channels_left; /* of plan->channels */
    int current;                   /* the map that the next layer reads */
    int kept;                      /* the map that the residual block adds */
    int open;                      /* whether the last operation may take in what follows it */
};

int blocks_of(int channels)
{
    return (channels + LANES - 1) / LANES;
}

int input_blocks_of(const struct map *map)
{
    return map->depth == 1 ? 1 : blocks_of(map->shape.channels);
}

ptrdiff_t map_pixel(const struct map *map)
{
    return map->depth * format_size(map->format);
}

ptrdiff_t map_row(const struct map *map)
{
    return (map->shape.width + 2 * map->border_width) * map_pixel(map);
}

ptrdiff_t map_block(const struct map *map)
{
    return (map->shape.height + 2 * map->border_height) * map_row(map);
}

static int add_map(struct planner *planner, struct shape shape, int depth)
{
    struct plan *plan = planner->plan;
    plan->maps[plan->map_count] =
        (struct map){.shape = shape, .depth = depth, .channels = planner->channels_left};
    planner->channels_left += blocks_of(shape.channels) * LANES;
    return plan->map_count++;
}

static struct channel *current_channels(const struct planner *planner)
{
    return planner->plan->maps[planner->current].channels;
}

static int current_count(const struct planner *planner)
{
    return planner->plan->maps[planner->current].shape.channels;
}

static struct operation *add_operation(struct planner *planner, enum operation_kind kind,
                                       struct shape shape)
{
    struct plan *plan = planner->plan;
    struct operation *operation = &plan->operations[plan->operation_count++];
    *operation = (struct operation){.kind = kind, .input = planner->current, .add = -1};
    const struct channel *before = current_channels(planner);
    operation->output = planner->current = add_map(planner, shape, LANES);
    if (kind == OP_CONV)
        channels_forget(current_channels(planner), shape.channels);
    else
        memcpy(current_channels(planner), before, (size_t)shape.channels * sizeof *before);
    planner->open = kind == OP_CONV || kind == OP_POINTWISE;
    float **arrays[FACTORS] = {&operation->multiplier, &operation->bias, &operation->add_multiplier,
                               &operation->scale, &operation->shift};
    for (int i = 0; i < FACTORS; i++) {
        *arrays[i] = planner->factors_left;
        planner->factors_left += blocks_of(shape.channels) * LANES;
    }
    for (int i = 0; i < shape.channels; i++)
        operation->multiplier[i] = operation->add_multiplier[i] = operation->scale[i] = 1;
    return operation;
}

/* The operation that may take in an addition, relu or batch-norm on the current map. */
static struct operation *open_operation(struct planner *planner)
{
    struct plan *plan = planner->plan;
    if (planner->open)
        return &plan->operations[plan->operation_count - 1];
    return add_operation(planner, OP_POINTWISE, plan->maps[planner->current].shape);
}

/* Beyond the map's other side a tap meets only zeros: a 3×3 kernel on one pixel is its centre. */
static int trimmed(int kernel, int side)
{
    int reach = kernel / 2 < side - 1 ? kernel / 2 : side - 1;
    return 2 * reach + 1;
}

static void plan_conv(struct planner *planner, const struct layer *layer)
{
    struct operation *operation = add_operation(planner, OP_CONV, layer->output);
    operation->layer = layer;
    operation->kernel_height = trimmed(layer->kernel, layer->input.height);
    operation->kernel_width = trimmed(layer->kernel, layer->input.width);
    for (int i = 0; i < layer->output.channels; i++)
        operation->bias[i] = layer->bias[i];
}

static void plan_batch_norm(struct planner *planner, const struct layer *layer)
{
    struct operation *operation = open_operation(planner);
    int is_linear = operation->layer && operation->add < 0 && !operation->relu;
    for (int i = 0; i < layer->output.channels; i++) {
        double factor = layer->weight[i] / sqrt((double)layer->variance[i] + layer->epsilon);
        double rest = layer->bias[i] - layer->mean[i] * factor;
        float *multiplier = is_linear ? &operation->multiplier[i] : &operation->scale[i];
        float *addend = is_linear ? &operation->bias[i] : &operation->shift[i];
        *addend = (float)(*addend * factor + rest);
        *multiplier = (float)(*multiplier * factor);
    }
    channels_normalise(current_channels(planner), layer);
    planner->open = is_linear;
}

static void plan_relu(struct planner *planner)
{
    open_operation(planner)->relu = 1;
    channels_rectify(current_channels(planner), current_count(planner));
}

static void plan_addition(struct planner *planner)
{
    struct operation *last = &planner->plan->operations[planner->plan->operation_count - 1];
    if (last->relu)
        planner->open = 0;
    open_operation(planner)->add = planner->kept;
    channels_add(current_channels(planner), planner->plan->maps[planner->kept].channels,
                 current_count(planner));
}

static void plan_average(struct planner *planner, const struct layer *layer)
{
    if (layer->input.height == 1 && layer->input.width == 1)
        return;
    struct operation *operation = add_operation(planner, OP_AVERAGE, layer->output);
    operation->kernel_height = layer->input.height;
    operation->kernel_width = layer->input.width;
}

/* Brings the input into blocks of channels, for lists that do not begin with a convolution. */
static void plan_copy(struct planner *planner)
{
    struct operation *operation =
        add_operation(planner, OP_CONV, planner->plan->maps[planner->current].shape);
    operation->kernel_height = operation->kernel_width = 1;
    planner->open = 0;
}

static void plan_layer(struct planner *planner, const struct layer *layer)
{
    switch (layer->op) {
    case LAYER_CONV:
    case LAYER_DENSE:
        plan_conv(planner, layer);
        break;
    case LAYER_BATCH_NORM:
        plan_batch_norm(planner, layer);
        break;
    case LAYER_RELU:
        plan_relu(planner);
        break;
    case LAYER_MAX_POOL:
        add_operation(planner, OP_POOL, layer->output);
        break;
    case LAYER_RESIDUAL_BEGIN:
        planner->kept = planner->current;
        planner->open = 0;
        break;
    case LAYER_RESIDUAL_END:
        plan_addition(planner);
        break;
    case LAYER_GLOBAL_AVERAGE_POOL:
        plan_average(planner, layer);
        break;
    case LAYER_SOFTMAX:
        break;
    }
}

static void widen(int *value, int least)
{
    if (*value < least)
        *value = least;
}

static void need(struct map *map, int height, int width, int reader)
{
    widen(&map->needed_height, height < map->shape.height ? height : map->shape.height);
    widen(&map->needed_width, width < map->shape.width ? width : map->shape.width);
    widen(&map->last_reader, reader);
}

/* From the end to the start: what of each map is read, and how far beyond its edge. */
static void find_needs(struct plan *plan)
{
    plan->maps[plan->map_count - 1].needed_height = 1;
    plan->maps[plan->map_count - 1].needed_width = 1;
    for (int i = plan->operation_count; i-- > 0;) {
        const struct operation *operation = &plan->operations[i];
        const struct map *output = &plan->maps[operation->output];
        struct map *input = &plan->maps[operation->input];
        int height = output->needed_height, width = output->needed_width;
        int reach_height = operation->kernel_height / 2, reach_width = operation->kernel_width / 2;
        if (operation->add >= 0)
            need(&plan->maps[operation->add], height, width, i);
        if (operation->kind == OP_POOL) {
            need(input, 2 * height, 2 * width, i);
        } else if (operation->kind == OP_AVERAGE) {
            need(input, operation->kernel_height, operation->kernel_width, i);
        } else {
            need(input, height + reach_height, width + reach_width, i);
            widen(&input->border_height, reach_height);
            widen(&input->border_width, reach_width);
        }
    }
}

/* What bytes cannot hold, and what is read with weights that stay floats, stays in floats. */
static int must_be_float(const struct plan *plan, int map)
{
    const struct map *asked = &plan->maps[map];
    if (map == 0 || map == plan->map_count - 1)
        return 1;
    if (asked->format == FORMAT_BYTE && !channels_scale(asked->channels, asked->shape.channels))
        return 1;
    for (int i = 0; i < plan->operation_count; i++) {
        const struct operation *operation = &plan->operations[i];
        const struct layer *layer = operation->layer;
        if ((operation->input == map && layer && layer->op == LAYER_DENSE) ||
            (operation->output == map && operation->kind == OP_AVERAGE))
            return 1;
    }
    return 0;
}

int plan_tile(const struct operation *operation, const struct map *input, const struct map *output)
{
    if (operation->kind != OP_CONV || operation->kernel_height != 3 ||
        operation->kernel_width != 3 || input->depth == 1)
        return 0;
    return winograd_outputs(output->needed_height, output->needed_width, input_blocks_of(input));
}

/* Whether a convolution reads the map that is fast in Winograd's tiles. */
static int is_read_in_tiles(const struct plan *plan, int map, const struct kernels *kernels)
{
    for (int i = 0; i < plan->operation_count; i++) {
        const struct operation *operation = &plan->operations[i];
        const struct map *output = &plan->maps[operation->output];
        if (operation->input == map &&
            plan_tile(operation, &plan->maps[map], output) >= kernels->tiled_outputs)
            return 1;
    }
    return 0;
}

static void choose_formats(struct plan *plan, enum format format, const struct kernels *kernels)
{
    for (int i = 0; i < plan->map_count; i++) {
        struct map *map = &plan->maps[i];
        map->format = format;
        if (must_be_float(plan, i))
            map->format = FORMAT_FLOAT;
        else if (format == FORMAT_BYTE && i == plan->operations[0].output)
            map->format = kernels->first;
        else if (format == FORMAT_BYTE && is_read_in_tiles(plan, i, kernels))
            map->format = kernels->tiled;
    }
    /* Pooling keeps the format; what reads its output decides. */
    for (int i = plan->operation_count; i-- > 0;) {
        const struct operation *operation = &plan->operations[i];
        if (operation->kind == OP_POOL && plan->maps[operation->input].format != FORMAT_FLOAT)
            plan->maps[operation->input].format = plan->maps[operation->output].format;
    }
    for (int i = 0; i < plan->operation_count; i++) {
        const struct operation *operation = &plan->operations[i];
        if (operation->kind == OP_POOL && plan->maps[operation->input].format == FORMAT_FLOAT)
            plan->maps[operation->output].format = FORMAT_FLOAT;
    }
}

/* Whether what stands for zero around two maps of bytes is the same. */
static int have_same_zeros(const struct map *a, const struct map *b)
{
    for (int i = 0; i < a->shape.channels && a->format == FORMAT_BYTE; i++)
        if (a->channels[i].zero != b->channels[i].zero)
            return 0;
    return 1;
}

static int have_same_layout(const struct map *a, const struct map *b)
{
    return a->shape.channels == b->shape.channels && a->shape.height == b->shape.height &&
           a->shape.width == b->shape.width && a->depth == b->depth && a->format == b->format &&
           a->border_height == b->border_height && a->border_width == b->border_width &&
           have_same_zeros(a, b);
}

/* Whether an earlier map may give its memory to the map that operation `writer` writes. Only one
 * of the same layout may, so that the zeros around both stay there without being written again. */
static int is_free_for(const struct plan *plan, int earlier, int map, int writer)
{
    if (!have_same_layout(&plan->maps[earlier], &plan->maps[map]))
        return 0;
    for (int i = 0; i < map; i++)
        if (plan->maps[i].offset == plan->maps[earlier].offset &&
            plan->maps[i].last_reader >= writer)
            return 0;
    return 1;
}

static void place(struct plan *plan, int map, int writer)
{
    struct map *placed = &plan->maps[map];
    for (int i = 0; i < map; i++)
        if (is_free_for(plan, i, map, writer)) {
            placed->offset = plan->maps[i].offset;
            return;
        }
    placed->offset = plan->arena;
    size_t size = (size_t)map_block(placed) * (size_t)input_blocks_of(placed);
    plan->arena += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void place_maps(struct plan *plan)
{
    place(plan, 0, -1);
    for (int i = 0; i < plan->operation_count; i++)
        place(plan, plan->operations[i].output, i);
}

static int allocate(struct plan *plan, const struct layer_list *layers, struct mien_error *error)
{
    size_t channels = 2 * LANES, count = (size_t)layers->count + 2;
    for (int i = 0; i < layers->count; i++)
        channels += LANES * (size_t)blocks_of(layers->layers[i].output.channels);
    plan->operations = calloc(count, sizeof *plan->operations);
    plan->maps = calloc(count, sizeof *plan->maps);
    plan->factors = calloc(channels * FACTORS, sizeof *plan->factors);
    plan->channels = calloc(channels, sizeof *plan->channels);
    if (plan->operations && plan->maps && plan->factors && plan->channels)
        return 0;
    plan_free(plan);
    return mien_error_set(error, ENOMEM, "no memory to compile the network");
}

int plan_make(struct plan *plan, const struct layer_list *layers, enum format format,
              const struct kernels *kernels, struct mien_error *error)
{
    *plan = (struct plan){0};
    int result = allocate(plan, layers, error);
    if (result < 0)
        return result;
    struct planner planner = {
        .plan = plan, .factors_left = plan->factors, .channels_left = plan->channels};
    add_map(&planner, layers->layers[0].input, 1);
    channels_forget(current_channels(&planner), current_count(&planner));
    if (layers->layers[0].op != LAYER_CONV && layers->layers[0].op != LAYER_DENSE)
        plan_copy(&planner);
    for (int i = 0; i < layers->count; i++)
        plan_layer(&planner, &layers->layers[i]);
    find_needs(plan);
    choose_formats(plan, format, kernels);
    place_maps(plan);
    if (plan->arena <= ARENA_MAX)
        return 0;
    plan_free(plan);
    return mien_error_set(error, EINVAL, "the network's maps need too much memory");
}

void plan_forget_layers(struct plan *plan)
{
    for (int i = 0; i < plan->operation_count; i++)
        plan->operations[i].layer = NULL;
}

void plan_free(struct plan *plan)
{
    free(plan->operations);
    free(plan->maps);
    free(plan->factors);
    free(plan->channels);
    *plan = (struct plan){0};
}
