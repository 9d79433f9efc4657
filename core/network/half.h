/* Floats of 16 bits: IEEE half precision (1 bit of sign, 5 of exponent, 10 of mantissa) and bfloat
 * (1, 8, 7: the upper half of a float). */
#ifndef CORE_HALF_H
#define CORE_HALF_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t bits_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Shifted into place, a half's exponent is 112 too small, also for subnormals. Its infinities
 * and NaNs would become finite here, so they are made infinite; without a branch, which would keep
 * compilers from vectors. */
static inline float float_of_half(uint32_t half)
{
    uint32_t sign = (half & 0x8000) << 16, infinite = -(uint32_t)((half & 0x7c00) == 0x7c00);
    uint32_t bits = bits_of_float(float_of_bits((half & 0x7fff) << 13 | sign) * 0x1p112f);
    return float_of_bits((bits & ~infinite) | ((0x7f800000 | sign) & infinite));
}

/* Bytes of any alignment, little-endian. */
static inline uint32_t read_half(const uint8_t *bytes)
{
    uint16_t half;
    memcpy(&half, bytes, sizeof half);
    return le16toh(half);
}

static inline void floats_of_halves(const uint8_t *halves, size_t count, float *values)
{
    for (size_t i = 0; i < count; i++)
        values[i] = float_of_half(read_half(halves + 2 * i));
}

/* Writes the half of the same value and returns 1, or returns 0 where there is none. */
static inline int half_of_float(float value, uint16_t *half)
{
    uint32_t bits = bits_of_float(value);
    if ((bits & 0x7fffffff) > 0x477fe000) /* above 65504 */
        return 0;
    uint32_t scaled_bits = bits_of_float(value * 0x1p-112f);
    *half = (uint16_t)((bits >> 16 & 0x8000) | (scaled_bits & 0x7fffffff) >> 13);
    return float_of_half(*half) == value;
}

static inline float float_of_bfloat(uint32_t bfloat)
{
    return float_of_bits(bfloat << 16);
}

/* Rounds a finite value to the nearest, ties to even. */
static inline uint16_t bfloat_of_float(float value)
{
    uint32_t bits = bits_of_float(value);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

#endif
