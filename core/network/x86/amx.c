/* As AVX-512 with bfloats, and convolutions of bfloats and bytes on AMX's tiles.
 *
 * How it blocks. A tile of pixels is up to 16 places of the map in the order they lie in memory,
 * the border's included, whose sums are thrown away: so narrow maps fill tiles too, and a 3×3 map
 * is one tile. A place's bytes run on into those of the places right of it, just what neighbouring
 * positions of a kernel row meet: 64 bytes of them, 2 positions of bfloats or 4 of bytes, are
 * multiplied at once, those left over in a second, narrower pair of tiles. Weights lie in that
 * order anyway. Four tiles of sums keep the multiplier from waiting for its own result: 2 of pixels
 * × 2 blocks of outputs, or 1 × 4 where the map is a single tile. The weights of the blocks stay in
 * the second-level cache while all tiles of the map pass.
 *
 * One pixel alone fills a sixteenth of a tile and goes the way of AVX-512. */
#include "zmm.h"

#include "../tiles.h"
#include "amx_tiles.h"
#include "x86.h"

/* A call as tiles see it: places are counted from the first output of the slice. */
struct tiling {
    const struct call *call;
    struct storage storage;
    const uint8_t *input; /* what the first kernel position meets at place 0 */
    int pixel, pitch;     /* bytes of a place; places from a row to the next */
    int top, places;      /* first row; places to the last output */
    int rows, count;      /* places in a tile, tiles; the last may overlap the one before */
    int full, left;       /* tiles of kernel positions in a kernel row; positions left over */
};

static struct tiling tiling_of(const struct call *call, struct slice slice, struct storage storage)
{
    const struct view *in = &call->input;
    int pixel = storage.units * UNIT, at_once = TILE_BYTES / pixel;
    struct tiling tiling = {
        .call = call,
        .storage = storage,
        .input = in->data + (slice.top - call->kernel_height / 2) * in->row -
                 call->kernel_width / 2 * pixel,
        .pixel = pixel,
        .pitch = (int)(in->row / pixel),
        .top = slice.top,
        .full = call->kernel_width / at_once,
        .left = call->kernel_width % at_once,
    };
    tiling.places = (slice.bottom - slice.top - 1) * tiling.pitch + call->width;
    tiling.count = (tiling.places + TILE_ROWS - 1) / TILE_ROWS;
    tiling.rows = (tiling.places + tiling.count - 1) / tiling.count;
    return tiling;
}

static int first_place(const struct tiling *tiling, int tile)
{
    int place = tile * tiling->rows, last = tiling->places - tiling->rows;
    return smaller(place, last);
}

static void shape_tiles(const struct tiling *tiling)
{
    struct tile_shapes shapes = {.palette = 1};
    for (int tile = 0; tile < PIXELS; tile++)
        tile_shape(&shapes, tile, tiling->rows, TILE_BYTES);
    tile_shape(&shapes, PIXELS, tiling->rows, TILE_BYTES);
    tile_shape(&shapes, WEIGHTS, TILE_ROWS, TILE_BYTES);
    if (tiling->left) {
        int units = tiling->left * tiling->storage.units;
        tile_shape(&shapes, PIXELS + LAST, tiling->rows, units * UNIT);
        tile_shape(&shapes, WEIGHTS + LAST, units, TILE_BYTES);
    }
    tiles_begin(&shapes);
}

/* Adds what one tile of kernel positions gives to the sums of `tiles` × `blocks`. */
INLINE void multiply(const uint8_t *const *pixels, ptrdiff_t pixel, const uint8_t *weights,
                     ptrdiff_t block, int last, int are_bytes, int tiles, int blocks)
{
    UNROLL for (int tile = 0; tile < tiles; tile++)
    {
        tile_load(PIXELS + last, pixels[tile], pixel);
        UNROLL for (int i = 0; i < blocks; i++)
        {
            if (tile == 0 || blocks > 1)
                tile_load(WEIGHTS + last, weights + i * block, TILE_BYTES);
            tile_multiply(tile * blocks + i, last, are_bytes);
        }
    }
}

