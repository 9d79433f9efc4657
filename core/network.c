#include "mien/network.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kernels.h"
#include "model_layers.h"
#include "plan.h"

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20 };

struct mien_network {
    struct kernels kernels;
    struct plan plan;
    float *weights; /* packed, all operations */
    int width, height, label_count;
    float values[256]; /* of a pixel, normalised as in training */
};

struct mien_context {
    const struct mien_network *network;
    float *arena;
    const float *logits;
    struct view input;
    int call_count;
    struct call calls[];
};

/* Megabytes that are streamed through for every picture are better off in huge pages. */
static float *allocate_floats(size_t count)
{
    size_t size = count * sizeof(float) + 1;
    size_t alignment = size < HUGE_PAGE ? ALIGNMENT : HUGE_PAGE;
    size = (size + alignment - 1) / alignment * alignment;
    float *floats = aligned_alloc(alignment, size);
    if (!floats)
        return NULL;
    if (alignment == HUGE_PAGE)
        madvise(floats, size, MADV_HUGEPAGE); /* a wish: without it all works the same */
    memset(floats, 0, size);
    return floats;
}

/* Blocks and channels of a block that the operation reads: a planar input is one block of one. */
static int input_depth(const struct plan *plan, const struct operation *operation)
{
    return plan->maps[operation->input].depth;
}

static int input_blocks(const struct plan *plan, const struct operation *operation)
{
    const struct map *map = &plan->maps[operation->input];
    return map->depth == 1 ? 1 : blocks_of(map->shape.channels);
}

static int output_blocks(const struct plan *plan, const struct operation *operation)
{
    return blocks_of(plan->maps[operation->output].shape.channels);
}

static size_t weight_count(const struct plan *plan, const struct operation *operation)
{
    if (operation->kind != OP_CONV && operation->kind != OP_PLANAR)
        return 0;
    return (size_t)output_blocks(plan, operation) * (size_t)input_blocks(plan, operation) *
           (size_t)(operation->kernel_height * operation->kernel_width) *
           (size_t)input_depth(plan, operation) * LANES;
}

/* The weights that lead from one input channel to one output channel, [kernel][kernel]. */
static const float *filter_of(const struct layer *layer, int to, int from)
{
    return layer->weight +
           ((ptrdiff_t)to * layer->input.channels + from) * layer->kernel * layer->kernel;
}

/* Writes one filter to its places among the packed weights, which are steps of depth × 16 apart. */
static void pack_filter(const struct operation *operation, const float *filter, float multiplier,
                        int depth, float *packed)
{
    int kernel = operation->layer->kernel;
    int top = (kernel - operation->kernel_height) / 2,
        left = (kernel - operation->kernel_width) / 2;
    for (int y = 0; y < operation->kernel_height; y++)
        for (int x = 0; x < operation->kernel_width; x++) {
            *packed = filter[(top + y) * kernel + left + x] * multiplier;
            packed += depth * LANES;
        }
}

static void pack(const struct plan *plan, const struct operation *operation, float *weights)
{
    const struct layer *layer = operation->layer;
    if (!layer) {
        weights[0] = 1;
        return;
    }
    int depth = input_depth(plan, operation), blocks = input_blocks(plan, operation);
    ptrdiff_t size = (ptrdiff_t)operation->kernel_height * operation->kernel_width * depth * LANES;
    for (int to = 0; to < layer->output.channels; to++)
        for (int from = 0; from < layer->input.channels; from++) {
            ptrdiff_t block = (ptrdiff_t)(to / LANES) * blocks + from / depth;
            pack_filter(operation, filter_of(layer, to, from), operation->multiplier[to], depth,
                        weights + block * size + from % depth * LANES + to % LANES);
        }
}

static int pack_all(struct mien_network *network, struct mien_error *error)
{
    const struct plan *plan = &network->plan;
    size_t count = 0;
    for (int i = 0; i < plan->operation_count; i++)
        count += weight_count(plan, &plan->operations[i]);
    network->weights = allocate_floats(count);
    if (!network->weights)
        return mien_error_set(error, ENOMEM, "no memory for %zu weights", count);
    float *weights = network->weights;
    for (int i = 0; i < plan->operation_count; i++) {
        size_t used = weight_count(plan, &plan->operations[i]);
        if (used)
            pack(plan, &plan->operations[i], weights);
        weights += used;
    }
    return 0;
}

