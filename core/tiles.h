/* Direct convolution for any CPU with vector registers. A file for one instruction set defines
 *   VECTOR        floats in a register: 4, 8 or 16
 *   ACCUMULATORS  registers that hold sums; two or more must remain for weights and inputs
 *   HALVES(from)  VECTOR floats of as many 16-bit ones (IEEE half precision) at `from`
 *   CORNER_PARTS, SMALL_PARTS  vectors of outputs computed together on maps of 3×3
 * and includes this page, compiled with that set's flags.
 *
 * How it blocks. A tile is some pixels × `parts` vectors of output channels, all its sums held in
 * registers from the first weight to the last. For each input channel of each kernel position the
 * weights of the parts are loaded once and meet one broadcast input value for each pixel. So a
 * tile of 12 pixels × 2 vectors needs 14 loads for 24 multiply-adds: large maps are bound by the
 * multiplier, provided the parts' weights (at most some 150 KB here) stay in the second-level
 * cache while all tiles of the map pass. On maps of 3×3 and 1×1 every weight is used for a few
 * pixels only and the third level's bandwidth is the limit; there one tile covers the whole map,
 * positions that meet padding are left out, and weights are read once, in the order they lie.
 * Weights that half precision holds exactly are stored so: half the bytes, the same result. */
#include "kernels.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 32")

enum { SUMS = 28, PARTS_PER_BLOCK = LANES / VECTOR };

/* How a convolution's input and weights are stored: constants too. */
struct format {
    int depth;       /* channels stored together, 1 or 16 */
    int weight_size; /* bytes: 4 or 2 */
};

typedef float vector __attribute__((vector_size(VECTOR * 4)));
typedef int mask __attribute__((vector_size(VECTOR * 4)));
typedef float loose_vector __attribute__((vector_size(VECTOR * 4), aligned(4)));

/* Which outputs a tile computes: constants, so that its loops unroll into registers. */
struct tile {
    int rows, columns, parts;
};

/* The part of a tile that one kernel position reaches: rows top…bottom-1, columns left…right-1. */
struct reach {
    int top, bottom, left, right;
};

INLINE vector load(const float *from)
{
    return *(const loose_vector *)from;
}

INLINE vector load_weights(const char *from, struct format format)
{
    if (format.weight_size == 2)
        return (vector)HALVES(from);
    return load((const float *)(const void *)from);
}

INLINE void store(float *to, vector value)
{
    *(loose_vector *)to = value;
}

INLINE vector positive_part(vector value)
{
    return (vector)((mask)value & (value > 0));
}

/* Floats from the start of a row of outputs, weights or per-channel values to vector `part`. */
INLINE ptrdiff_t part_offset(int part, ptrdiff_t block)
{
    return part / PARTS_PER_BLOCK * block + part % PARTS_PER_BLOCK * VECTOR;
}

/* Adds what one kernel position of one input block gives. `input` is what the tile's first pixel
 * meets there, `weights` those of its first part; `block` leads to the next block's weights. */
INLINE void add_position(vector *sums, const float *input, ptrdiff_t row, const char *weights,
                         ptrdiff_t block, struct format format, struct tile tile,
                         struct reach reach)
{
    for (int channel = 0; channel < format.depth; channel++) {
        vector loaded[8];
        UNROLL for (int part = 0; part < tile.parts; part++) loaded[part] =
            load_weights(weights + part_offset(part, block) * format.weight_size, format);
        UNROLL for (int y = reach.top; y < reach.bottom; y++)
            UNROLL for (int x = reach.left; x < reach.right; x++)
        {
            float value = input[y * row + x * format.depth];
            UNROLL for (int part = 0; part < tile.parts; part++)
                sums[(y * tile.columns + x) * tile.parts + part] += loaded[part] * value;
        }
        input++;
        weights += LANES * format.weight_size;
    }
}

