/* Winograd's convolution (winograd.h) for any CPU with vector registers; included after tiles.h,
 * whose names it uses.
 *
 * Each position of the transformed tiles is a matrix product of its own,
 *   [tiles × input channels] × [input channels × output channels].
 *
 * How it blocks. A band is a rectangle of tiles, so few that all its values stay in the
 * second-level cache. First all its inputs are transformed. Then, for two vectors of outputs after
 * the other (four, where the band is only 2 × 2 tiles), come the products of all positions, with as
 * many tiles in registers as tiles.h has pixels there, and the way back to outputs with all that
 * follows a sum. Everything is computed in floats; transformed inputs are rounded to bfloats where
 * the weights are bfloats.
 *
 * Inputs that lie beyond the border, which only outputs beyond the map would need, are replaced by
 * those of the border. */
#include "winograd.h"

/* In outputs. Of tiles of 3×3 a band has more, but all in all fewer positions. */
enum { BAND_SIDE = 48, BAND_TILES_MIN = BAND_SIDE / WINOGRAD_OUTPUTS_MAX, BAND_PARTS = 2 };

/* All tiles of a map of 6×6, with twice the outputs where registers are enough. */
enum { SQUARE_TILES = 4, SQUARE_PARTS = VECTOR == 16 ? 4 : 0 };

/* How a kernel computes: constants. */
struct winograd {
    struct storage storage;
    int outputs; /* side of a tile of them */
};

/* Tiles of outputs from row y and column x on. */
struct band {
    int y, x, rows, columns;
};

/* The transforms take what lies `step` apart in `v`, `side` of them, and leave theirs there. */
INLINE void transform_inputs(vector *v, int step, int side)
{
    const float p = WINOGRAD_A, q = WINOGRAD_B(side - 2), pp = p * p, qq = q * q;
    vector a = v[0], b = v[step], c = v[2 * step], d = v[3 * step], e = v[4 * step];
    if (side == 5) {
        vector even = d - q * c, odd = p * (c - q * b);
        v[0] = even - pp * (b - q * a);
        v[step] = even + odd;
        v[2 * step] = even - odd;
        v[3 * step] = d - pp * b;
        v[4 * step] = e - q * d - p * odd;
    } else {
        vector f = v[5 * step];
        vector even_p = e - qq * c, odd_p = d - qq * b, even_q = e - pp * c, odd_q = d - pp * b;
        v[0] = pp * qq * a + e - (pp + qq) * c;
        v[step] = even_p + p * odd_p;
        v[2 * step] = even_p - p * odd_p;
        v[3 * step] = even_q + q * odd_q;
        v[4 * step] = even_q - q * odd_q;
        v[5 * step] = pp * qq * b + f - (pp + qq) * d;
    }
}

INLINE void transform_sums(vector *v, int step, int side)
{
    const float p = WINOGRAD_A, q = WINOGRAD_B(side - 2), pp = p * p, qq = q * q;
    vector a = v[0], even_p = v[step] + v[2 * step], odd_p = v[step] - v[2 * step];
    if (side == 5) {
        vector c = v[3 * step];
        v[0] = a + even_p + c;
        v[step] = p * odd_p + q * c;
        v[2 * step] = pp * even_p + qq * c + v[4 * step];
    } else {
        vector even_q = v[3 * step] + v[4 * step], odd_q = v[3 * step] - v[4 * step];
        v[0] = a + even_p + even_q;
        v[step] = p * odd_p + q * odd_q;
        v[2 * step] = pp * even_p + qq * even_q;
        v[3 * step] = pp * p * odd_p + qq * q * odd_q + v[5 * step];
    }
}

INLINE int side_of(struct winograd winograd)
{
    return winograd.outputs + 2;
}

INLINE int pixel_of(struct storage storage)
{
    return storage.units * UNIT;
}

/* `side` inputs from row y of column x downwards, transformed. */
INLINE void load_column(const struct call *call, const uint8_t *input, int y, int x, vector *to,
                        struct winograd winograd)
{
    const int side = side_of(winograd);
    const uint8_t *column = input + smaller(x, call->map_width) * pixel_of(winograd.storage);
    UNROLL for (int i = 0; i < side; i++)
    {
        int row = smaller(y + i, call->map_height);
        to[i * side] = load_values(column + row * call->input.row, winograd.storage.format);
    }
    transform_inputs(to, side, side);
}

