/* What the peers of tests/bench/network/run have in common: a clock, and how results are told. */
#ifndef TESTS_BENCH_TIMING_H
#define TESTS_BENCH_TIMING_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TIMES_MAX = 4096 };

static inline double seconds_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static inline int by_time(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Runs for some seconds after a warm-up; prints median and least milliseconds of a run, as JSON,
 * and the first logits for comparison. */
static inline void time_runs(void (*run)(void *), void *data, double seconds, const float *logits,
                             int count)
{
    static double times[TIMES_MAX];
    int runs = 0;
    for (double end = seconds_now() + 0.1; seconds_now() < end;)
        run(data);
    for (double end = seconds_now() + seconds;
         runs < 5 || (runs < TIMES_MAX && seconds_now() < end); runs++) {
        double start = seconds_now();
        run(data);
        times[runs] = (seconds_now() - start) * 1e3;
    }
    qsort(times, (size_t)runs, sizeof *times, by_time);
    printf("{\"median_ms\":%.4f,\"min_ms\":%.4f,\"logits\":[", times[runs / 2], times[0]);
    for (int i = 0; i < count; i++)
        printf("%s%.5g", i ? "," : "", (double)logits[i]);
    puts("]}");
}

/* The picture that `mien bench` makes: noise. */
static inline float noise(int pixel)
{
    return (float)((unsigned)pixel * (unsigned)pixel * 31 >> 3 & 255) / 255;
}

#endif
