#include "weights.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "half.h"
#include "winograd.h"

enum { ALIGNMENT = 64, HALF_PIXELS_MAX = 9, BYTE_MAX = 127 };

/* The packing of one operation. */
struct packer {
    const struct map *input, *output;
    struct operation *operation;
    struct packed *packed;
    const float *filters; /* of a block of outputs, or of all, from that of… */
    int first;            /* …this output on */
    float *room;          /* for those that are to be widened */
};

static struct packer packer_of(struct weights *weights, struct plan *plan, int index)
{
    struct operation *operation = &plan->operations[index];
    return (struct packer){.input = &plan->maps[operation->input],
                           .output = &plan->maps[operation->output],
                           .operation = operation,
                           .packed = &weights->packed[index]};
}

/* Room for a block of the largest filters. NULL without memory. */
static float *make_room(const struct plan *plan)
{
    size_t largest = 1;
    for (int i = 0; i < plan->operation_count; i++) {
        const struct layer *layer = plan->operations[i].layer;
        if (layer && layer->halves && layer_filter_size(layer) > largest)
            largest = layer_filter_size(layer);
    }
    return malloc(LANES * largest * sizeof(float));
}

/* Kernel positions, or those of Winograd's tiles. */
static size_t tap_count(const struct packer *packer)
{
    const struct operation *operation = packer->operation;
    if (packer->packed->tile)
        return (size_t)winograd_positions(packer->packed->tile);
    return (size_t)(operation->kernel_height * operation->kernel_width);
}

static size_t weight_count(const struct packer *packer)
{
    if (packer->operation->kind != OP_CONV)
        return 0;
    return (size_t)blocks_of(packer->output->shape.channels) *
           (size_t)input_blocks_of(packer->input) * tap_count(packer) *
           (size_t)packer->input->depth * LANES;
}

/* On maps of a few pixels reading the weights takes longer than using them; there floats are stored
 * in half precision where it holds them exactly. On larger maps the conversion would cost more. */
static int is_half(const struct packer *packer, const struct kernels *kernels)
{
    const struct layer *layer = packer->operation->layer;
    if (!layer || !kernels->conv_half || packer->input->format != FORMAT_FLOAT ||
        packer->input->depth == 1 || layer->input.height * layer->input.width > HALF_PIXELS_MAX)
        return 0;
    size_t count = (size_t)layer->output.channels * layer_filter_size(layer);
    uint16_t half;
    for (size_t i = 0; i < count && !layer->halves; i++)
        if (!half_of_float(layer->weight[i], &half))
            return 0;
    return 1;
}

/* The side of Winograd's tiles for this operation, 0 where it is computed directly. */
static int tile_of(const struct packer *packer, const struct kernels *kernels)
{
    if (!kernels->winograd[packer->input->format])
        return 0;
    return plan_tile(packer->operation, packer->input, packer->output);
}

/* The weights that lead from one input channel to one output channel, a row of the kernel after the
 * other, from the first that is used. A copy has one, 1 or 0. */
struct taps {
    const float *first;
    int row; /* from one row to the next */
};

static struct taps taps_of(const struct packer *packer, int to, int from)
{
    static const float of_copy[] = {0, 1};
    const struct operation *operation = packer->operation;
    const struct layer *layer = operation->layer;
    if (!layer)
        return (struct taps){&of_copy[to == from], 1};
    int kernel = layer->kernel, y = (kernel - operation->kernel_height) / 2,
        x = (kernel - operation->kernel_width) / 2;
    ptrdiff_t filter = (ptrdiff_t)(to - packer->first) * layer->input.channels + from;
    return (struct taps){packer->filters + (filter * kernel + y) * kernel + x, kernel};
}

/* The place of the first of them among the packed weights. The next is `tap_step` further. */
static size_t first_place(const struct packer *packer, int to, int from)
{
    int depth = packer->input->depth, in_unit = UNIT / (int)format_size(packer->input->format);
    size_t blocks = (size_t)input_blocks_of(packer->input), in_block = (size_t)depth * LANES;
    size_t of_input = packer->packed->tile ? in_block : in_block * tap_count(packer);
    size_t block = (size_t)(to / LANES) * blocks * in_block * tap_count(packer) +
                   (size_t)(from / depth) * of_input;
    from %= depth;
    return block + (size_t)((from / in_unit * LANES + to % LANES) * in_unit + from % in_unit);
}

/* Winograd's positions lie outside of the input blocks. */
static size_t tap_step(const struct packer *packer)
{
    size_t in_block = (size_t)packer->input->depth * LANES;
    return packer->packed->tile ? in_block * (size_t)input_blocks_of(packer->input) : in_block;
}