/* A row of tiles, of one vector of input channels. Neighbours share two columns. */
INLINE void transform_row(const struct call *call, const uint8_t *input, int y, int x, int columns,
                          uint8_t *to, ptrdiff_t position, struct winograd winograd)
{
    const int side = side_of(winograd), outputs = winograd.outputs;
    vector shared[WINOGRAD_POSITIONS_MAX];
    UNROLL for (int i = 0; i < 2; i++)
        load_column(call, input, y - 1, x - 1 + i, shared + outputs + i, winograd);
    for (int tile = 0; tile < columns; tile++) {
        UNROLL for (int i = 0; i < side; i++) UNROLL for (int j = 0; j < 2; j++)
            shared[i * side + j] = shared[i * side + outputs + j];
        UNROLL for (int j = 2; j < side; j++)
            load_column(call, input, y - 1, x + tile * outputs + j - 1, shared + j, winograd);
        UNROLL for (int i = 0; i < side; i++)
        {
            vector row[WINOGRAD_SIDE_MAX];
            UNROLL for (int j = 0; j < side; j++) row[j] = shared[i * side + j];
            transform_inputs(row, 1, side);
            UNROLL for (int j = 0; j < side; j++)
                store_values(to + (i * side + j) * position, row[j], winograd.storage.format);
        }
        to += pixel_of(winograd.storage);
    }
}

/* They are laid out as [position][input block][tile][16]. */
INLINE void transform_band(const struct call *call, struct band band, uint8_t *to,
                           struct winograd winograd)
{
    const ptrdiff_t row = band.columns * pixel_of(winograd.storage), block = band.rows * row;
    for (int from = 0; from < call->input_blocks; from++)
        for (int i = 0; i < band.rows; i++)
            for (int part = 0; part < PARTS_PER_BLOCK; part++) {
                ptrdiff_t lanes = part * VECTOR * format_size(winograd.storage.format);
                transform_row(call, call->input.data + from * call->input.block + lanes,
                              band.y + i * winograd.outputs, band.x, band.columns,
                              to + from * block + i * row + lanes, call->input_blocks * block,
                              winograd);
            }
}

/* The product of one position. Its sums are laid out as [tile][part]. */
struct product {
    const uint8_t *inputs, *weights;
    ptrdiff_t inputs_block, weights_block; /* from one input block to the next; output block */
    vector *sums;
    int blocks, tiles;
};

/* As many groups of `count` tiles as there are from the first on; returns the one after them. */
INLINE int multiply_groups(const struct product *product, int first, struct storage storage,
                           int count, int parts)
{
    const struct tile tile = {1, count, parts};
    const struct reach whole = {0, 1, 0, count};
    for (; first + count <= product->tiles; first += count) {
        const uint8_t *inputs = product->inputs + first * pixel_of(storage),
                      *weights = product->weights;
        vector sums[SUMS] = {0}, *to = product->sums + first * parts;
        for (int from = 0; from < product->blocks; from++) {
            add_units(sums, inputs, 0, weights, product->weights_block, storage.units, storage,
                      tile, whole);
            inputs += product->inputs_block;
            weights += pixel_of(storage) * LANES;
        }
        UNROLL for (int i = 0; i < count * parts; i++) to[i] = sums[i];
    }
    return first;
}

/* All tiles of a band, at one position. */
INLINE void multiply_position(const struct product *product, struct storage storage, int parts)
{
    int tile = 0;
    if (parts == SQUARE_PARTS) {
        multiply_groups(product, 0, storage, SQUARE_TILES, parts);
        return;
    }
    if (ACCUMULATORS / parts >= 12) {
        tile = multiply_groups(product, tile, storage, 12, parts);
        tile = multiply_groups(product, tile, storage, 9, parts);
    }
    tile = multiply_groups(product, tile, storage, 6, parts);
    tile = multiply_groups(product, tile, storage, SQUARE_TILES, parts);
    tile = multiply_groups(product, tile, storage, 3, parts);
    multiply_groups(product, tile, storage, 1, parts);
}

INLINE void multiply_band(const struct call *call, const uint8_t *inputs, int tiles, int first_part,
                          vector *sums, struct storage storage, int parts)
{
    const int positions = winograd_positions(call->tile);
    const ptrdiff_t block = tiles * pixel_of(storage),
                    weights = call->input_blocks * pixel_of(storage) * LANES;
    struct product product = {.inputs = inputs,
                              .weights = (const uint8_t *)call->weights +
                                         part_offset(first_part, positions * weights, UNIT),
                              .inputs_block = block,
                              .weights_block = positions * weights,
                              .sums = sums,
                              .blocks = call->input_blocks,
                              .tiles = tiles};
    for (int i = 0; i < positions; i++) {
        multiply_position(&product, storage, parts);
        product.inputs += call->input_blocks * block;
        product.weights += weights;
        product.sums += tiles * parts;
    }
}

