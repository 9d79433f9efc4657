/* Running a network: its calls resolved for each face, and how threads share them.
 *
 * The first operations have large maps and few weights: there a thread takes a whole face through
 * all of them, so that its maps stay in the second-level cache, provided faces can be shared out
 * evenly. Behind these, and everywhere for few faces, operations are cut into slices. A slice is
 * computed for all faces before the next one begins, so that a crowd reads the weights of a slice
 * once from afar and then from the second-level cache. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "network_private.h"
#include "thread_pool.h"

enum {
    SLICES_PER_THREAD = 3,
    SLICE_BLOCKS = 4,
    SLICE_ROWS = 2,
    SMALL_MAP = 4,
    TILES_ACROSS = 6,
    MANY_FACES = 4,
};

/* How one operation is cut: slices go down the rows first. */
struct cut {
    int blocks, rows; /* of one slice */
    int bands;        /* slices from top to bottom */
};

struct mien_context {
    const struct mien_network *network;
    struct pool *pool;
    uint8_t *arena;     /* one after the other for each face */
    int count;          /* faces in this run; 0 before the first */
    struct call *calls; /* [operation][face] */
    struct cut *cuts;
    int unsliced; /* the first operations, done face by face */
    int *pieces;  /* of each operation: its slices; of the first, where it is unsliced: faces */
};

static size_t arena_of(const struct mien_network *network)
{
    return network->plan.arena;
}

static struct view view_of(const struct plan *plan, int map, uint8_t *arena)
{
    const struct map *seen = &plan->maps[map];
    return (struct view){
        .data = arena + seen->offset + seen->border_height * map_row(seen) +
                seen->border_width * map_pixel(seen),
        .row = map_row(seen),
        .block = map_block(seen),
        .format = seen->format,
    };
}

static kernel_function *conv_of(const struct kernels *kernels, const struct packed *packed,
                                enum format format)
{
    if (packed->tile)
        return kernels->winograd[format];
    return packed->half ? kernels->conv_half : kernels->conv[format];
}

static kernel_function *function_of(const struct mien_network *network, int index)
{
    const struct kernels *kernels = &network->kernels;
    const struct operation *operation = &network->plan.operations[index];
    switch (operation->kind) {
    case OP_CONV:
        return conv_of(kernels, &network->weights.packed[index],
                       network->plan.maps[operation->input].format);
    case OP_POINTWISE:
        return kernels->pointwise;
    case OP_POOL:
        return kernels->pool;
    case OP_AVERAGE:
        return kernels->average;
    }
    return NULL;
}

static int units_of_last_block(const struct map *map)
{
    int channels = (map->shape.channels - 1) % map->depth + 1;
    return (channels * (int)format_size(map->format) + UNIT - 1) / UNIT;
}

static struct call resolve(const struct mien_network *network, int index, uint8_t *arena)
{
    const struct plan *plan = &network->plan;
    const struct operation *operation = &plan->operations[index];
    const struct map *input = &plan->maps[operation->input],
                     *output = &plan->maps[operation->output];
    struct call call = {
        .function = function_of(network, index),
        .input = view_of(plan, operation->input, arena),
        .output = view_of(plan, operation->output, arena),
        .height = output->needed_height,
        .width = output->needed_width,
        .map_height = input->shape.height,
        .map_width = input->shape.width,
        .input_blocks = input_blocks_of(input),
        .output_blocks = blocks_of(output->shape.channels),
        .depth = input->depth,
        .last_units = units_of_last_block(input),
        .kernel_height = operation->kernel_height,
        .kernel_width = operation->kernel_width,
        .tile = network->weights.packed[index].tile,
        .relu = operation->relu,
        .weights = network->weights.packed[index].weights,
        .padding = network->weights.packed[index].padding,
        .multiplier = operation->multiplier,
        .bias = operation->bias,
        .add_multiplier = operation->add_multiplier,
        .scale = operation->scale,
        .shift = operation->shift,
    };
    if (operation->add >= 0)
        call.add = view_of(plan, operation->add, arena);
    return call;
}

static int at_least_one(int value)
{
    return value > 1 ? value : 1;
}

/* Whether the rows of a map stay together. Winograd's tiles are multiplied several at a time, so a
 * row of too few of them would be slow alone. */
