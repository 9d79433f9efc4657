/* How far a work is: a bar on a terminal, a line every few seconds elsewhere. */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    bool silent, terminal;
    bool shown;         /* the bar is there */
    int64_t started_ns; /* CLOCK_MONOTONIC */
    int64_t shown_ns;
};

/* `silent` shows nothing at all. */
void progress_start(struct progress *progress, bool silent);

/* Whether it is time to show how far it is. Cheap enough for every frame. */
bool progress_due(const struct progress *progress);

/* `share`, 0 to 1, for the bar; less than 0: unknown, there is only the text. */
void progress_show(struct progress *progress, double share, const char *text);

/* Takes the bar away, for other words on the terminal; it is due again at once. */
void progress_hide(struct progress *progress);

/* Takes the bar away. Returns the seconds since the start, as the next does. */
double progress_end(struct progress *progress);
double progress_seconds(const struct progress *progress);

/* ---- words ---- */

/* "02:05" or "1:02:05". */
void progress_clock(char *text, size_t size, double seconds);

/* Of a recording of `duration` seconds (0: unknown), of which `time` is done:
 * "42 %, 00:12 of 00:28, 3.4 × real time, 00:05 left". Returns the share for the bar. */
double progress_of_video(char *text, size_t size, double time, double duration, double elapsed);

/* "42 %, 21 of 50 pictures, 8.5 a second, 00:03 left" */
double progress_of_pictures(char *text, size_t size, int done, int count, double elapsed);

#endif
