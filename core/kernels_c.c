/* The reference kernels in portable C, written so that a compiler vectorises the 16 lanes. */
#include "kernels.h"

enum { TILE = 4 }; /* pixels of a row computed together, so that each weight is read once for all */

static void finish(const struct call *call, const float *sums, int block, int y, int x)
{
    const float *multiplier = call->multiplier + block * LANES;
    const float *bias = call->bias + block * LANES;
    const float *scale = call->scale + block * LANES;
    const float *shift = call->shift + block * LANES;
    const struct view *out = &call->output, *add = &call->add;
    float *output = out->data + block * out->block + y * out->row + x * LANES;
    float values[LANES];
    for (int i = 0; i < LANES; i++)
        values[i] = sums[i] * multiplier[i] + bias[i];
    if (add->data) {
        const float *addend = add->data + block * add->block + y * add->row + x * LANES;
        for (int i = 0; i < LANES; i++)
            values[i] += addend[i];
    }
    if (call->relu)
        for (int i = 0; i < LANES; i++)
            values[i] = values[i] > 0 ? values[i] : 0;
    for (int i = 0; i < LANES; i++)
        output[i] = values[i] * scale[i] + shift[i];
}

/* Adds what one kernel position of one input block gives to `count` neighbouring pixels. */
static inline void add_tap(float sums[TILE][LANES], const float *input, const float *weights,
                           int depth, int count)
{
    for (int channel = 0; channel < depth; channel++)
        for (int pixel = 0; pixel < count; pixel++)
            for (int i = 0; i < LANES; i++)
                sums[pixel][i] += input[pixel * depth + channel] * weights[channel * LANES + i];
}

static inline void convolve_tile(const struct call *call, int block, int y, int x, int depth,
                                 int count)
{
    const struct view *in = &call->input;
    int taps = call->kernel_height * call->kernel_width;
    const float *weights =
        (const float *)call->weights + (ptrdiff_t)block * call->input_blocks * taps * depth * LANES;
    float sums[TILE][LANES] = {{0}};
    for (int from = 0; from < call->input_blocks; from++)
        for (int ky = 0; ky < call->kernel_height; ky++)
            for (int kx = 0; kx < call->kernel_width; kx++) {
                const float *input = in->data + from * in->block +
                                     (y + ky - call->kernel_height / 2) * in->row +
                                     (x + kx - call->kernel_width / 2) * depth;
                add_tap(sums, input, weights, depth, count);
                weights += depth * LANES;
            }
    for (int pixel = 0; pixel < count; pixel++)
        finish(call, sums[pixel], block, y, x + pixel);
}

static inline void convolve(const struct call *call, int depth)
{
    for (int block = 0; block < call->output_blocks; block++)
        for (int y = 0; y < call->height; y++) {
            int x = 0;
            for (; x + TILE <= call->width; x += TILE)
                convolve_tile(call, block, y, x, depth, TILE);
            for (; x < call->width; x++)
                convolve_tile(call, block, y, x, depth, 1);
        }
}

static void conv(const struct call *call)
{
    convolve(call, LANES);
}

static void planar(const struct call *call)
{
    convolve(call, 1);
}

static void pointwise(const struct call *call)
{
    const struct view *in = &call->input;
    for (int block = 0; block < call->output_blocks; block++)
        for (int y = 0; y < call->height; y++)
            for (int x = 0; x < call->width; x++)
                finish(call, in->data + block * in->block + y * in->row + x * LANES, block, y, x);
}

/* Unlike fmaxf this is one instruction, for it need not care about NaN. */
static float larger(float a, float b)
{
    return a > b ? a : b;
}

static void pool(const struct call *call)
{
    const struct view *in = &call->input, *out = &call->output;
    for (int block = 0; block < call->output_blocks; block++)
        for (int y = 0; y < call->height; y++)
            for (int x = 0; x < call->width; x++) {
                const float *upper = in->data + block * in->block + 2 * y * in->row + 2 * x * LANES;
                const float *lower = upper + in->row;
                float *output = out->data + block * out->block + y * out->row + x * LANES;
                for (int i = 0; i < LANES; i++)
                    output[i] = larger(larger(upper[i], upper[i + LANES]),
                                       larger(lower[i], lower[i + LANES]));
            }
}

static void average(const struct call *call)
{
    const struct view *in = &call->input, *out = &call->output;
    float share = 1.0f / (float)(call->kernel_height * call->kernel_width);
    for (int block = 0; block < call->output_blocks; block++) {
        float sums[LANES] = {0};
        for (int y = 0; y < call->kernel_height; y++)
            for (int x = 0; x < call->kernel_width; x++)
                for (int i = 0; i < LANES; i++)
                    sums[i] += in->data[block * in->block + y * in->row + x * LANES + i];
        for (int i = 0; i < LANES; i++)
            out->data[block * out->block + i] = sums[i] * share;
    }
}

void kernels_fill_c(struct kernels *kernels)
{
    *kernels = (struct kernels){"c", conv, NULL, planar, pointwise, pool, average};
}