/* Not inlined, as finish_sums in tiles.h. */
static __attribute__((noinline)) void finish_places(const struct tiling *tiling, vector *sums,
                                                    int block, int place)
{
    const struct call *call = tiling->call;
    if (tiling->storage.format == FORMAT_BYTE)
        for (int i = 0; i < tiling->rows; i++)
            sums[i] = __builtin_convertvector((words)sums[i], vector);
    for (int i = 0; i < tiling->rows;) {
        int y = (place + i) / tiling->pitch, x = (place + i) % tiling->pitch;
        int count = smaller(tiling->pitch - x, tiling->rows - i);
        int seen = smaller(call->width - x, count);
        finish_part_as_told(call, sums + i, 1, block, tiling->top + y, x, 1, seen); /* maybe none */
        i += count;
    }
}

/* All of the sums of some tiles of pixels and blocks of outputs. */
INLINE void compute_tiles(const struct tiling *tiling, int first_tile, int first_block, int tiles,
                          int blocks)
{
    const struct call *call = tiling->call;
    const int are_bytes = tiling->storage.format == FORMAT_BYTE;
    const ptrdiff_t block = weights_of_block(call, tiling->storage), pixel = tiling->pixel;
    const uint8_t *weights = (const uint8_t *)call->weights + first_block * block;
    UNROLL for (int i = 0; i < tiles * blocks; i++) tile_clear(i);
    for (int from = 0; from < call->input_blocks; from++)
        for (int ky = 0; ky < call->kernel_height; ky++) {
            const uint8_t *pixels[2];
            for (int i = 0; i < tiles; i++)
                pixels[i] = tiling->input + from * call->input.block + ky * call->input.row +
                            first_place(tiling, first_tile + i) * pixel;
            for (int i = 0; i < tiling->full; i++) {
                multiply(pixels, pixel, weights, block, 0, are_bytes, tiles, blocks);
                for (int tile = 0; tile < tiles; tile++)
                    pixels[tile] += TILE_BYTES;
                weights += TILE_ROWS * TILE_BYTES;
            }
            if (tiling->left) {
                multiply(pixels, pixel, weights, block, LAST, are_bytes, tiles, blocks);
                weights += tiling->left * pixel * LANES;
            }
        }
    vector sums[TILE_ROWS];
    UNROLL for (int tile = 0; tile < tiles; tile++) UNROLL for (int i = 0; i < blocks; i++)
    {
        tile_store(tile * blocks + i, sums);
        finish_places(tiling, sums, first_block + i, first_place(tiling, first_tile + tile));
    }
}

INLINE void convolve_on_tiles(const struct call *call, struct slice slice, struct storage storage)
{
    struct tiling tiling = tiling_of(call, slice, storage);
    int block = slice.first_block, end = slice.last_block;
    shape_tiles(&tiling);
    for (; tiling.count == 1 && block + 4 <= end; block += 4)
        compute_tiles(&tiling, 0, block, 1, 4);
    for (; block + 2 <= end; block += 2) {
        int tile = 0;
        for (; tile + 2 <= tiling.count; tile += 2)
            compute_tiles(&tiling, tile, block, 2, 2);
        if (tile < tiling.count)
            compute_tiles(&tiling, tile, block, 1, 2);
    }
    for (int tile = 0; block < end && tile < tiling.count; tile++)
        compute_tiles(&tiling, tile, block, 1, 1);
    tiles_end();
}

static void amx_bfloat(const struct call *call, struct slice slice)
{
    if (is_pixel(call))
        conv_bfloat(call, slice);
    else
        convolve_on_tiles(call, slice, (struct storage){FORMAT_BFLOAT, 8, 0});
}

static void amx_byte(const struct call *call, struct slice slice)
{
    if (is_pixel(call))
        conv_byte(call, slice);
    else
        convolve_on_tiles(call, slice, (struct storage){FORMAT_BYTE, 4, 0});
}

#ifdef AMX_EMULATED
void kernels_fill_amx_emulated(struct kernels *kernels)
#else
void kernels_fill_amx(struct kernels *kernels)
#endif
{
    kernels->conv[FORMAT_BFLOAT] = amx_bfloat;
    kernels->conv[FORMAT_BYTE] = amx_byte;
    kernels->winograd[FORMAT_BFLOAT] = NULL; /* its tiles are faster, of whole kernels */
    kernels->tiled = FORMAT_BYTE;
}