static void write_weight(const struct packer *packer, size_t place, float weight)
{
    void *weights = packer->packed->weights;
    if (packer->packed->half)
        half_of_float(weight, (uint16_t *)weights + place);
    else if (packer->input->format == FORMAT_BFLOAT)
        ((uint16_t *)weights)[place] = bfloat_of_float(weight);
    else
        ((float *)weights)[place] = weight;
}

/* How many of one output's weights, in steps of their input channels, make one of its bytes. */
static float byte_scale(const struct packer *packer, int to)
{
    const struct operation *operation = packer->operation;
    const int height = operation->kernel_height, width = operation->kernel_width;
    float largest = 0;
    for (int from = 0; from < packer->input->shape.channels; from++) {
        struct taps taps = taps_of(packer, to, from);
        float in_filter = 0;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                in_filter = larger(in_filter, fabsf(taps.first[y * taps.row + x]));
        largest = larger(largest, in_filter * packer->input->channels[from].step);
    }
    return largest > 0 && isfinite(largest) ? largest / BYTE_MAX : 1;
}

static int is_beyond(int position)
{
    return position < 0 || position >= SMALL;
}

/* From each pixel, the taps that lie outside of the map meet the bytes that stand for zero. `zeros`
 * is what these add at each tap. */
static void pack_padding(const struct packer *packer, int to, const int *zeros)
{
    int32_t *sums = packer->packed->padding + to / LANES * SMALL_PIXELS * LANES + to % LANES;
    for (int pixel = 0; pixel < SMALL_PIXELS; pixel++)
        for (int tap = 0; tap < SMALL_PIXELS; tap++)
            if (is_beyond(pixel / SMALL + tap / SMALL - 1) ||
                is_beyond(pixel % SMALL + tap % SMALL - 1))
                sums[pixel * LANES] += zeros[tap];
}

static int8_t byte_of(float weight)
{
    return (int8_t)rintf(larger(-BYTE_MAX, weight < BYTE_MAX ? weight : BYTE_MAX));
}

/* Weights that take in the steps of their input channels are rounded to bytes, with a scale for
 * each output. What the bytes that stand for zero add to every sum, padding included, is taken off
 * the bias. */
static void pack_output_bytes(const struct packer *packer, int to)
{
    struct operation *operation = packer->operation;
    const size_t step = tap_step(packer); /* in variables, which writing bytes cannot change */
    const int height = operation->kernel_height, width = operation->kernel_width;
    const int pads = packer->packed->padding != NULL;
    const float scale = byte_scale(packer, to);
    double zeros = 0;
    int zeros_of_tap[SMALL_PIXELS] = {0};
    for (int from = 0; from < packer->input->shape.channels; from++) {
        const struct channel channel = packer->input->channels[from];
        const struct taps taps = taps_of(packer, to, from);
        int8_t *place = (int8_t *)packer->packed->weights + first_place(packer, to, from);
        int sum = 0;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++, place += step) {
                int8_t byte = byte_of(taps.first[y * taps.row + x] * channel.step / scale);
                *place = byte;
                sum += byte;
                if (pads)
                    zeros_of_tap[y * SMALL + x] += byte * channel.zero;
            }
        zeros += sum * (double)channel.zero;
    }
    operation->multiplier[to] *= scale;
    operation->bias[to] -= (float)(operation->multiplier[to] * zeros);
    if (packer->packed->padding)
        pack_padding(packer, to, zeros_of_tap);
}

static void pack_output(const struct packer *packer, int to)
{
    const struct operation *operation = packer->operation;
    const size_t step = tap_step(packer);
    for (int from = 0; from < packer->input->shape.channels; from++) {
        struct taps taps = taps_of(packer, to, from);
        size_t place = first_place(packer, to, from);
        for (int y = 0; y < operation->kernel_height; y++)
            for (int x = 0; x < operation->kernel_width; x++, place += step)
                write_weight(packer, place, taps.first[y * taps.row + x]);
    }
}

/* 16 outputs at once, from one input channel, for they lie side by side. */
static void pack_transformed(const struct packer *packer, int to, int from)
{
    int tile = packer->packed->tile, left = packer->output->shape.channels - to;
    int in_unit = UNIT / (int)format_size(packer->input->format);
    double kernels[9][LANES] = {{0}};
    float values[WINOGRAD_POSITIONS_MAX][LANES];
    for (int i = 0; i < LANES && i < left; i++) {
        struct taps taps = taps_of(packer, to + i, from);
        for (int tap = 0; tap < 9; tap++)
            kernels[tap][i] = taps.first[tap / 3 * taps.row + tap % 3];
    }
    winograd_weights(values, kernels, tile);
    size_t place = first_place(packer, to, from);
    for (int i = 0; i < winograd_positions(tile); i++, place += tap_step(packer))
        for (int j = 0; j < LANES; j++)
            write_weight(packer, place + (size_t)(j * in_unit), values[i][j]);
}

