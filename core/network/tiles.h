/* Direct convolution for any CPU with vector registers. A file for one instruction set defines
 *   VECTOR        floats in a register: 4, 8 or 16
 *   ACCUMULATORS  registers that hold sums; two or more must remain for weights and inputs
 *   HALVES(from)  VECTOR floats of as many 16-bit ones (IEEE half precision) at `from`
 *   BYTES(from), BFLOATS(from)  VECTOR words of as many bytes or 16-bit numbers
 *   store_bytes(to, positive)  floats ≥ 0 cut to whole numbers up to 255
 *   store_bfloats(to, words)   the lower halves
 *   ROUND_BFLOATS(to, floats)  floats as the nearest bfloats, where it has an instruction
 *   CORNER_PARTS, SMALL_PARTS  vectors of outputs computed together on maps of 3×3
 *   DOT_BFLOAT(sum, unit, weights)  products of pairs of bfloats, where it has an instruction
 *   DOT_BYTE(sum, unit, weights)    products of fours of bytes, unsigned by signed; or
 *   DOT_SHORT(unit, weights)        sums of products of pairs of 16-bit numbers
 * and includes this page, compiled with that set's flags.
 *
 * How it blocks. A tile is some pixels × `parts` vectors of output channels, all its sums held in
 * registers from the first weight to the last. For each unit of inputs (one float, two bfloats or
 * four bytes) of each kernel position the weights of the parts are loaded once and meet one
 * broadcast unit of each pixel. So a tile of 12 pixels × 2 vectors needs 14 loads for 24
 * multiply-adds, whatever the format: large maps are bound by the multiplier, provided the parts'
 * weights (at most some 150 KB here) stay in the second-level cache while all tiles of the map
 * pass. On maps of 3×3 and 1×1 every weight is used for a few pixels only and the third level's
 * bandwidth is the limit; there one tile covers the whole map, positions that meet padding are left
 * out, and weights are read once, in the order they lie. Weights of float maps that half precision
 * holds exactly are stored so there: half the bytes, the same result.
 *
 * A CPU without an instruction for bfloats or bytes takes two steps a unit, for the values in the
 * lower and in the upper (the even and the odd) places: bfloats become floats, bytes 16-bit
 * numbers, which multiply no faster than floats but without rounding, as the others do. */
#include "kernels.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 32")
#define ROLLED _Pragma("GCC unroll 1") /* unrolled, it would want more registers than there are */

enum { SUMS = 28, PARTS_PER_BLOCK = LANES / VECTOR };

#ifdef DOT_BFLOAT
enum { BFLOAT_STEPS = 1 };
#else
enum { BFLOAT_STEPS = 2 };
#define DOT_BFLOAT(sum, unit, weights) ((sum) + (unit) * (weights))
#endif
#ifdef DOT_BYTE
enum { BYTE_STEPS = 1 };
#else
enum { BYTE_STEPS = 2 };
#define DOT_BYTE(sum, unit, weights) ((sum) + DOT_SHORT(unit, weights))
#endif

/* How a convolution's input and weights are stored; constants too. */
struct storage {
    enum format format;
    int units; /* of a pixel: those of 16 channels, or 1 for the input of the network */
    int half;  /* weights in half precision */
};

typedef float vector __attribute__((vector_size(VECTOR * 4)));
typedef int32_t words __attribute__((vector_size(VECTOR * 4)));
typedef int16_t shorts __attribute__((vector_size(VECTOR * 4)));
typedef uint16_t unsigned_shorts __attribute__((vector_size(VECTOR * 4)));
typedef float loose_vector __attribute__((vector_size(VECTOR * 4), aligned(1)));

/* Which outputs a tile computes: constants, so that its loops unroll into registers. */
struct tile {
    int rows, columns, parts;
};

/* The part of a tile that one kernel position reaches: rows top…bottom-1, columns left…right-1. */
struct reach {
    int top, bottom, left, right;
};

INLINE vector load(const void *from)
{
    return *(const loose_vector *)from;
}

