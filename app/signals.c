#include "signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t stop, hangup;

static void note_stop(int number)
{
    stop = number;
}

static void note_hangup(int number)
{
    hangup = number;
}

void signals_catch(void)
{
    struct sigaction stopping = {.sa_handler = note_stop, .sa_flags = (int)SA_RESETHAND};
    struct sigaction hanging_up = {.sa_handler = note_hangup, .sa_flags = SA_RESTART};
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    stop = hangup = 0;
    sigaction(SIGINT, &stopping, NULL);
    sigaction(SIGTERM, &stopping, NULL);
    sigaction(SIGHUP, &hanging_up, NULL);
    sigaction(SIGPIPE, &ignored, NULL);
}

bool signals_stop(void)
{
    return stop;
}

bool signals_hangup(void)
{
    bool was = hangup;
    hangup = 0;
    return was;
}