int mien_network_create(struct mien_network **network, const struct mien_model *model,
                        const struct mien_network_options *options, struct mien_error *error)
{
    const struct mien_model_info *info = mien_model_info(model);
    const char *limit = options && options->cpu ? options->cpu : getenv("MIEN_CPU");
    struct mien_network *made = calloc(1, sizeof *made);
    if (!made)
        return mien_error_set(error, ENOMEM, "no memory for a network");
    made->width = info->width;
    made->height = info->height;
    made->label_count = info->label_count;
    for (int i = 0; i < 256; i++)
        made->values[i] = ((float)i / info->divide - info->mean) / info->std;
    int result = kernels_choose(&made->kernels, limit, error);
    if (result == 0)
        result = plan_make(&made->plan, model_layers(model), error);
    if (result == 0)
        result = pack_all(made, error);
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
    free((*network)->weights);
    free(*network);
    *network = NULL;
}

const char *mien_network_cpu(const struct mien_network *network)
{
    return network->kernels.level;
}

const char *mien_network_level(int index)
{
    return kernels_level(index);
}

static struct view view_of(const struct plan *plan, int map, float *arena)
{
    const struct map *seen = &plan->maps[map];
    ptrdiff_t row = map_row(seen);
    return (struct view){
        .data = arena + seen->offset + seen->border_height * row + seen->border_width * seen->depth,
        .row = row,
        .block = map_block(seen),
    };
}

static kernel_function *function_of(const struct kernels *kernels, enum operation_kind kind)
{
    switch (kind) {
    case OP_CONV:
        return kernels->conv;
    case OP_PLANAR:
        return kernels->planar;
    case OP_POINTWISE:
        return kernels->pointwise;
    case OP_POOL:
        return kernels->pool;
    case OP_AVERAGE:
        return kernels->average;
    }
    return NULL;
}

static struct call resolve(const struct mien_network *network, const struct operation *operation,
                           float *arena, const float *weights)
{
    const struct plan *plan = &network->plan;
    const struct map *output = &plan->maps[operation->output];
    struct call call = {
        .function = function_of(&network->kernels, operation->kind),
        .input = view_of(plan, operation->input, arena),
        .output = view_of(plan, operation->output, arena),
        .height = output->needed_height,
        .width = output->needed_width,
        .map_height = plan->maps[operation->input].shape.height,
        .map_width = plan->maps[operation->input].shape.width,
        .input_blocks = input_blocks(plan, operation),
        .output_blocks = output_blocks(plan, operation),
        .kernel_height = operation->kernel_height,
        .kernel_width = operation->kernel_width,
        .relu = operation->relu,
        .weights = weights,
        .bias = operation->bias,
        .scale = operation->scale,
        .shift = operation->shift,
    };
    if (operation->add >= 0)
        call.add = view_of(plan, operation->add, arena);
    return call;
}

int mien_context_create(struct mien_context **context, const struct mien_network *network,
                        struct mien_error *error)
{
    const struct plan *plan = &network->plan;
    size_t calls = (size_t)plan->operation_count;
    struct mien_context *made = calloc(1, sizeof *made + calls * sizeof *made->calls);
    if (made)
        made->arena = allocate_floats(plan->arena);
    if (!made || !made->arena) {
        free(made);
        return mien_error_set(error, ENOMEM, "no memory to run the network");
    }
    made->network = network;
    made->input = view_of(plan, 0, made->arena);
    made->logits = view_of(plan, plan->map_count - 1, made->arena).data;
    made->call_count = plan->operation_count;
    const float *weights = network->weights;
    for (int i = 0; i < plan->operation_count; i++) {
        made->calls[i] = resolve(network, &plan->operations[i], made->arena, weights);
        weights += weight_count(plan, &plan->operations[i]);
    }
    *context = made;
    return 0;
}

void mien_context_destroy(struct mien_context **context)
{
    if (!*context)
        return;
    free((*context)->arena);
    free(*context);
    *context = NULL;
}

static void run(struct mien_context *context, float *logits)
{
    for (int i = 0; i < context->call_count; i++)
        context->calls[i].function(&context->calls[i]);
    memcpy(logits, context->logits, (size_t)context->network->label_count * sizeof *logits);
}

void mien_context_run(struct mien_context *context, const uint8_t *gray, ptrdiff_t stride,
                      float *logits)
{
    const struct mien_network *network = context->network;
    for (int y = 0; y < network->height; y++)
        for (int x = 0; x < network->width; x++)
            context->input.data[y * context->input.row + x] = network->values[gray[y * stride + x]];
    run(context, logits);
}

void mien_context_run_float(struct mien_context *context, const float *values, float *logits)
{
    const struct mien_network *network = context->network;
    for (int y = 0; y < network->height; y++)
        memcpy(context->input.data + y * context->input.row, values + y * network->width,
               (size_t)network->width * sizeof *values);
    run(context, logits);
}

void mien_softmax(const float *logits, float *probabilities, int count, float temperature)
{
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