static int is_small(const struct call *call)
{
    return call->tile ? call->width < TILES_ACROSS * call->tile : call->height < SMALL_MAP;
}

/* Where rows cannot be shared out, a pair of blocks is the least that keeps the registers full. */
static int blocks_of_slice(const struct call *call, int threads)
{
    int is_scarce = is_small(call) && call->tile && call->output_blocks < threads * SLICE_BLOCKS;
    return smaller(call->output_blocks, is_scarce ? SLICE_BLOCKS / 2 : SLICE_BLOCKS);
}

/* One thread and one face need no slices. Otherwise blocks are shared out, and where there are not
 * enough of them for all threads, rows too. */
static struct cut cut_of(const struct call *call, int threads, int faces)
{
    struct cut cut = {call->output_blocks, call->height, 1};
    int wanted = threads > 1 ? threads * SLICES_PER_THREAD : 1;
    if (wanted == 1 && faces == 1)
        return cut;
    cut.blocks = blocks_of_slice(call, threads);
    int groups = (call->output_blocks + cut.blocks - 1) / cut.blocks;
    if (groups >= wanted || is_small(call))
        return cut;
    int bands = (wanted + groups - 1) / groups, step = call->tile ? call->tile : SLICE_ROWS;
    cut.rows = at_least_one(call->height / bands / step) * step;
    cut.bands = (call->height + cut.rows - 1) / cut.rows;
    return cut;
}

/* How many of the first operations have fewer bytes of weights than of maps. */
static int operations_of_large_maps(const struct mien_network *network)
{
    const struct plan *plan = &network->plan;
    for (int i = 0; i < plan->operation_count; i++) {
        const struct operation *operation = &plan->operations[i];
        const struct map *maps[] = {&plan->maps[operation->input], &plan->maps[operation->output]};
        ptrdiff_t maps_size = 0;
        for (int j = 0; j < 2; j++)
            maps_size += map_block(maps[j]) * input_blocks_of(maps[j]);
        if ((ptrdiff_t)network->weights.packed[i].size > maps_size)
            return i;
    }
    return plan->operation_count;
}

/* Shares the work of `count` faces out. Among many faces for each thread one more or less does not
 * matter. */
static void share_out(struct mien_context *context, int count)
{
    const struct mien_network *network = context->network;
    int threads = network->threads;
    int is_even = count % threads == 0 || count >= MANY_FACES * threads;
    context->count = count;
    context->unsliced = is_even ? operations_of_large_maps(network) : 0;
    for (int i = 0; i < network->plan.operation_count; i++) {
        const struct call *call = &context->calls[i * network->faces];
        struct cut *cut = &context->cuts[i];
        *cut = cut_of(call, threads, count);
        context->pieces[i] = (call->output_blocks + cut->blocks - 1) / cut->blocks * cut->bands;
        if (i < context->unsliced)
            context->pieces[i] = i == 0 ? count : 0;
    }
}

static void run_unsliced(struct mien_context *context, int face)
{
    for (int i = 0; i < context->unsliced; i++) {
        const struct call *call = &context->calls[i * context->network->faces + face];
        call->function(call, (struct slice){0, call->output_blocks, 0, call->height});
    }
}

static void run_slice(struct mien_context *context, int operation, int piece)
{
    const struct call *calls = context->calls + operation * context->network->faces;
    const struct cut *cut = &context->cuts[operation];
    int block = piece / cut->bands * cut->blocks, row = piece % cut->bands * cut->rows;
    struct slice slice = {block, smaller(block + cut->blocks, calls->output_blocks), row,
                          smaller(row + cut->rows, calls->height)};
    for (int face = 0; face < context->count; face++)
        calls->function(&calls[face], slice);
}

static void run_piece(void *data, int step, int piece)
{
    struct mien_context *context = data;
    if (step < context->unsliced)
        run_unsliced(context, piece);
    else
        run_slice(context, step, piece);
}

