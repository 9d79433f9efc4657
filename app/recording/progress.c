#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mien/log.h"

enum { BAR_CELLS = 24 };

static const int64_t TERMINAL_NS = 200000000, LINES_NS = 5000000000;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void progress_start(struct progress *progress, double duration, bool silent)
{
    int64_t now = now_ns();
    *progress = (struct progress){silent, isatty(STDERR_FILENO) == 1, duration, now, now};
}

static double share_of(double time, double duration)
{
    double share = duration > 0 ? time / duration : 0;
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

static void clock_text(char *text, size_t size, double seconds)
{
    long long s = seconds > 0 && seconds < 1e9 ? (long long)seconds : 0;
    if (s < 3600)
        snprintf(text, size, "%02lld:%02lld", s / 60, s % 60);
    else
        snprintf(text, size, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
}

void progress_text(char *text, int size, double time, double duration, double elapsed)
{
    char at[32], of[32], left[32];
    double speed = elapsed > 0 ? time / elapsed : 0;
    clock_text(at, sizeof at, time);
    clock_text(of, sizeof of, duration);
    clock_text(left, sizeof left, speed > 0 ? (duration - time) / speed : 0);
    if (duration > 0)
        snprintf(text, (size_t)size, "%3.0f %%, %s of %s, %.1f × real time, %s left",
                 100 * share_of(time, duration), at, of, speed, left);
    else
        snprintf(text, (size_t)size, "%s done, %.1f × real time", at, speed);
}

static void show_bar(double share, const char *text)
{
    char bar[BAR_CELLS * 4 + 1] = "";
    for (int i = 0; i < BAR_CELLS; i++)
        strcat(bar, i < (int)(share * BAR_CELLS + 0.5) ? "█" : "░");
    fprintf(stderr, "\r\033[K%s %s\r", bar, text);
}

void progress_show(struct progress *progress, double time)
{
    int64_t now = now_ns();
    if (progress->silent ||
        now - progress->shown_ns < (progress->terminal ? TERMINAL_NS : LINES_NS))
        return;
    progress->shown_ns = now;
    char text[160];
    progress_text(text, sizeof text, time, progress->duration,
                  (double)(now - progress->started_ns) / 1e9);
    if (progress->terminal && progress->duration > 0)
        show_bar(share_of(time, progress->duration), text);
    else if (progress->terminal)
        fprintf(stderr, "\r\033[K%s\r", text);
    else
        mien_log(MIEN_LOG_INFO, "%s", text);
}

double progress_end(struct progress *progress)
{
    if (progress->terminal && !progress->silent)
        fputs("\r\033[K", stderr);
    return (double)(now_ns() - progress->started_ns) / 1e9;
}