/* Not inlined: what it keeps in registers must not push the sums out of theirs. */
static __attribute__((noinline)) void finish_sums(const struct call *call, const vector *sums,
                                                  int first_part, int y, int x, struct tile tile)
{
    const struct view *out = &call->output, *add = &call->add;
    for (int part = 0; part < tile.parts; part++) {
        ptrdiff_t channel = part_offset(first_part + part, LANES);
        vector bias = load(call->bias + channel), multiplier = load(call->multiplier + channel),
               scale = load(call->scale + channel), shift = load(call->shift + channel);
        float *output =
            out->data + part_offset(first_part + part, out->block) + y * out->row + x * LANES;
        const float *addend = add->data ? add->data + part_offset(first_part + part, add->block) +
                                              y * add->row + x * LANES
                                        : NULL;
        for (int row = 0; row < tile.rows; row++)
            for (int column = 0; column < tile.columns; column++) {
                vector value =
                    sums[(row * tile.columns + column) * tile.parts + part] * multiplier + bias;
                if (addend)
                    value += load(addend + row * add->row + column * LANES);
                if (call->relu)
                    value = positive_part(value);
                store(output + row * out->row + column * LANES, value * scale + shift);
            }
    }
}

/* A copy goes there, so that the sums themselves never need an address. */
INLINE void finish(const struct call *call, const vector *sums, int first_part, int y, int x,
                   struct tile tile)
{
    vector copy[SUMS];
    UNROLL for (int i = 0; i < tile.rows * tile.columns * tile.parts; i++) copy[i] = sums[i];
    finish_sums(call, copy, first_part, y, x, tile);
}

/* Weights that lead to one block of outputs. */
INLINE ptrdiff_t weights_of_block(const struct call *call, struct format format)
{
    return (ptrdiff_t)call->input_blocks * call->kernel_height * call->kernel_width * format.depth *
           LANES;
}

INLINE void compute_tile(const struct call *call, int first_part, int y, int x,
                         struct format format, struct tile tile)
{
    const struct view *in = &call->input;
    const struct reach whole = {0, tile.rows, 0, tile.columns};
    const ptrdiff_t block = weights_of_block(call, format);
    const char *weights =
        (const char *)call->weights + part_offset(first_part, block) * format.weight_size;
    vector sums[SUMS] = {0};
    for (int from = 0; from < call->input_blocks; from++)
        for (int ky = 0; ky < call->kernel_height; ky++) {
            const float *input = in->data + from * in->block +
                                 (y + ky - call->kernel_height / 2) * in->row +
                                 (x - call->kernel_width / 2) * format.depth;
            for (int kx = 0; kx < call->kernel_width; kx++) {
                add_position(sums, input, in->row, weights, block, format, tile, whole);
                input += format.depth;
                weights += format.depth * LANES * format.weight_size;
            }
        }
    finish(call, sums, first_part, y, x, tile);
}

/* One column of tiles, from the top of the map to its bottom. */
INLINE void compute_strip(const struct call *call, int first_part, int x, struct format format,
                          int columns, int parts)
{
    const struct tile tile = {ACCUMULATORS / parts / columns, columns, parts};
    const struct tile flat = {1, columns, parts};
    int y = 0;
    for (; y + tile.rows <= call->height; y += tile.rows)
        compute_tile(call, first_part, y, x, format, tile);
    for (; y < call->height; y++)
        compute_tile(call, first_part, y, x, format, flat);
}

/* The whole map for `parts` vectors of outputs. */
INLINE void compute_parts(const struct call *call, int first_part, struct format format, int parts)
{
    int x = 0;
    if (ACCUMULATORS / parts >= 12)
        for (; x + 12 <= call->width; x += 12)
            compute_strip(call, first_part, x, format, 12, parts);
    for (; x + 6 <= call->width; x += 6)
        compute_strip(call, first_part, x, format, 6, parts);
    for (; x + 3 <= call->width; x += 3)
        compute_strip(call, first_part, x, format, 3, parts);
    for (; x < call->width; x++)
        compute_strip(call, first_part, x, format, 1, parts);
}