/* Around a map of bytes stand those that mean zero. The kernels never write there. */
static void fill_border(const struct map *map, uint8_t *arena)
{
    if (map->format != FORMAT_BYTE)
        return;
    uint8_t *next = arena + map->offset;
    ptrdiff_t pixels = map_block(map) / map_pixel(map);
    for (int block = 0; block < blocks_of(map->shape.channels); block++)
        for (ptrdiff_t pixel = 0; pixel < pixels; pixel++)
            for (int i = 0; i < LANES; i++)
                *next++ = map->channels[block * LANES + i].zero;
}

static void resolve_all(struct mien_context *context)
{
    const struct mien_network *network = context->network;
    const struct plan *plan = &network->plan;
    for (int face = 0; face < network->faces; face++) {
        uint8_t *arena = context->arena + (size_t)face * arena_of(network);
        for (int i = 0; i < plan->map_count; i++)
            fill_border(&plan->maps[i], arena);
        for (int i = 0; i < plan->operation_count; i++)
            context->calls[i * network->faces + face] = resolve(network, i, arena);
    }
}

int mien_context_create(struct mien_context **context, const struct mien_network *network,
                        struct mien_error *error)
{
    size_t count = (size_t)network->plan.operation_count, faces = (size_t)network->faces;
    struct mien_context *made = calloc(1, sizeof *made);
    if (!made)
        return mien_error_set(error, ENOMEM, "no memory to run the network");
    made->network = network;
    made->arena = allocate_zeros(arena_of(network) * faces);
    made->calls = calloc(count * faces, sizeof *made->calls);
    made->cuts = calloc(count, sizeof *made->cuts);
    made->pieces = calloc(count, sizeof *made->pieces);
    int result = 0;
    if (made->arena && made->calls && made->cuts && made->pieces) {
        resolve_all(made);
        result =
            thread_pool_create(&made->pool, network->threads, (int)count, run_piece, made, error);
    } else {
        result = mien_error_set(error, ENOMEM, "no memory to run the network");
    }
    if (result < 0)
        mien_context_destroy(&made);
    else
        *context = made;
    return result;
}

void mien_context_destroy(struct mien_context **context)
{
    struct mien_context *old = *context;
    if (!old)
        return;
    thread_pool_destroy(&old->pool);
    free(old->arena);
    free(old->calls);
    free(old->cuts);
    free(old->pieces);
    free(old);
    *context = NULL;
}

static float *input_row(const struct mien_context *context, int face, int row)
{
    const struct view *input = &context->calls[face].input;
    return (float *)(void *)(input->data + row * input->row);
}

/* Runs `count` faces whose inputs are in place. */
static void run(struct mien_context *context, int count, float *logits)
{
    const struct mien_network *network = context->network;
    const struct call *last = &context->calls[(network->plan.operation_count - 1) * network->faces];
    size_t size = (size_t)network->label_count * sizeof *logits;
    if (count != context->count)
        share_out(context, count);
    thread_pool_run(context->pool, context->pieces);
    for (int face = 0; face < count; face++)
        memcpy(logits + face * network->label_count, last[face].output.data, size);
}

static void load_gray(struct mien_context *context, int face, const uint8_t *gray, ptrdiff_t stride)
{
    const struct mien_network *network = context->network;
    for (int y = 0; y < network->height; y++) {
        float *row = input_row(context, face, y);
        for (int x = 0; x < network->width; x++)
            row[x] = network->values[gray[y * stride + x]];
    }
}

void mien_context_run(struct mien_context *context, const uint8_t *gray, ptrdiff_t stride,
                      float *logits)
{
    load_gray(context, 0, gray, stride);
    run(context, 1, logits);
}

void mien_context_run_faces(struct mien_context *context, const uint8_t *gray, int count,
                            float *logits)
{
    const struct mien_network *network = context->network;
    while (count > 0) {
        int now = smaller(count, network->faces);
        for (int face = 0; face < now; face++, gray += network->width * network->height)
            load_gray(context, face, gray, network->width);
        run(context, now, logits);
        logits += now * network->label_count;
        count -= now;
    }
}

void mien_context_run_float(struct mien_context *context, const float *values, float *logits)
{
    const struct mien_network *network = context->network;
    for (int y = 0; y < network->height; y++)
        memcpy(input_row(context, 0, y), values + y * network->width,
               (size_t)network->width * sizeof *values);
    run(context, 1, logits);
}
