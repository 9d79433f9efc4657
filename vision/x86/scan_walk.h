/* The walk along a row in groups of neighbouring windows, the same for every width of vector. */
#ifndef VISION_SCAN_WALK_H
#define VISION_SCAN_WALK_H

#include "scan_kernels.h"

/* What a vector unit does for the group of `lanes` windows that begins at `window`; bit i of a
 * result stands for window + i. */
struct scan_lanes {
    int lanes; /* at most 16 */
    /* Writes the factors of scan_norm and returns which windows are candidates. */
    unsigned (*norms)(const struct scan_row *row, int window, float *norms);
    /* Returns which windows pass the stage. */
    unsigned (*stage)(const struct scan_row *row, const struct cascade_stage *stage, int window,
                      const float *norms);
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

static inline __attribute__((always_inline)) int
scan_walk(const struct scan_row *row, const struct scan_lanes *with, int *found)
{
    float norms[16];
    unsigned carry = 0;
    int count = 0;
    for (int window = 0; window < row->count; window += with->lanes) {
        int left = row->count - window;
        unsigned inside = left < with->lanes ? (1u << left) - 1 : (1u << with->lanes) - 1;
        unsigned candidates = with->norms(row, window, norms) & inside;
        if (!candidates && !carry)
            continue;
        unsigned passed = with->stage(row, row->stages, window, norms);
        unsigned alive =
            candidates & passed & ~scan_skipped(candidates & ~passed, with->lanes, &carry);
        for (int stage = 1; alive && stage < row->stage_count; stage++)
            alive &= with->stage(row, row->stages + stage, window, norms);
        for (; alive; alive &= alive - 1)
            found[count++] = window + __builtin_ctz(alive);
    }
    return count;
}

#endif
