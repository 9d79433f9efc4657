/* The portable scan of a row, the truth that the others are tested against, and the choice. */
#include "scan_kernels.h"

#include <string.h>

/* OpenCV's rule of the walk: behind a window that fails the first stage one is skipped. */
int scan_row_c(const struct scan_row *row, int *found)
{
    int count = 0;
    for (int window = 0; window < row->count; window++) {
        float norm = scan_norm(row, window);
        if (norm == 0)
            continue;
        if (!scan_passes_stage(row, &row->stages[0], window, norm))
            window++;
        else if (scan_passes_from(row, 1, window, norm))
            found[count++] = window;
    }
    return count;
}

static int is_anywhere(void)
{
    return 1;
}

#ifdef __x86_64__
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
    {"avx2", has_avx2, scan_row_avx2},
    {"avx512", has_avx512, scan_row_avx512},
#endif
};

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
