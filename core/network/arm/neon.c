/* 32 registers of 4 floats: 12 pixels × 8 channels in 24 sums. Part of every 64-bit ARM. */
#include <arm_neon.h>
#include <stdint.h>

#define VECTOR 4
typedef float32x4_t register_floats;
typedef int32x4_t register_words;
#define ACCUMULATORS 24
#define HALVES(from) vcvt_f32_f16(vld1_f16((const __fp16 *)(const void *)(from)))
#define SMALL_PARTS 2
#define CORNER_PARTS 4
#define DOT_SHORT(unit, weights)                                                                   \
    (words)                                                                                        \
        vpaddq_s32(vmull_s16(vget_low_s16((int16x8_t)(unit)), vget_low_s16((int16x8_t)(weights))), \
                   vmull_high_s16((int16x8_t)(unit), (int16x8_t)(weights)))
#define BYTES(from)                                                                                \
    (int32x4_t)                                                                                    \
    {                                                                                              \
        (from)[0], (from)[1], (from)[2], (from)[3]                                                 \
    }
#define BFLOATS(from) vmovl_u16(vld1_u16((const uint16_t *)(const void *)(from)))

static inline void store_bytes(uint8_t *to, float32x4_t positive)
{
    uint16x4_t shorts = vqmovn_u32(vcvtq_u32_f32(positive));
    uint8x8_t bytes = vqmovn_u16(vcombine_u16(shorts, shorts));
    vst1_lane_u32((uint32_t *)(void *)to, vreinterpret_u32_u8(bytes), 0);
}

static inline void store_bfloats(void *to, int32x4_t words)
{
    vst1_u16(to, vmovn_u32(vreinterpretq_u32_s32(words)));
}

#include "../tiles.h"
#include "../winograd_tiles.h"
#include "arm.h"

void kernels_fill_neon(struct kernels *kernels)
{
    fill_all(kernels);
}
