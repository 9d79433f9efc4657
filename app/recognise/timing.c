#include "timing.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t timing_process_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

struct timing_moment timing_begin(const struct timing *timing)
{
    if (!timing)
        return (struct timing_moment){0, 0};
    return (struct timing_moment){clock_ns(), read_clock(CLOCK_THREAD_CPUTIME_ID)};
}

void timing_end(struct timing *timing, enum timing_part part, struct timing_moment begin)
{
    if (!timing)
        return;
    struct timing_moment now = timing_begin(timing), *sum = &timing->parts[part];
    sum->wall_ns += now.wall_ns - begin.wall_ns;
    sum->cpu_ns += now.cpu_ns - begin.cpu_ns;
}

static void print_row(const char *name, double wall_ns, double cpu_ns, double frames)
{
    fprintf(stderr, "%-10s  %8.3f  %8.3f\n", name, wall_ns / 1e6 / frames, cpu_ns / 1e6 / frames);
}

/* libav and its encoders work on threads of their own, which no part sees. */
void timing_print(const struct timing *timing, int64_t frames, double elapsed, int64_t process_ns)
{
    static const char *const names[TIMING_PARTS] = {"decode", "detect", "crop",  "classify",
                                                    "data",   "draw",   "encode"};
    double count = frames > 0 ? (double)frames : 1,
           all = (double)(timing_process_ns() - process_ns);
    double others = all;
    fprintf(stderr, "ms a frame     clock       CPU\n");
    for (int i = 0; i < TIMING_PARTS; i++) {
        const struct timing_moment *part = &timing->parts[i];
        print_row(names[i], (double)part->wall_ns, (double)part->cpu_ns, count);
        others -= (double)part->cpu_ns;
    }
    fprintf(stderr, "%-10s  %8s  %8.3f\n", "others", "", others / 1e6 / count);
    print_row("all", elapsed * 1e9, all, count);
}
