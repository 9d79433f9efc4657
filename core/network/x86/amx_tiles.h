/* The tile registers of AMX: eight of up to 16 rows × 64 bytes.
 *   0…3  sums, a row a pixel, 16 outputs wide
 *   4, 5 pixels and weights of as many kernel positions as fill 64 bytes
 *   6, 7 pixels and weights of the kernel positions left
 * Built with AMX_EMULATED they are plain memory with the instructions' meaning (Intel's Software
 * Developer's Manual, volume 2, TDPBF16PS and TDPBUSD), so that CPUs without AMX can test what is
 * built on them. */
#ifndef CORE_X86_AMX_TILES_H
#define CORE_X86_AMX_TILES_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

enum { TILES = 8, TILE_ROWS = 16, TILE_BYTES = 64, PIXELS = 4, WEIGHTS = 5, LAST = 2 };

/* As the instruction ldtilecfg reads it. */
struct tile_shapes {
    uint8_t palette, start, reserved[14];
    uint16_t bytes[TILE_ROWS];
    uint8_t rows[TILE_ROWS];
} __attribute__((aligned(64)));

static inline void tile_shape(struct tile_shapes *shapes, int tile, int rows, int bytes)
{
    shapes->rows[tile] = (uint8_t)rows;
    shapes->bytes[tile] = (uint16_t)bytes;
}

#ifdef AMX_EMULATED

#include <string.h>

#include "../half.h"

static _Thread_local struct {
    struct tile_shapes shapes;
    uint8_t data[TILES][TILE_ROWS][TILE_BYTES];
} emulated;

static inline void tiles_begin(const struct tile_shapes *shapes)
{
    memset(&emulated, 0, sizeof emulated);
    emulated.shapes = *shapes;
}

static inline void tiles_end(void)
{
    memset(&emulated.shapes, 0, sizeof emulated.shapes);
}

static inline void tile_clear(int tile)
{
    memset(emulated.data[tile], 0, sizeof emulated.data[tile]);
}

static inline void tile_load(int tile, const void *from, ptrdiff_t stride)
{
    tile_clear(tile);
    for (int row = 0; row < emulated.shapes.rows[tile]; row++)
        memcpy(emulated.data[tile][row], (const uint8_t *)from + row * stride,
               emulated.shapes.bytes[tile]);
}

static inline void tile_store(int tile, void *to)
{
    for (int row = 0; row < emulated.shapes.rows[tile]; row++)
        memcpy((uint8_t *)to + row * TILE_BYTES, emulated.data[tile][row],
               emulated.shapes.bytes[tile]);
}

/* One unit of 4 bytes of pixels with one of weights, added to a float or a whole number. */
static inline void emulate_bfloats(uint8_t *sum, const uint8_t *pixels, const uint8_t *weights)
{
    float value;
    memcpy(&value, sum, sizeof value);
    for (int i = 0; i < 4; i += 2)
        value += float_of_bfloat((uint32_t)(pixels[i] | pixels[i + 1] << 8)) *
                 float_of_bfloat((uint32_t)(weights[i] | weights[i + 1] << 8));
    memcpy(sum, &value, sizeof value);
}

static inline void emulate_bytes(uint8_t *sum, const uint8_t *pixels, const uint8_t *weights)
{
    int32_t value;
    memcpy(&value, sum, sizeof value);
    for (int i = 0; i < 4; i++)
        value += pixels[i] * (int8_t)weights[i];
    memcpy(sum, &value, sizeof value);
}

static inline void tile_multiply(int sums, int last, int are_bytes)
{
    const struct tile_shapes *shapes = &emulated.shapes;
    for (int row = 0; row < shapes->rows[sums]; row++)
        for (int unit = 0; unit < shapes->rows[WEIGHTS + last]; unit++)
            for (int i = 0; i < shapes->bytes[sums]; i += 4)
                (are_bytes ? emulate_bytes : emulate_bfloats)(
                    &emulated.data[sums][row][i], &emulated.data[PIXELS + last][row][4 * unit],
                    &emulated.data[WEIGHTS + last][unit][i]);
}

#else

/* The instructions name their registers, so a constant number has to choose among them. The
 * compiler does not know what they read: the barriers make it finish its stores before. */
static inline void tiles_begin(const struct tile_shapes *shapes)
{
    __asm__ volatile("" : : "r"(shapes) : "memory");
    _tile_loadconfig(shapes);
}

static inline void tiles_end(void)
{
    _tile_release();
}

#define TILE_CASE(number, instruction)                                                             \
    case number:                                                                                   \
        instruction;                                                                               \
        break;

static inline __attribute__((always_inline)) void tile_clear(int tile)
{
    switch (tile) {
        TILE_CASE(0, _tile_zero(0))
        TILE_CASE(1, _tile_zero(1))
        TILE_CASE(2, _tile_zero(2))
        TILE_CASE(3, _tile_zero(3))
    }
}

static inline __attribute__((always_inline)) void tile_load(int tile, const void *from,
                                                            ptrdiff_t stride)
{
    switch (tile) {
        TILE_CASE(4, _tile_loadd(4, from, stride))
        TILE_CASE(5, _tile_loadd(5, from, stride))
        TILE_CASE(6, _tile_loadd(6, from, stride))
        TILE_CASE(7, _tile_loadd(7, from, stride))
    }
}

static inline __attribute__((always_inline)) void tile_store(int tile, void *to)
{
    switch (tile) {
        TILE_CASE(0, _tile_stored(0, to, TILE_BYTES))
        TILE_CASE(1, _tile_stored(1, to, TILE_BYTES))
        TILE_CASE(2, _tile_stored(2, to, TILE_BYTES))
        TILE_CASE(3, _tile_stored(3, to, TILE_BYTES))
    }
}

static inline __attribute__((always_inline)) void tile_multiply(int sums, int last, int are_bytes)
{
    switch (sums + (last ? 4 : 0) + (are_bytes ? 8 : 0)) {
        TILE_CASE(0, _tile_dpbf16ps(0, 4, 5))
        TILE_CASE(1, _tile_dpbf16ps(1, 4, 5))
        TILE_CASE(2, _tile_dpbf16ps(2, 4, 5))
        TILE_CASE(3, _tile_dpbf16ps(3, 4, 5))
        TILE_CASE(4, _tile_dpbf16ps(0, 6, 7))
        TILE_CASE(5, _tile_dpbf16ps(1, 6, 7))
        TILE_CASE(6, _tile_dpbf16ps(2, 6, 7))
        TILE_CASE(7, _tile_dpbf16ps(3, 6, 7))
        TILE_CASE(8, _tile_dpbusd(0, 4, 5))
        TILE_CASE(9, _tile_dpbusd(1, 4, 5))
        TILE_CASE(10, _tile_dpbusd(2, 4, 5))
        TILE_CASE(11, _tile_dpbusd(3, 4, 5))
        TILE_CASE(12, _tile_dpbusd(0, 6, 7))
        TILE_CASE(13, _tile_dpbusd(1, 6, 7))
        TILE_CASE(14, _tile_dpbusd(2, 6, 7))
        TILE_CASE(15, _tile_dpbusd(3, 6, 7))
    }
}

#endif
#endif
