#include "signals.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stop, hangup;
static bool in_terminal; /* whose end is the program's end: nohup says otherwise */

/* Arms itself when the signal comes, since the program may be held up then. */
static struct {
    bool set;
    timer_t timer;
    struct itimerspec after;
} deadline;

static void note_stop(int number)
{
    stop = number;
    if (deadline.set)
        timer_settime(deadline.timer, 0, &deadline.after, NULL);
}

static void leave(int number)
{
    static const char words[] = "mien: something does not end; left as it is\n";
    (void)number;
    ssize_t ignored = write(STDERR_FILENO, words, sizeof words - 1);
    (void)ignored;
    _exit(0);
}

static void note_hangup(int number)
{
    hangup = number;
}

static bool has_terminal(void)
{
    int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

void signals_leave_to_writes(void)
{
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignored, NULL);
    sigaction(SIGXFSZ, &ignored, NULL);
}

void signals_catch(void)
{
    struct sigaction before;
    struct sigaction stopping = {.sa_handler = note_stop, .sa_flags = (int)SA_RESETHAND};
    struct sigaction hanging_up = {.sa_handler = note_hangup, .sa_flags = SA_RESTART};
    stop = hangup = 0;
    sigaction(SIGINT, &stopping, NULL);
    sigaction(SIGTERM, &stopping, NULL);
    sigaction(SIGHUP, &hanging_up, &before);
    in_terminal = before.sa_handler != SIG_IGN && has_terminal();
    signals_leave_to_writes();
}

void signals_end_within(int milliseconds)
{
    struct sigaction leaving = {.sa_handler = leave};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    deadline.after.it_value.tv_sec = milliseconds / 1000;
    deadline.after.it_value.tv_nsec = milliseconds % 1000 * 1000000L;
    sigaction(SIGALRM, &leaving, NULL);
    deadline.set = !timer_create(CLOCK_MONOTONIC, &event, &deadline.timer);
}

int signals_stop(void)
{
    if (!stop && hangup && in_terminal && !has_terminal())
        return SIGHUP;
    return stop;
}

bool signals_hangup(void)
{
    bool was = hangup && !signals_stop(); /* a terminal that has closed is signals_stop's */
    if (was)
        hangup = 0;
    return was;
}
