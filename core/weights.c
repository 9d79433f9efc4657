#include "weights.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "half.h"

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20, HALF_PIXELS_MAX = 9, BYTE_MAX = 127 };

/* Megabytes that are streamed through for every picture are better off in huge pages. */
void *allocate_aligned(size_t size)
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

/* The packing of one operation. */
struct packer {
    const struct map *input, *output;
    struct operation *operation;
    struct packed *packed;
};

static struct packer packer_of(struct weights *weights, struct plan *plan, int index)
{
    struct operation *operation = &plan->operations[index];
    return (struct packer){&plan->maps[operation->input], &plan->maps[operation->output], operation,
                           &weights->packed[index]};
}

static size_t weight_count(const struct packer *packer)
{
    const struct operation *operation = packer->operation;
    if (operation->kind != OP_CONV)
        return 0;
    return (size_t)blocks_of(packer->output->shape.channels) *
           (size_t)input_blocks_of(packer->input) *
           (size_t)(operation->kernel_height * operation->kernel_width) *
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
    size_t count = (size_t)layer->output.channels * (size_t)layer->input.channels *
                   (size_t)(layer->kernel * layer->kernel);
    uint16_t half;
    for (size_t i = 0; i < count; i++)
        if (!half_of_float(layer->weight[i], &half))
            return 0;
    return 1;
}

/* The weight that leads from one input channel to one output channel at one kernel position. */
static float weight_at(const struct operation *operation, int to, int from, int y, int x)
{
    const struct layer *layer = operation->layer;
    if (!layer) /* a copy */
        return to == from;
    int kernel = layer->kernel;
    y += (kernel - operation->kernel_height) / 2;
    x += (kernel - operation->kernel_width) / 2;
    return layer
        ->weight[(((ptrdiff_t)to * layer->input.channels + from) * kernel + y) * kernel + x];
}

/* Its place among the packed weights. */
static size_t weight_place(const struct packer *packer, int to, int from, int y, int x)
{
    const struct operation *operation = packer->operation;
    int depth = packer->input->depth, in_unit = UNIT / (int)format_size(packer->input->format);
    size_t block = (size_t)(to / LANES * input_blocks_of(packer->input) + from / depth);
    size_t tap =
        (block * (size_t)operation->kernel_height + (size_t)y) * (size_t)operation->kernel_width +
        (size_t)x;
    from %= depth;
    return tap * (size_t)depth * LANES +
           (size_t)((from / in_unit * LANES + to % LANES) * in_unit + from % in_unit);
}

static void put_weight(const struct packer *packer, size_t place, float weight)
{
    void *weights = packer->packed->weights;
    if (packer->packed->half)
        half_of_float(weight, (uint16_t *)weights + place);
    else if (packer->input->format == FORMAT_BFLOAT)
        ((uint16_t *)weights)[place] = bfloat_of_float(weight);
    else if (packer->input->format == FORMAT_BYTE)
        ((int8_t *)weights)[place] = (int8_t)weight;
    else
        ((float *)weights)[place] = weight;
}

/* How many of one output's weights, in steps of their input channels, make one of its bytes. */
static float byte_scale(const struct packer *packer, int to)
{
    const struct operation *operation = packer->operation;
    float largest = 0;
    for (int from = 0; from < packer->input->shape.channels; from++)
        for (int y = 0; y < operation->kernel_height; y++)
            for (int x = 0; x < operation->kernel_width; x++)
                largest = fmaxf(largest, fabsf(weight_at(operation, to, from, y, x)) *
                                             packer->input->channels[from].step);
    return largest > 0 && isfinite(largest) ? largest / BYTE_MAX : 1;
}

/* Weights that take in the steps of their input channels are rounded to bytes, with a scale for
 * each output. What the bytes that stand for zero add to every sum, padding included, is taken off
 * the bias. */
static void pack_output_bytes(const struct packer *packer, int to)
{
    struct operation *operation = packer->operation;
    float scale = byte_scale(packer, to);
    double zeros = 0;
    for (int from = 0; from < packer->input->shape.channels; from++) {
        const struct channel *channel = &packer->input->channels[from];
        for (int y = 0; y < operation->kernel_height; y++)
            for (int x = 0; x < operation->kernel_width; x++) {
                float weight = weight_at(operation, to, from, y, x) * channel->step / scale;
                weight = rintf(fmaxf(fminf(weight, BYTE_MAX), -BYTE_MAX));
                put_weight(packer, weight_place(packer, to, from, y, x), weight);
                zeros += weight * channel->zero;
            }
    }
    operation->multiplier[to] *= scale;
    operation->bias[to] -= (float)(operation->multiplier[to] * zeros);
}

static void pack_output(const struct packer *packer, int to)
{
    const struct operation *operation = packer->operation;
    for (int from = 0; from < packer->input->shape.channels; from++)
        for (int y = 0; y < operation->kernel_height; y++)
            for (int x = 0; x < operation->kernel_width; x++)
                put_weight(packer, weight_place(packer, to, from, y, x),
                           weight_at(operation, to, from, y, x));
}

static void pack(const struct packer *packer)
{
    for (int to = 0; to < packer->output->shape.channels; to++)
        if (packer->input->format == FORMAT_BYTE)
            pack_output_bytes(packer, to);
        else
            pack_output(packer, to);
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

/* Bytes of one operation's weights, a multiple of 64. */
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
        size += packed_size(&packer);
    }
    weights->memory = allocate_aligned(size);
    if (!weights->memory)
        return mien_error_set(error, ENOMEM, "no memory for %zu bytes of weights", size);
    char *next = weights->memory;
    for (int i = 0; i < plan->operation_count; i++) {
        struct packer packer = packer_of(weights, plan, i);
        int added = packer.operation->add;
        packer.packed->weights = next;
        next += packed_size(&packer);
        if (weight_count(&packer))
            pack(&packer);
        adapt_factors(&packer, added < 0 ? NULL : &plan->maps[added]);
    }
    return 0;
}

void weights_free(struct weights *weights)
{
    free(weights->packed);
    free(weights->memory);
    *weights = (struct weights){0};
}
