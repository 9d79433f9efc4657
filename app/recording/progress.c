#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "mien/log.h"

enum { BAR_CELLS = 24 };

static const int64_t TERMINAL_NS = 200000000, LINES_NS = 5000000000;

void progress_start(struct progress *progress, bool silent)
{
    int64_t now = clock_ns();
    *progress = (struct progress){silent, isatty(STDERR_FILENO) == 1, false, now, now};
}

bool progress_due(const struct progress *progress)
{
    int64_t wait = progress->terminal ? TERMINAL_NS : LINES_NS;
    return !progress->silent && clock_ns() - progress->shown_ns >= wait;
}

static void show_bar(double share, const char *text)
{
    char bar[BAR_CELLS * 4 + 1] = "";
    for (int i = 0; i < BAR_CELLS; i++)
        strcat(bar, i < (int)(share * BAR_CELLS + 0.5) ? "█" : "░");
    fprintf(stderr, "\r\033[K%s %s\r", bar, text);
}

void progress_show(struct progress *progress, double share, const char *text)
{
    progress->shown_ns = clock_ns();
    progress->shown = progress->terminal;
    if (progress->terminal && share >= 0)
        show_bar(share, text);
    else if (progress->terminal)
        fprintf(stderr, "\r\033[K%s\r", text);
    else
        mien_log(MIEN_LOG_INFO, "%s", text);
}

void progress_hide(struct progress *progress)
{
    if (!progress->shown)
        return;
    fputs("\r\033[K", stderr);
    progress->shown = false;
    progress->shown_ns -= TERMINAL_NS;
}

double progress_end(struct progress *progress)
{
    progress_hide(progress);
    return progress_seconds(progress);
}

double progress_seconds(const struct progress *progress)
{
    return (double)(clock_ns() - progress->started_ns) / 1e9;
}

/* ---- words ---- */

void progress_clock(char *text, size_t size, double seconds)
{
    long long s = seconds > 0 && seconds < 1e9 ? (long long)seconds : 0;
    if (s < 3600)
        snprintf(text, size, "%02lld:%02lld", s / 60, s % 60);
    else
        snprintf(text, size, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
}

static double share_of(double done, double whole)
{
    double share = done / whole;
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

double progress_of_video(char *text, size_t size, double time, double duration, double elapsed)
{
    char at[32], of[32], left[32];
    double speed = elapsed > 0 ? time / elapsed : 0;
    progress_clock(at, sizeof at, time);
    if (duration <= 0) {
        snprintf(text, size, "%s done, %.1f × real time", at, speed);
        return -1;
    }
    progress_clock(of, sizeof of, duration);
    progress_clock(left, sizeof left, speed > 0 ? (duration - time) / speed : 0);
    snprintf(text, size, "%3.0f %%, %s of %s, %.1f × real time, %s left",
             100 * share_of(time, duration), at, of, speed, left);
    return share_of(time, duration);
}

double progress_of_pictures(char *text, size_t size, int done, int count, double elapsed)
{
    char left[32];
    double speed = elapsed > 0 ? done / elapsed : 0;
    progress_clock(left, sizeof left, speed > 0 ? (count - done) / speed : 0);
    snprintf(text, size, "%3.0f %%, %d of %d pictures, %.1f a second, %s left",
             100 * share_of(done, count), done, count, speed, left);
    return share_of(done, count);
}