INLINE vector positive_part(vector value)
{
#ifdef POSITIVE
    return (vector)POSITIVE(value);
#else
    return (vector)((words)value & (value > 0));
#endif
}

/* Values of any format as floats. */
INLINE vector load_values(const uint8_t *from, enum format format)
{
    if (format == FORMAT_BYTE)
        return __builtin_convertvector((words)BYTES(from), vector);
    if (format == FORMAT_BFLOAT)
        return (vector)((words)BFLOATS(from) << 16);
    return load(from);
}

#ifndef ROUND_BFLOATS
INLINE void round_bfloats(uint8_t *to, vector value)
{
    words bits = (words)value;
    store_bfloats(to, (register_words)((bits + 0x7fff + (bits >> 16 & 1)) >> 16 & 0xffff));
}
#define ROUND_BFLOATS(to, floats) round_bfloats(to, floats)
#endif

INLINE void store_values(uint8_t *to, vector value, enum format format)
{
    if (format == FORMAT_BYTE) {
        store_bytes(to, (register_floats)(positive_part(value) + 0.5f));
    } else if (format == FORMAT_BFLOAT) {
        ROUND_BFLOATS(to, value);
    } else {
        *(loose_vector *)(void *)to = value;
    }
}

/* Steps that one unit of this format takes, and what of a register of units each works on. */
INLINE int steps_of(enum format format)
{
    return format == FORMAT_FLOAT ? 1 : format == FORMAT_BFLOAT ? BFLOAT_STEPS : BYTE_STEPS;
}

INLINE vector step_of_weights(vector weights, int step, enum format format)
{
    if (steps_of(format) == 1)
        return weights;
    if (format == FORMAT_BFLOAT)
        return (vector)(step ? (words)weights & -0x10000 : (words)weights << 16);
    return (vector)(step ? (shorts)weights >> 8 : (shorts)((shorts)weights << 8) >> 8);
}

INLINE vector step_of_unit(vector unit, int step, enum format format)
{
    if (steps_of(format) == 1 || format == FORMAT_BFLOAT)
        return step_of_weights(unit, step, format);
    return (vector)(step ? (unsigned_shorts)unit >> 8 : (unsigned_shorts)unit & 0xff);
}

INLINE vector multiply_add(vector sum, vector unit, vector weights, enum format format)
{
    if (format == FORMAT_BYTE)
        return (vector)(DOT_BYTE((words)sum, (shorts)unit, (shorts)weights));
    if (format == FORMAT_BFLOAT)
        return DOT_BFLOAT(sum, unit, weights);
    return sum + unit * weights;
}

INLINE vector load_weights(const uint8_t *from, struct storage storage)
{
    return storage.half ? (vector)HALVES(from) : load(from);
}

INLINE vector load_unit(const uint8_t *from)
{
    typedef float __attribute__((aligned(1), may_alias)) loose;
    return *(const loose *)from - (vector){0};
}

/* Steps of `size` from the start of a row of outputs, weights or per-channel values to vector
 * `part`; `block` leads to the next block. */
INLINE ptrdiff_t part_offset(int part, ptrdiff_t block, int size)
{
    return part / PARTS_PER_BLOCK * block + part % PARTS_PER_BLOCK * VECTOR * size;
}

INLINE int weight_size(struct storage storage)
{
    return storage.half ? 2 : UNIT;
}

/* Adds what some units of inputs give. Those of kernel positions side by side lie one after the
 * other in an input block, and so do the weights they meet. `input` is what the tile's first pixel
 * meets first, `weights` those of its first part; `block` leads to the next block's weights.
 */
