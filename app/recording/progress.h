/* How far a recording is: a bar on a terminal, a line every few seconds elsewhere. */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool silent, terminal;
    double duration;    /* seconds of the recording; 0: unknown */
    int64_t started_ns; /* CLOCK_MONOTONIC */
    int64_t shown_ns;
};

/* `silent` shows nothing at all. */
void progress_start(struct progress *progress, double duration, bool silent);

/* `time`: how far the recording is, in seconds. Cheap enough for every frame. */
void progress_show(struct progress *progress, double time);

/* Removes the bar. Returns the seconds since the start. */
double progress_end(struct progress *progress);

/* One line without bar: "42 %, 00:12 of 00:28, 3.4 × real time, 5 s left". */
void progress_text(char *text, int size, double time, double duration, double elapsed);

#endif
