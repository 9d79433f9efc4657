/* IEEE half precision: 1 bit of sign, 5 of exponent, 10 of mantissa. */
#ifndef CORE_HALF_H
#define CORE_HALF_H

#include <stdint.h>
#include <string.h>

static inline float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Shifted into place, a half's exponent is 112 too small, also for subnormals. Its infinities
 * and NaNs would become finite here, so they are made infinite. */
static inline float float_of_half(uint32_t half)
{
    uint32_t sign = (half & 0x8000) << 16;
    if ((half & 0x7c00) == 0x7c00)
        return float_of_bits(0x7f800000 | sign);
    return float_of_bits((half & 0x7fff) << 13 | sign) * 0x1p112f;
}

/* Writes the half of the same value and returns 1, or returns 0 where there is none. */
static inline int half_of_float(float value, uint16_t *half)
{
    uint32_t bits, scaled_bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffff) > 0x477fe000) /* above 65504 */
        return 0;
    float scaled = value * 0x1p-112f;
    memcpy(&scaled_bits, &scaled, sizeof scaled_bits);
    *half = (uint16_t)((bits >> 16 & 0x8000) | (scaled_bits & 0x7fffffff) >> 13);
    return float_of_half(*half) == value;
}

#endif
