#include "kernels.h"

#include <errno.h>
#include <string.h>

#ifdef __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "x86/x86.h"
#endif
#ifdef __aarch64__
#include "arm/arm.h"
#endif

struct level {
    const char *name;
    int (*is_supported)(void);
    void (*fill)(struct kernels *kernels); /* overwrites what it does better */
};

static int always(void)
{
    return 1;
}

#ifdef __x86_64__
static int has_sse41(void)
{
    return __builtin_cpu_supports("sse4.1");
}

/* GCC's function asks the operating system too (xgetbv), not only the CPU. Clang 14 does not know
 * F16C by name. */
static int has_avx2(void)
{
    unsigned a, b, c, d;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static int has_avx512vnni(void)
{
    return has_avx512() && __builtin_cpu_supports("avx512vnni");
}

static int has_avx512bf16(void)
{
    return has_avx512vnni() && __builtin_cpu_supports("avx512bf16");
}

/* The tiles are 8 KB more of state a thread, so Linux gives them only to processes that ask:
 * arch_prctl(2), for all threads at once. An older kernel, or one without AMX, refuses. */
static int has_amx(void)
{
    enum { REQUEST_STATE = 0x1023, TILE_DATA = 18, BF16 = 1 << 22, TILE = 1 << 24, INT8 = 1 << 25 };
    unsigned a, b, c, d, wanted = BF16 | TILE | INT8;
    return has_avx512bf16() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & wanted) == wanted &&
           !syscall(SYS_arch_prctl, REQUEST_STATE, TILE_DATA);
}

/* Leaf 7, subleaf 1: GCC 12's __builtin_cpu_supports does not know it by name. */
static int has_avxvnni(void)
{
    unsigned a, b, c, d;
    return has_avx2() && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1);
}
#endif

/* From the plainest to the best. */
static const struct level levels[] = {
    {"c", always, kernels_fill_c},
#ifdef __x86_64__
    {"sse41", has_sse41, kernels_fill_sse41},
    {"avx2", has_avx2, kernels_fill_avx2},
    {"avxvnni", has_avxvnni, kernels_fill_avxvnni},
    {"avx512", has_avx512, kernels_fill_avx512},
    {"avx512vnni", has_avx512vnni, kernels_fill_avx512vnni},
    {"avx512bf16", has_avx512bf16, kernels_fill_avx512bf16},
    {"amx", has_amx, kernels_fill_amx},
#endif
#ifdef __aarch64__
    {"neon", always, kernels_fill_neon},
#endif
};

const char *kernels_level(int index)
{
    return (size_t)index < sizeof levels / sizeof *levels ? levels[index].name : NULL;
}

int kernels_choose(struct kernels *kernels, const char *limit, struct mien_error *error)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        int is_last = limit && !strcmp(limit, levels[i].name);
        if (levels[i].is_supported()) {
            levels[i].fill(kernels);
            kernels->level = levels[i].name;
        } else if (is_last) {
            return mien_error_set(error, EINVAL, "this CPU has no '%s' instructions", limit);
        }
        if (is_last)
            return 0;
    }
    if (limit)
        return mien_error_set(error, EINVAL, "there is no CPU level '%s' in this build", limit);
    return 0;
}