INLINE void add_units(vector *sums, const uint8_t *input, ptrdiff_t row, const uint8_t *weights,
                      ptrdiff_t block, int units, struct storage storage, struct tile tile,
                      struct reach reach)
{
    ROLLED for (int unit = 0; unit < units; unit++)
    {
        vector loaded[8];
        UNROLL for (int part = 0; part < tile.parts; part++) loaded[part] =
            load_weights(weights + part_offset(part, block, weight_size(storage)), storage);
        UNROLL for (int step = 0; step < steps_of(storage.format); step++)
        {
            vector used[8];
            UNROLL for (int part = 0; part < tile.parts; part++) used[part] =
                step_of_weights(loaded[part], step, storage.format);
            UNROLL for (int y = reach.top; y < reach.bottom; y++)
                UNROLL for (int x = reach.left; x < reach.right; x++)
            {
                vector value = step_of_unit(load_unit(input + y * row + x * storage.units * UNIT),
                                            step, storage.format);
                UNROLL for (int part = 0; part < tile.parts; part++)
                {
                    vector *sum = &sums[(y * tile.columns + x) * tile.parts + part];
                    *sum = multiply_add(*sum, value, used[part], storage.format);
                }
            }
            /* Units kept for the next step would displace sums; narrow registers do better so. */
            if (VECTOR == 16 && steps_of(storage.format) > 1)
                __asm__("" ::: "memory");
        }
        input += UNIT;
        weights += LANES * weight_size(storage);
    }
}

/* Of one part `rows` × `columns` outputs, `step` vectors apart in `sums`. What does not change from
 * one to the next is copied first: for all the compiler knows, the stores may write over it. */
INLINE void finish_part(const struct call *call, const vector *sums, int step, int part, int y,
                        int x, int rows, int columns, enum format to)
{
    const struct view out = call->output, add = call->add;
    const int relu = call->relu, pixel = LANES * (int)format_size(to),
              add_pixel = LANES * (int)format_size(add.format);
    const ptrdiff_t channel = part_offset(part, LANES, 1);
    const vector bias = load(call->bias + channel), multiplier = load(call->multiplier + channel),
                 scale = load(call->scale + channel), shift = load(call->shift + channel),
                 add_multiplier = load(call->add_multiplier + channel);
    uint8_t *output =
        out.data + part_offset(part, out.block, pixel / LANES) + y * out.row + x * pixel;
    const uint8_t *addend = add.data;
    if (addend)
        addend += part_offset(part, add.block, add_pixel / LANES) + y * add.row + x * add_pixel;
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < columns; i++, sums += step) {
            vector value = *sums * multiplier + bias;
            if (addend)
                value += load_values(addend + row * add.row + i * add_pixel, add.format) *
                         add_multiplier;
            if (relu)
                value = positive_part(value);
            store_values(output + row * out.row + i * pixel, value * scale + shift, to);
        }
}

/* The same for the output's format. */
INLINE void finish_part_as_told(const struct call *call, const vector *sums, int step, int part,
                                int y, int x, int rows, int columns)
{
    if (call->output.format == FORMAT_BYTE)
        finish_part(call, sums, step, part, y, x, rows, columns, FORMAT_BYTE);
    else if (call->output.format == FORMAT_BFLOAT)
        finish_part(call, sums, step, part, y, x, rows, columns, FORMAT_BFLOAT);
    else
        finish_part(call, sums, step, part, y, x, rows, columns, FORMAT_FLOAT);
}

/* Not inlined: what it keeps in registers must not push the sums out of theirs. */
static __attribute__((noinline)) void finish_sums(const struct call *call, const vector *sums,
                                                  int first_part, int y, int x, struct tile tile)
{
    for (int part = 0; part < tile.parts; part++)
        finish_part_as_told(call, sums + part, tile.parts, first_part + part, y, x, tile.rows,
                            tile.columns);
}

/* A copy goes there, so that the sums themselves never need an address. */
INLINE void finish(const struct call *call, const vector *sums, int first_part, int y, int x,
                   enum format format, struct tile tile)
{
    vector copy[SUMS];
    UNROLL for (int i = 0; i < tile.rows * tile.columns * tile.parts; i++) copy[i] =
        format == FORMAT_BYTE ? __builtin_convertvector((words)sums[i], vector) : sums[i];
    finish_sums(call, copy, first_part, y, x, tile);
}

