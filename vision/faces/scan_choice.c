/* Which scan of a row this CPU gets. */
#include <string.h>

#include "scan_kernels.h"

static int is_anywhere(void)
{
    return 1;
}

#ifdef __x86_64__
static int has_sse41(void)
{
    return __builtin_cpu_supports("sse4.1");
}

static int has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq");
}
#endif

static const struct level {
    const char *name;
    int (*is_supported)(void);
    scan_row_function *row;
} levels[] = {
    {"c", is_anywhere, scan_row_c},
#ifdef __x86_64__
    {"sse41", has_sse41, scan_row_sse41},    {"avx2", has_avx2, scan_row_avx2},
    {"avx512", has_avx512, scan_row_avx512},
#endif
#ifdef __aarch64__
    {"neon", is_anywhere, scan_row_neon},
#endif
};

const char *scan_level(int index)
{
    return (size_t)index < sizeof levels / sizeof *levels ? levels[index].name : NULL;
}

scan_row_function *scan_choose_row(const char *limit, const char **name)
{
    scan_row_function *best = NULL;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (levels[i].is_supported()) {
            best = levels[i].row;
            *name = levels[i].name;
        }
        if (limit && !strcmp(limit, levels[i].name))
            return levels[i].is_supported() ? best : NULL;
    }
    return limit ? NULL : best;
}