/* A row of tiles of one part; the sums of a tile lie `position` apart, tiles `step`. */
INLINE void finish_tiles(const struct call *call, const vector *sums, ptrdiff_t position, int step,
                         int part, struct band band, int bottom, struct winograd winograd)
{
    const int side = side_of(winograd), outputs = winograd.outputs;
    vector lines[WINOGRAD_OUTPUTS_MAX][BAND_SIDE];
    for (int tile = 0; tile < band.columns; tile++) {
        vector whole[WINOGRAD_POSITIONS_MAX];
        UNROLL for (int i = 0; i < side * side; i++) whole[i] = sums[i * position + tile * step];
        UNROLL for (int j = 0; j < side; j++) transform_sums(whole + j, side, side);
        UNROLL for (int i = 0; i < outputs; i++)
        {
            transform_sums(whole + i * side, 1, side);
            UNROLL for (int j = 0; j < outputs; j++) lines[i][tile * outputs + j] =
                whole[i * side + j];
        }
    }
    int width = smaller(band.columns * outputs, call->width - band.x);
    for (int i = 0; i < outputs && band.y + i < bottom; i++)
        finish_part_as_told(call, lines[i], 1, part, band.y + i, band.x, 1, width);
}

INLINE void finish_band(const struct call *call, struct band band, int bottom, const vector *sums,
                        int first_part, struct winograd winograd, int parts)
{
    const int row = band.columns * parts, position = band.rows * row;
    for (int i = 0; i < band.rows; i++, band.y += winograd.outputs, sums += row)
        for (int part = 0; part < parts; part++)
            finish_tiles(call, sums + part, position, parts, first_part + part, band, bottom,
                         winograd);
}

INLINE void compute_band(const struct call *call, struct band band, int bottom,
                         const uint8_t *inputs, int first_part, struct storage storage, int parts)
{
    vector sums[WINOGRAD_POSITIONS_MAX * BAND_TILES_MIN * BAND_PARTS];
    multiply_band(call, inputs, band.rows * band.columns, first_part, sums, storage, parts);
    if (call->tile == 3)
        finish_band(call, band, bottom, sums, first_part, (struct winograd){storage, 3}, parts);
    else
        finish_band(call, band, bottom, sums, first_part, (struct winograd){storage, 4}, parts);
}

/* The transformed inputs of a band take 430 KB of the thread's stack, sums 55 KB. */
INLINE void convolve_tiles(const struct call *call, struct slice slice, struct storage storage)
{
    const int outputs = call->tile, tiles = BAND_SIDE / outputs;
    _Alignas(64) uint8_t inputs[WINOGRAD_POSITIONS_MAX * WINOGRAD_BLOCKS_MAX * BAND_TILES_MIN *
                                LANES * sizeof(float)];
    int rows = (slice.bottom - slice.top + outputs - 1) / outputs;
    int columns = (call->width + outputs - 1) / outputs;
    int of_band = smaller(columns, tiles);
    for (int row = 0; row < rows; row += tiles / of_band)
        for (int column = 0; column < columns; column += of_band) {
            const struct band band = {slice.top + row * outputs, column * outputs,
                                      smaller(tiles / of_band, rows - row),
                                      smaller(of_band, columns - column)};
            int part = slice.first_block * PARTS_PER_BLOCK,
                end = slice.last_block * PARTS_PER_BLOCK;
            if (outputs == 3)
                transform_band(call, band, inputs, (struct winograd){storage, 3});
            else
                transform_band(call, band, inputs, (struct winograd){storage, 4});
            if (SQUARE_PARTS > 0 && band.rows * band.columns == SQUARE_TILES)
                for (; part + SQUARE_PARTS <= end; part += SQUARE_PARTS)
                    compute_band(call, band, slice.bottom, inputs, part, storage, SQUARE_PARTS);
            for (; part + 2 <= end; part += 2)
                compute_band(call, band, slice.bottom, inputs, part, storage, 2);
            if (part < end)
                compute_band(call, band, slice.bottom, inputs, part, storage, 1);
        }
}

/* What a level's table points to. */
static inline void winograd_float(const struct call *call, struct slice slice)
{
    convolve_tiles(call, slice, (struct storage){FORMAT_FLOAT, 16, 0});
}

static inline void winograd_bfloat(const struct call *call, struct slice slice)
{
    convolve_tiles(call, slice, (struct storage){FORMAT_BFLOAT, 8, 0});
}

/* All that an instruction set has here; one that computes no format faster than floats. */
static inline void fill_all(struct kernels *kernels)
{
    kernels->conv[FORMAT_FLOAT] = conv_float;
    kernels->conv[FORMAT_BFLOAT] = conv_bfloat;
    kernels->conv[FORMAT_BYTE] = conv_byte;
    kernels->conv_half = conv_half;
    kernels->winograd[FORMAT_FLOAT] = winograd_float;
    kernels->winograd[FORMAT_BFLOAT] = winograd_bfloat;
    kernels->tiled = FORMAT_FLOAT;
    kernels->tiled_outputs = WINOGRAD_OUTPUTS_MIN;
    kernels->pool = pool;
}
