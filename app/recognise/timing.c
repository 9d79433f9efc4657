#include "timing.h"

#include <stdio.h>

#include "base/clock.h"

int64_t timing_process_ns(void)
{
    return clock_read(CLOCK_PROCESS_CPUTIME_ID);
}

struct mien_stage_time timing_begin(const struct timing *timing)
{
    if (!timing)
        return (struct mien_stage_time){0, 0};
    return (struct mien_stage_time){clock_ns(), clock_read(CLOCK_THREAD_CPUTIME_ID)};
}

void timing_end(struct timing *timing, enum timing_part part, struct mien_stage_time begin)
{
    if (!timing)
        return;
    struct mien_stage_time now = timing_begin(timing), *sum = &timing->parts[part];
    sum->wall_ns += now.wall_ns - begin.wall_ns;
    sum->cpu_ns += now.cpu_ns - begin.cpu_ns;
}

static void print_row(const char *name, double wall_ns, double cpu_ns, double frames)
{
    fprintf(stderr, "%-10s  %8.3f  %8.3f\n", name, wall_ns / 1e6 / frames, cpu_ns / 1e6 / frames);
}

/* Returns the CPU time of them all. */
static double print_parts(const struct timing *timing, double frames)
{
    const struct {
        const char *name;
        const struct mien_stage_time *time;
    } rows[] = {
        {"decode", &timing->parts[TIMING_DECODE]}, {"detect", &timing->recogniser.detect},
        {"crop", &timing->recogniser.crop},        {"classify", &timing->recogniser.classify},
        {"data", &timing->parts[TIMING_DATA]},     {"draw", &timing->parts[TIMING_DRAW]},
        {"encode", &timing->parts[TIMING_ENCODE]},
    };
    double sum = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_row(rows[i].name, (double)rows[i].time->wall_ns, (double)rows[i].time->cpu_ns,
                  frames);
        sum += (double)rows[i].time->cpu_ns;
    }
    return sum;
}

/* libav and its encoders work on threads of their own, which no part sees. */
void timing_print(const struct timing *timing, int64_t frames, double elapsed, int64_t process_ns)
{
    double count = frames > 0 ? (double)frames : 1;
    double all = (double)(timing_process_ns() - process_ns);
    fprintf(stderr, "ms a frame     clock       CPU\n");
    double others = all - print_parts(timing, count);
    fprintf(stderr, "%-10s  %8s  %8.3f\n", "others", "", others / 1e6 / count);
    print_row("all", elapsed * 1e9, all, count);
}
