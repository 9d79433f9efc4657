#include "signals.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t stop, hangup;
static bool in_terminal; /* whose end is the program's end: nohup says otherwise */

static void note_stop(int number)
{
    stop = number;
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
