#include "mien/network.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "half.h"
#include "kernels.h"
#include "model_layers.h"
#include "plan.h"

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20, HALF_PIXELS_MAX = 9 };

/* An operation's weights as its kernel reads them. */
struct packed {
    const struct operation *operation;
    void *weights;
    int half; /* stored in half precision */
};

struct mien_network {
    struct kernels kernels;
    struct plan plan;
    struct packed *packed; /* for each operation of the plan */
    void *weights;         /* memory of all of them */
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
static void *allocate(size_t size)
{
    size_t alignment = size < HUGE_PAGE ? ALIGNMENT : HUGE_PAGE;
    size = (size / alignment + 1) * alignment;
    void *memory = aligned_alloc(alignment, size);
    if (!memory)
        return NULL;
    if (alignment == HUGE_PAGE)
        madvise(memory, size, MADV_HUGEPAGE); /* a wish: without it all works the same */
    return memset(memory, 0, size);
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

/* On maps of a few pixels reading the weights takes longer than using them; there they are stored
 * in half precision where it holds them exactly. On larger maps the conversion would cost more. */
static int is_half(const struct mien_network *network, const struct operation *operation)
{
    const struct layer *layer = operation->layer;
    if (operation->kind != OP_CONV || !network->kernels.conv_half ||
        layer->input.height * layer->input.width > HALF_PIXELS_MAX)
        return 0;
    size_t count = (size_t)layer->output.channels * (size_t)layer->input.channels *
                   (size_t)(layer->kernel * layer->kernel);
    uint16_t half;
    for (size_t i = 0; i < count; i++)
        if (!half_of_float(layer->weight[i], &half))
            return 0;
    return 1;
}

/* The weights that lead from one input channel to one output channel, [kernel][kernel]. */
static const float *filter_of(const struct layer *layer, int to, int from)
{
    return layer->weight +
           ((ptrdiff_t)to * layer->input.channels + from) * layer->kernel * layer->kernel;
}

/* Writes one filter to its places among the packed weights, from number `index` in steps of
 * depth × 16. */
static void pack_filter(const struct packed *packed, const float *filter, int depth, size_t index)
{
    const struct operation *operation = packed->operation;
    int kernel = operation->layer->kernel;
    int top = (kernel - operation->kernel_height) / 2;
    int left = (kernel - operation->kernel_width) / 2;
    for (int y = 0; y < operation->kernel_height; y++)
        for (int x = 0; x < operation->kernel_width; x++) {
            float weight = filter[(top + y) * kernel + left + x];
            if (packed->half)
                half_of_float(weight, (uint16_t *)packed->weights + index);
            else
                ((float *)packed->weights)[index] = weight;
            index += (size_t)depth * LANES;
        }
}

static void pack(const struct plan *plan, const struct packed *packed)
{
    const struct operation *operation = packed->operation;
    const struct layer *layer = operation->layer;
    if (!layer) {
        *(float *)packed->weights = 1;
        return;
    }
    int depth = input_depth(plan, operation), blocks = input_blocks(plan, operation);
    size_t size =
        (size_t)operation->kernel_height * (size_t)operation->kernel_width * (size_t)depth * LANES;
    for (int to = 0; to < layer->output.channels; to++)
        for (int from = 0; from < layer->input.channels; from++) {
            size_t block = (size_t)(to / LANES * blocks + from / depth);
            pack_filter(packed, filter_of(layer, to, from), depth,
                        block * size + (size_t)(from % depth * LANES + to % LANES));
        }
}

/* Bytes of one operation's weights, a multiple of 64. */
static size_t packed_size(const struct plan *plan, const struct packed *packed)
{
    size_t size = weight_count(plan, packed->operation) * (packed->half ? 2 : sizeof(float));
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static int pack_all(struct mien_network *network, struct mien_error *error)
{
    const struct plan *plan = &network->plan;
    size_t size = 0;
    network->packed = calloc((size_t)plan->operation_count, sizeof *network->packed);
    if (!network->packed)
        return mien_error_set(error, ENOMEM, "no memory to compile the network");
    for (int i = 0; i < plan->operation_count; i++) {
        struct packed *packed = &network->packed[i];
        packed->operation = &plan->operations[i];
        packed->half = is_half(network, packed->operation);
        size += packed_size(plan, packed);
    }
    network->weights = allocate(size);
    if (!network->weights)
        return mien_error_set(error, ENOMEM, "no memory for %zu bytes of weights", size);
    char *weights = network->weights;
    for (int i = 0; i < plan->operation_count; i++) {
        struct packed *packed = &network->packed[i];
        packed->weights = weights;
        weights += packed_size(plan, packed);
        if (weight_count(plan, packed->operation))
            pack(plan, packed);
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
    free((*network)->packed);
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

static kernel_function *function_of(const struct kernels *kernels, const struct packed *packed)
{
    switch (packed->operation->kind) {
    case OP_CONV:
        return packed->half ? kernels->conv_half : kernels->conv;
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

static struct call resolve(const struct mien_network *network, const struct packed *packed,
                           float *arena)
{
    const struct plan *plan = &network->plan;
    const struct operation *operation = packed->operation;
    const struct map *output = &plan->maps[operation->output];
    struct call call = {
        .function = function_of(&network->kernels, packed),
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
        .weights = packed->weights,
        .multiplier = operation->multiplier,
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
        made->arena = allocate(plan->arena * sizeof(float));
    if (!made || !made->arena) {
        free(made);
        return mien_error_set(error, ENOMEM, "no memory to run the network");
    }
    made->network = network;
    made->input = view_of(plan, 0, made->arena);
    made->logits = view_of(plan, plan->map_count - 1, made->arena).data;
    made->call_count = plan->operation_count;
    for (int i = 0; i < plan->operation_count; i++)
        made->calls[i] = resolve(network, &network->packed[i], made->arena);
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
