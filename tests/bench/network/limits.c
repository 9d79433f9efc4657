/* What one core can do at most: nothing but multiply-adds between registers, in thousand millions
 * of products a second for fp32, bf16 and int8, and reading memory of the size of the weights. For
 * CPUs with AVX-512, BF16 and VNNI. */
#include <immintrin.h>
#include <stdint.h>

#include "timing.h"

enum { SUMS = 24, ROUNDS = 200000 };

#define LOOP(name, type, start, multiply_add)                                                      \
    static double name(void)                                                                       \
    {                                                                                              \
        type sums[SUMS];                                                                           \
        _Pragma("GCC unroll 24") for (int i = 0; i < SUMS; i++) sums[i] = start;                   \
        for (int round = 0; round < ROUNDS; round++) {                                             \
            _Pragma("GCC unroll 24") for (int i = 0; i < SUMS; i++)                                \
            {                                                                                      \
                sums[i] = multiply_add;                                                            \
                __asm__ volatile("" : "+v"(sums[i]));                                              \
            }                                                                                      \
        }                                                                                          \
        return (double)SUMS * ROUNDS;                                                              \
    }

LOOP(fp32, __m512, _mm512_setzero_ps(), _mm512_fmadd_ps(_mm512_setzero_ps(), sums[i], sums[i]))
LOOP(bf16, __m512, _mm512_setzero_ps(),
     _mm512_dpbf16_ps(sums[i], (__m512bh)_mm512_setzero_si512(), (__m512bh)_mm512_setzero_si512()))
LOOP(int8, __m512i, _mm512_setzero_si512(),
     _mm512_dpbusd_epi32(sums[i], _mm512_setzero_si512(), _mm512_setzero_si512()))

static double most(double (*loop)(void), int products)
{
    double best = 0;
    for (int i = 0; i < 20; i++) {
        double start = seconds_now(), rate = loop() * products / (seconds_now() - start) * 1e-9;
        best = rate > best ? rate : best;
    }
    return best;
}

static double read_rate(size_t size)
{
    uint8_t *memory = aligned_alloc(64, size);
    double best = 0;
    for (size_t i = 0; memory && i < size; i++)
        memory[i] = (uint8_t)i;
    for (int round = 0; memory && round < 50; round++) {
        double start = seconds_now();
        __m512i a = _mm512_setzero_si512(), b = a;
        for (size_t i = 0; i < size; i += 128) {
            a = _mm512_or_si512(a, _mm512_load_si512(memory + i));
            b = _mm512_or_si512(b, _mm512_load_si512(memory + i + 64));
        }
        a = _mm512_or_si512(a, b);
        __asm__ volatile("" : "+v"(a));
        double rate = (double)size / (seconds_now() - start) * 1e-9;
        best = rate > best ? rate : best;
    }
    free(memory);
    return best;
}

int main(void)
{
    printf("fp32 %.0f, bf16 %.0f, int8 %.0f GMAC/s\n", most(fp32, 16), most(bf16, 32),
           most(int8, 64));
    printf("reads of 512 KiB %.0f, of 5.5 MB %.0f, of 11 MB %.0f GB/s\n", read_rate(512 << 10),
           read_rate(5504000), read_rate(11008000));
    return 0;
}