/* Bytes of weights that lead to one block of outputs, and where those of one part begin. */
INLINE ptrdiff_t weights_of_block(const struct call *call, struct storage storage)
{
    return (ptrdiff_t)call->input_blocks * call->kernel_height * call->kernel_width *
           storage.units * LANES * weight_size(storage);
}

INLINE const uint8_t *weights_of_part(const struct call *call, int part, struct storage storage)
{
    return (const uint8_t *)call->weights +
           part_offset(part, weights_of_block(call, storage), weight_size(storage));
}

INLINE void compute_tile(const struct call *call, int first_part, int y, int x,
                         struct storage storage, struct tile tile)
{
    const struct view *in = &call->input;
    const struct reach whole = {0, tile.rows, 0, tile.columns};
    const ptrdiff_t block = weights_of_block(call, storage);
    const uint8_t *weights = weights_of_part(call, first_part, storage);
    const ptrdiff_t pixel = storage.units * UNIT;
    vector sums[SUMS] = {0};
    for (int from = 0; from < call->input_blocks; from++) {
        /* Of a block in full use a row of the kernel is one run of units. */
        const int used = from + 1 < call->input_blocks ? storage.units : call->last_units;
        const int runs = used < storage.units ? call->kernel_width : 1;
        const int positions = call->kernel_width / runs;
        for (int ky = 0; ky < call->kernel_height; ky++) {
            const uint8_t *input = in->data + from * in->block +
                                   (y + ky - call->kernel_height / 2) * in->row +
                                   (x - call->kernel_width / 2) * pixel;
            for (int run = 0; run < runs; run++) {
                add_units(sums, input, in->row, weights, block, positions * used, storage, tile,
                          whole);
                input += pixel;
                weights += positions * storage.units * LANES * weight_size(storage);
            }
        }
    }
    finish(call, sums, first_part, y, x, storage.format, tile);
}

/* One column of tiles, from the top of the slice to its bottom. */
INLINE void compute_strip(const struct call *call, struct slice slice, int first_part, int x,
                          struct storage storage, int columns, int parts)
{
    const struct tile tile = {ACCUMULATORS / parts / columns, columns, parts};
    const struct tile flat = {1, columns, parts};
    int y = slice.top;
    for (; y + tile.rows <= slice.bottom; y += tile.rows)
        compute_tile(call, first_part, y, x, storage, tile);
    for (; y < slice.bottom; y++)
        compute_tile(call, first_part, y, x, storage, flat);
}

/* All rows of the slice for `parts` vectors of outputs. */
INLINE void compute_parts(const struct call *call, struct slice slice, int first_part,
                          struct storage storage, int parts)
{
    int x = 0;
    if (ACCUMULATORS / parts >= 12)
        for (; x + 12 <= call->width; x += 12)
            compute_strip(call, slice, first_part, x, storage, 12, parts);
    for (; x + 6 <= call->width; x += 6)
        compute_strip(call, slice, first_part, x, storage, 6, parts);
    for (; x + 3 <= call->width; x += 3)
        compute_strip(call, slice, first_part, x, storage, 3, parts);
    for (; x < call->width; x++)
        compute_strip(call, slice, first_part, x, storage, 1, parts);
}

INLINE void compute(const struct call *call, struct slice slice, struct storage storage)
{
    int part = slice.first_block * PARTS_PER_BLOCK, end = slice.last_block * PARTS_PER_BLOCK;
    for (; part + 2 <= end; part += 2)
        compute_parts(call, slice, part, storage, 2);
    if (part < end)
        compute_parts(call, slice, part, storage, 1);
}

/* Outputs of a 3×3 kernel on a 3×3 map, `side` × `side` of them from the corner, as one tile.
 * Padding adds nothing, or, in bytes, what is known beforehand. */
