/* The walk along a row in groups of neighbouring windows, the same for every width of vector. */
#ifndef VISION_SCAN_WALK_H
#define VISION_SCAN_WALK_H

#include "scan_kernels.h"

enum { SCAN_LANES_MAX = 16 };

/* Returns which of the windows from `window` on pass the stage; bit i stands for window + i. */
typedef unsigned scan_stage_function(const struct scan_row *row, int stage, int window,
                                     const float *norms);

/* What a vector unit does for groups of neighbouring windows. */
struct scan_lanes {
    int lanes; /* at most SCAN_LANES_MAX */
    /* Writes the factors of scan_norm and returns which windows are candidates. */
    unsigned (*norms)(const struct scan_row *row, int window, float *norms);
    scan_stage_function *stage;
    /* The same for half as many windows: those left are often neighbours. */
    scan_stage_function *half_stage;
};

/* Behind a window that fails the first stage one is skipped, unless it was skipped itself: in a
 * run of failures every other one skips the next. `carry` tells whether the first window of this
 * group is skipped, and is set for the next group. Adding a run's first bit to it clears the run,
 * which tells the runs that begin at even windows from the others. */
static inline unsigned scan_skipped(unsigned failed, int lanes, unsigned *carry)
{
    const unsigned even = 0x5555;
    failed &= ~*carry;
    unsigned starts = failed & ~(failed << 1);
    unsigned even_runs = failed & ~(failed + (starts & even));
    unsigned skipping = (even_runs & even) | (failed & ~even_runs & ~even);
    unsigned skipped = skipping << 1 | *carry;
    *carry = skipped >> lanes & 1;
    return skipped;
}

/* Takes the windows that passed the first stage through the others; returns those that pass. */
static inline __attribute__((always_inline)) unsigned
scan_later_stages(const struct scan_row *row, const struct scan_lanes *with, int window,
                  const float *norms, unsigned alive)
{
    for (int stage = 1; alive && stage < row->stage_count; stage++) {
        int first = __builtin_ctz(alive);
        if (alive >> first >> with->lanes / 2)
            alive &= with->stage(row, stage, window, norms);
        else
            alive &= with->half_stage(row, stage, window + first, norms + first) << first;
    }
    return alive;
}

static inline __attribute__((always_inline)) int
scan_walk(const struct scan_row *row, const struct scan_lanes *with, int *found)
{
    float norms[SCAN_LANES_MAX * 3 / 2] = {0};
    unsigned carry = 0;
    int count = 0;
    for (int window = 0; window < row->count; window += with->lanes) {
        int left = row->count - window;
        unsigned inside = left < with->lanes ? (1u << left) - 1 : (1u << with->lanes) - 1;
        unsigned candidates = with->norms(row, window, norms) & inside;
        if (!candidates && !carry)
            continue;
        unsigned passed = with->stage(row, 0, window, norms);
        unsigned alive =
            candidates & passed & ~scan_skipped(candidates & ~passed, with->lanes, &carry);
        alive = scan_later_stages(row, with, window, norms, alive);
        for (; alive; alive &= alive - 1)
            found[count++] = window + __builtin_ctz(alive);
    }
    return count;
}

#endif