INLINE void compute(const struct call *call, struct format format)
{
    int count = call->output_blocks * PARTS_PER_BLOCK, part = 0;
    for (; part + 2 <= count; part += 2)
        compute_parts(call, part, format, 2);
    if (part < count)
        compute_parts(call, part, format, 1);
}

/* Outputs of a 3×3 kernel on a 3×3 map, `side` × `side` of them from the corner, as one tile. */
INLINE void compute_small_map(const struct call *call, struct format format, int first_part,
                              int side, int parts)
{
    const struct view *in = &call->input;
    const struct tile tile = {side, side, parts};
    const ptrdiff_t block = weights_of_block(call, format);
    const char *weights =
        (const char *)call->weights + part_offset(first_part, block) * format.weight_size;
    vector sums[SUMS] = {0};
    for (int from = 0; from < call->input_blocks; from++) {
        const float *input = in->data + from * in->block;
        UNROLL for (int ky = 0; ky < 3; ky++) UNROLL for (int kx = 0; kx < 3; kx++)
        {
            const struct reach reach = {ky == 0, side - (ky == 2 && side == 3), kx == 0,
                                        side - (kx == 2 && side == 3)};
            add_position(sums, input + (ky - 1) * in->row + (kx - 1) * LANES, in->row, weights,
                         block, format, tile, reach);
            weights += LANES * LANES * format.weight_size;
        }
    }
    finish(call, sums, first_part, 0, 0, tile);
}

/* One pixel: a matrix times a vector, its weights one long stream. Eight sums at a time hide the
 * latency of the multiply-adds. */
INLINE void compute_pixel(const struct call *call, struct format format)
{
    const struct view *in = &call->input;
    const struct tile tile = {1, 1, PARTS_PER_BLOCK};
    const char *weights = call->weights;
    for (int to = 0; to < call->output_blocks; to++) {
        vector sums[8] = {0};
        for (int from = 0; from < call->input_blocks; from++)
            UNROLL for (int channel = 0; channel < LANES; channel++)
            {
                float value = in->data[from * in->block + channel];
                UNROLL for (int part = 0; part < PARTS_PER_BLOCK; part++)
                    sums[(channel * PARTS_PER_BLOCK + part) % 8] +=
                    load_weights(weights + part * VECTOR * format.weight_size, format) * value;
                weights += LANES * format.weight_size;
            }
        for (int i = 8 / 2; i >= PARTS_PER_BLOCK; i /= 2)
            UNROLL for (int j = 0; j < i; j++) sums[j] += sums[j + i];
        finish(call, sums, to * PARTS_PER_BLOCK, 0, 0, tile);
    }
}

INLINE void convolve(const struct call *call, struct format format)
{
    int count = call->output_blocks * PARTS_PER_BLOCK, part = 0;
    int is_small = call->kernel_height == 3 && call->kernel_width == 3 && call->map_height == 3 &&
                   call->map_width == 3 && call->height == call->width;
    if (call->map_height == 1 && call->map_width == 1) {
        compute_pixel(call, format);
    } else if (is_small && call->height == 3 && count % SMALL_PARTS == 0) {
        for (; part < count; part += SMALL_PARTS)
            compute_small_map(call, format, part, 3, SMALL_PARTS);
    } else if (is_small && call->height == 2 && count % CORNER_PARTS == 0) {
        for (; part < count; part += CORNER_PARTS)
            compute_small_map(call, format, part, 2, CORNER_PARTS);
    } else {
        compute(call, format);
    }
}

static void conv(const struct call *call)
{
    convolve(call, (struct format){LANES, 4});
}

static void conv_half(const struct call *call)
{
    convolve(call, (struct format){LANES, 2});
}

static void planar(const struct call *call)
{
    compute(call, (struct format){1, 4});
}