INLINE void compute_small_map(const struct call *call, struct storage storage, int first_part,
                              int side, int parts)
{
    const struct view *in = &call->input;
    const struct tile tile = {side, side, parts};
    const ptrdiff_t block = weights_of_block(call, storage);
    const uint8_t *weights = weights_of_part(call, first_part, storage);
    const ptrdiff_t step = storage.units * UNIT;
    vector sums[SUMS] = {0};
    if (storage.format == FORMAT_BYTE)
        UNROLL for (int i = 0; i < side * side * parts; i++)
        {
            int pixel = i / parts / side * SMALL + i / parts % side, part = first_part + i % parts;
            sums[i] =
                load(call->padding + pixel * LANES + part_offset(part, SMALL_PIXELS * LANES, 1));
        }
    for (int from = 0; from < call->input_blocks; from++) {
        const uint8_t *input = in->data + from * in->block;
        UNROLL for (int ky = 0; ky < 3; ky++) UNROLL for (int kx = 0; kx < 3; kx++)
        {
            const struct reach reach = {ky == 0, side - (side == 3 && ky == 2), kx == 0,
                                        side - (side == 3 && kx == 2)};
            add_units(sums, input + (ky - 1) * in->row + (kx - 1) * step, in->row, weights, block,
                      storage.units, storage, tile, reach);
            weights += storage.units * LANES * weight_size(storage);
        }
    }
    finish(call, sums, first_part, 0, 0, storage.format, tile);
}

/* One pixel: a matrix times a vector, its weights one long stream. Eight sums at a time hide the
 * latency of the multiply-adds. */
INLINE void compute_pixel(const struct call *call, struct slice slice, struct storage storage)
{
    const struct view *in = &call->input;
    const struct tile tile = {1, 1, PARTS_PER_BLOCK};
    for (int to = slice.first_block; to < slice.last_block; to++) {
        const uint8_t *weights = weights_of_part(call, to * PARTS_PER_BLOCK, storage);
        vector sums[8] = {0};
        for (int from = 0; from < call->input_blocks; from++)
            UNROLL for (int unit = 0; unit < storage.units; unit++)
            {
                vector value = load_unit(in->data + from * in->block + unit * UNIT);
                UNROLL for (int part = 0; part < PARTS_PER_BLOCK; part++)
                {
                    vector *sum = &sums[(unit * PARTS_PER_BLOCK + part) % 8],
                           loaded = load_weights(weights + part * VECTOR * weight_size(storage),
                                                 storage);
                    UNROLL for (int step = 0; step < steps_of(storage.format); step++) *sum =
                        multiply_add(*sum, step_of_unit(value, step, storage.format),
                                     step_of_weights(loaded, step, storage.format), storage.format);
                }
                weights += LANES * weight_size(storage);
            }
        for (int i = 8 / 2; i >= PARTS_PER_BLOCK; i /= 2)
            UNROLL for (int j = 0; j < i; j++) sums[j] =
                storage.format == FORMAT_BYTE ? (vector)((words)sums[j] + (words)sums[j + i])
                                              : sums[j] + sums[j + i];
        finish(call, sums, to * PARTS_PER_BLOCK, 0, 0, storage.format, tile);
    }
}

INLINE int is_pixel(const struct call *call)
{
    return call->map_height == 1 && call->map_width == 1;
}

INLINE void convolve(const struct call *call, struct slice slice, struct storage storage)
{
    int part = slice.first_block * PARTS_PER_BLOCK, end = slice.last_block * PARTS_PER_BLOCK;
    int is_small = is_small_convolution(call->kernel_height, call->kernel_width, call->map_height,
                                        call->map_width) &&
                   slice.top == 0 && slice.bottom == call->width;
    if (is_pixel(call)) {
        compute_pixel(call, slice, storage);
    } else if (is_small && call->width == 3 && (end - part) % SMALL_PARTS == 0) {
        for (; part < end; part += SMALL_PARTS)
            compute_small_map(call, storage, part, 3, SMALL_PARTS);
    } else if (is_small && call->width == 2 && (end - part) % CORNER_PARTS == 0) {
        for (; part < end; part += CORNER_PARTS)
            compute_small_map(call, storage, part, 2, CORNER_PARTS);
    } else {
        compute(call, slice, storage);
    }
}

