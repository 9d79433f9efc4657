/* Where the time of a recording goes: `mien annotate --timing`. */
#ifndef APP_TIMING_H
#define APP_TIMING_H

#include <stdint.h>

#include "mien/recogniser.h"

enum timing_part {
    TIMING_DECODE, /* and convert */
    TIMING_DATA,
    TIMING_DRAW,
    TIMING_ENCODE, /* convert and encode */
    TIMING_PARTS
};

/* A zeroed one is empty. Each part belongs to one thread. */
struct timing {
    struct mien_recogniser_times recogniser;
    struct mien_stage_time parts[TIMING_PARTS]; /* sums */
};

/* Both do nothing when `timing` is NULL. */
struct mien_stage_time timing_begin(const struct timing *timing);
void timing_end(struct timing *timing, enum timing_part part, struct mien_stage_time begin);

/* A table on stderr: milliseconds a frame, on the clock and on the CPU. `process_ns`: CPU time of
 * the process before the work began. */
void timing_print(const struct timing *timing, int64_t frames, double elapsed, int64_t process_ns);

/* CPU time of all threads of the process. */
int64_t timing_process_ns(void);

#endif