static void pack_block(const struct packer *packer, int to, int end)
{
    if (packer->packed->tile)
        for (int from = 0; from < packer->input->shape.channels; from++)
            pack_transformed(packer, to, from);
    else
        for (; to < end; to++)
            if (packer->input->format == FORMAT_BYTE)
                pack_output_bytes(packer, to);
            else
                pack_output(packer, to);
}

/* Halves are widened a block at a time, which stays in the cache until it is packed. */
static void pack(struct packer *packer)
{
    const struct layer *layer = packer->operation->layer;
    int channels = packer->output->shape.channels;
    packer->filters = layer ? layer->weight : NULL;
    for (int to = 0; to < channels; to += LANES) {
        int end = to + LANES < channels ? to + LANES : channels;
        if (layer && layer->halves) {
            size_t size = layer_filter_size(layer);
            floats_of_halves(layer->halves + 2 * size * (size_t)to, size * (size_t)(end - to),
                             packer->room);
            packer->filters = packer->room;
            packer->first = to;
        }
        pack_block(packer, to, end);
    }
}

/* The factors of a plan are for values; bytes count in steps from what stands for zero. */
static void adapt_factors(const struct packer *packer, const struct map *added)
{
    struct operation *operation = packer->operation;
    int reads_bytes = packer->input->format == FORMAT_BYTE;
    for (int i = 0; i < packer->output->shape.channels; i++) {
        const struct channel *out = &packer->output->channels[i];
        if (reads_bytes && (operation->kind == OP_POINTWISE || operation->kind == OP_AVERAGE)) {
            operation->multiplier[i] *= packer->input->channels[i].step;
            operation->bias[i] -= operation->multiplier[i] * packer->input->channels[i].zero;
        }
        if (added && added->format == FORMAT_BYTE) {
            operation->add_multiplier[i] = added->channels[i].step;
            operation->bias[i] -= added->channels[i].step * added->channels[i].zero;
        }
        if (packer->output->format == FORMAT_BYTE) {
            operation->scale[i] /= out->step;
            operation->shift[i] = operation->shift[i] / out->step + out->zero;
        }
    }
}

/* Bytes of what the border adds to sums; 0 where nothing is kept of it. */
static size_t padding_size(const struct packer *packer)
{
    const struct operation *operation = packer->operation;
    const struct shape *map = &packer->input->shape;
    if (operation->kind != OP_CONV || packer->input->format != FORMAT_BYTE ||
        !is_small_convolution(operation->kernel_height, operation->kernel_width, map->height,
                              map->width))
        return 0;
    return (size_t)blocks_of(packer->output->shape.channels) * SMALL_PIXELS * LANES *
           sizeof(int32_t);
}

/* Rounded up to keep the next one's aligned. */
static size_t packed_size(const struct packer *packer)
{
    size_t size = weight_count(packer) *
                  (packer->packed->half ? 2 : (size_t)format_size(packer->input->format));
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

int weights_pack(struct weights *weights, struct plan *plan, const struct kernels *kernels,
                 struct mien_error *error)
{
    size_t size = 0;
    weights->packed = calloc((size_t)plan->operation_count, sizeof *weights->packed);
    if (!weights->packed)
        return mien_error_set(error, ENOMEM, "no memory to compile the network");
    for (int i = 0; i < plan->operation_count; i++) {
        struct packer packer = packer_of(weights, plan, i);
        packer.packed->half = packer.operation->kind == OP_CONV && is_half(&packer, kernels);
        packer.packed->tile = tile_of(&packer, kernels);
        packer.packed->size = packed_size(&packer);
        size += packer.packed->size + padding_size(&packer);
    }
    weights->memory = allocate_zeros(size);
    float *room = make_room(plan);
    if (!weights->memory || !room) {
        free(room);
        return mien_error_set(error, ENOMEM, "no memory for %zu bytes of weights", size);
    }
    char *next = weights->memory;
    for (int i = 0; i < plan->operation_count; i++) {
        struct packer packer = packer_of(weights, plan, i);
        int added = packer.operation->add;
        packer.room = room;
        packer.packed->weights = next;
        next += packer.packed->size;
        if (padding_size(&packer))
            packer.packed->padding = (int32_t *)(void *)next;
        next += padding_size(&packer);
        if (weight_count(&packer))
            pack(&packer);
        adapt_factors(&packer, added < 0 ? NULL : &plan->maps[added]);
    }
    free(room);
    return 0;
}

void weights_free(struct weights *weights)
{
    free(weights->packed);
    free(weights->memory);
    *weights = (struct weights){0};
}