/* What a level's table points to; each takes from here what it does better than the level below. */
static inline void conv_float(const struct call *call, struct slice slice)
{
    if (call->depth == 1)
        compute(call, slice, (struct storage){FORMAT_FLOAT, 1, 0});
    else
        convolve(call, slice, (struct storage){FORMAT_FLOAT, 16, 0});
}

static inline void conv_half(const struct call *call, struct slice slice)
{
    convolve(call, slice, (struct storage){FORMAT_FLOAT, 16, 1});
}

static inline void conv_bfloat(const struct call *call, struct slice slice)
{
    convolve(call, slice, (struct storage){FORMAT_BFLOAT, 8, 0});
}

static inline void conv_byte(const struct call *call, struct slice slice)
{
    convolve(call, slice, (struct storage){FORMAT_BYTE, 4, 0});
}

/* The largest of 2×2: whole pixels at a time, in the registers that hold one. Bfloats are compared
 * as the whole numbers that have their order. */
typedef uint8_t bytes_pixel __attribute__((vector_size(16), aligned(1), may_alias));
typedef int16_t bfloat_pixel __attribute__((vector_size(32), aligned(1), may_alias));
typedef float float_pixel __attribute__((vector_size(64), aligned(1), may_alias));

#define LARGER(type, mask, a, b) ((type)(((mask)(a) & ((a) > (b))) | ((mask)(b) & ((a) <= (b)))))

INLINE bfloat_pixel in_order(bfloat_pixel pixel)
{
    return pixel ^ (pixel >> 15 & 0x7fff);
}

INLINE void pool_bytes(uint8_t *to, const bytes_pixel *upper, const bytes_pixel *lower)
{
    bytes_pixel a = LARGER(bytes_pixel, bytes_pixel, upper[0], upper[1]);
    bytes_pixel b = LARGER(bytes_pixel, bytes_pixel, lower[0], lower[1]);
    *(bytes_pixel *)to = LARGER(bytes_pixel, bytes_pixel, a, b);
}

INLINE void pool_bfloats(uint8_t *to, const bfloat_pixel *upper, const bfloat_pixel *lower)
{
    bfloat_pixel a = LARGER(bfloat_pixel, bfloat_pixel, in_order(upper[0]), in_order(upper[1]));
    bfloat_pixel b = LARGER(bfloat_pixel, bfloat_pixel, in_order(lower[0]), in_order(lower[1]));
    *(bfloat_pixel *)(void *)to = in_order(LARGER(bfloat_pixel, bfloat_pixel, a, b));
}

INLINE void pool_floats(uint8_t *to, const float *upper, const float *lower)
{
    UNROLL for (int part = 0; part < PARTS_PER_BLOCK; part++)
    {
        vector a = load(upper + part * VECTOR), b = load(upper + LANES + part * VECTOR);
        vector c = load(lower + part * VECTOR), d = load(lower + LANES + part * VECTOR);
        a = LARGER(vector, words, a, b);
        c = LARGER(vector, words, c, d);
        *(loose_vector *)(void *)(to + part * VECTOR * 4) = LARGER(vector, words, a, c);
    }
}

static inline void pool(const struct call *call, struct slice slice)
{
    const struct view *in = &call->input, *out = &call->output;
    const ptrdiff_t pixel = LANES * format_size(in->format);
    for (int block = slice.first_block; block < slice.last_block; block++)
        for (int y = slice.top; y < slice.bottom; y++)
            for (int x = 0; x < call->width; x++) {
                const void *upper = in->data + block * in->block + 2 * y * in->row + 2 * x * pixel;
                const void *lower = (const uint8_t *)upper + in->row;
                uint8_t *to = out->data + block * out->block + y * out->row + x * pixel;
                if (in->format == FORMAT_BYTE)
                    pool_bytes(to, upper, lower);
                else if (in->format == FORMAT_BFLOAT)
                    pool_bfloats(to, upper, lower);
                else
                    pool_floats(to, upper, lower);
            }
}
