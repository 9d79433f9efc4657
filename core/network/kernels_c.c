/* The reference kernels in portable C, written to be plain; a compiler vectorises the 16 lanes. */
#include "half.h"
#include "kernels.h"
#include "winograd.h"

static const uint8_t *place(const struct view *view, int block, int y, int x)
{
    return view->data + block * view->block + y * view->row + x * LANES * format_size(view->format);
}

static float value_at(const uint8_t *from, int index, enum format format)
{
    float value;
    uint16_t bfloat;
    if (format == FORMAT_BYTE)
        return from[index];
    if (format == FORMAT_BFLOAT) {
        memcpy(&bfloat, from + index * 2, sizeof bfloat);
        return float_of_bfloat(bfloat);
    }
    memcpy(&value, from + index * 4, sizeof value);
    return value;
}

static void write_value(uint8_t *to, int index, enum format format, float value)
{
    if (format == FORMAT_BYTE) {
        value = value > 0 ? value : 0;
        to[index] = (uint8_t)((value < 255 ? value : 255) + 0.5f);
    } else if (format == FORMAT_BFLOAT) {
        memcpy(to + index * 2, &(uint16_t){bfloat_of_float(value)}, 2);
    } else {
        memcpy(to + index * 4, &value, sizeof value);
    }
}

static void finish(const struct call *call, const float *sums, int block, int y, int x)
{
    const struct view *out = &call->output, *add = &call->add;
    const uint8_t *addend = add->data ? place(add, block, y, x) : NULL;
    uint8_t *output = (uint8_t *)place(out, block, y, x);
    for (int i = 0; i < LANES; i++) {
        int channel = block * LANES + i;
        float value = sums[i] * call->multiplier[channel] + call->bias[channel];
        if (addend)
            value += value_at(addend, i, add->format) * call->add_multiplier[channel];
        if (call->relu)
            value = value > 0 ? value : 0;
        write_value(output, i, out->format, value * call->scale[channel] + call->shift[channel]);
    }
}

/* What one unit of inputs adds to the sums of 16 outputs, for each format. */
static inline void add_float(float *sums, const uint8_t *input, const uint8_t *weights)
{
    float value = value_at(input, 0, FORMAT_FLOAT), row[LANES];
    memcpy(row, weights, sizeof row);
    for (int i = 0; i < LANES; i++)
        sums[i] += value * row[i];
}

static inline void add_bfloat(float *sums, const uint8_t *input, const uint8_t *weights)
{
    uint32_t unit, row[LANES];
    memcpy(&unit, input, sizeof unit);
    memcpy(row, weights, sizeof row);
    for (int i = 0; i < LANES; i++)
        sums[i] += float_of_bits(unit << 16) * float_of_bits(row[i] << 16) +
                   float_of_bits(unit & 0xffff0000) * float_of_bits(row[i] & 0xffff0000);
}

static inline void add_byte(int32_t *sums, const uint8_t *input, const uint8_t *weights)
{
    for (int i = 0; i < LANES; i++)
        for (int j = 0; j < UNIT; j++)
            sums[i] += input[j] * (int8_t)weights[i * UNIT + j];
}

static inline void convolve_pixel(const struct call *call, int block, int y, int x,
                                  enum format format)
{
    int taps = call->kernel_height * call->kernel_width;
    ptrdiff_t pixel = call->depth * format_size(format);
    const uint8_t *weights = (const uint8_t *)call->weights +
                             (ptrdiff_t)block * call->input_blocks * taps * pixel * LANES;
    float sums[LANES] = {0};
    int32_t whole[LANES] = {0};
    for (int from = 0; from < call->input_blocks; from++)
        for (int tap = 0; tap < taps; tap++) {
            int ky = tap / call->kernel_width - call->kernel_height / 2;
            int kx = tap % call->kernel_width - call->kernel_width / 2;
            const uint8_t *input = call->input.data + from * call->input.block +
                                   (y + ky) * call->input.row + (x + kx) * pixel;
            for (int byte = 0; byte < pixel; byte += UNIT, weights += LANES * UNIT)
                if (format == FORMAT_FLOAT)
                    add_float(sums, input + byte, weights);
                else if (format == FORMAT_BFLOAT)
                    add_bfloat(sums, input + byte, weights);
                else
                    add_byte(whole, input + byte, weights);
        }
    for (int i = 0; i < LANES && format == FORMAT_BYTE; i++)
        sums[i] = (float)whole[i];
    finish(call, sums, block, y, x);
}

static inline void convolve(const struct call *call, struct slice slice, enum format format)
{
    for (int block = slice.first_block; block < slice.last_block; block++)
        for (int y = slice.top; y < slice.bottom; y++)
            for (int x = 0; x < call->width; x++)
                convolve_pixel(call, block, y, x, format);
}

static void conv_float(const struct call *call, struct slice slice)
{
    convolve(call, slice, FORMAT_FLOAT);
}

static void conv_bfloat(const struct call *call, struct slice slice)
{
    convolve(call, slice, FORMAT_BFLOAT);
}

static void conv_byte(const struct call *call, struct slice slice)
{
    convolve(call, slice, FORMAT_BYTE);
}

static void pointwise(const struct call *call, struct slice slice)
{
    for (int block = slice.first_block; block < slice.last_block; block++)
        for (int y = slice.top; y < slice.bottom; y++)
            for (int x = 0; x < call->width; x++) {
                float values[LANES];
                for (int i = 0; i < LANES; i++)
                    values[i] = value_at(place(&call->input, block, y, x), i, call->input.format);
                finish(call, values, block, y, x);
            }
}

static inline void pool_pixel(const struct call *call, int block, int y, int x, enum format format)
{
    const uint8_t *upper = place(&call->input, block, 2 * y, 2 * x);
    const uint8_t *lower = upper + call->input.row;
    uint8_t *output = (uint8_t *)place(&call->output, block, y, x);
    for (int i = 0; i < LANES; i++)
        write_value(output, i, format,
                    larger(larger(value_at(upper, i, format), value_at(upper, i + LANES, format)),
                           larger(value_at(lower, i, format), value_at(lower, i + LANES, format))));
}

static void pool(const struct call *call, struct slice slice)
{
    for (int block = slice.first_block; block < slice.last_block; block++)
        for (int y = slice.top; y < slice.bottom; y++)
            for (int x = 0; x < call->width; x++)
                pool_pixel(call, block, y, x, call->input.format);
}

static void average(const struct call *call, struct slice slice)
{
    float share = 1.0f / (float)(call->kernel_height * call->kernel_width);
    for (int block = slice.first_block; block < slice.last_block; block++) {
        float sums[LANES] = {0};
        for (int y = 0; y < call->kernel_height; y++)
            for (int x = 0; x < call->kernel_width; x++)
                for (int i = 0; i < LANES; i++)
                    sums[i] += value_at(place(&call->input, block, y, x), i, call->input.format);
        for (int i = 0; i < LANES; i++)
            sums[i] *= share;
        finish(call, sums, block, 0, 0);
    }
}

void kernels_fill_c(struct kernels *kernels)
{
    *kernels = (struct kernels){
        .level = "c",
        .fastest = {FORMAT_FLOAT, FORMAT_BYTE, FORMAT_BFLOAT},
        .first = FORMAT_FLOAT,
        .tiled = FORMAT_BYTE,
        .tiled_outputs = WINOGRAD_OUTPUTS_MAX,
        .conv = {conv_float, conv_bfloat, conv_byte},
        .pointwise = pointwise,
        .pool = pool,
        .average = average,
    };
}
