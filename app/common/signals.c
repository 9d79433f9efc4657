#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define SAME_NS 500000000 /* so soon after another one it says nothing new */

static struct signals_options options;
static volatile sig_atomic_t stop, hangup;
static int64_t stopped_ns;
static bool in_terminal; /* whose end is the program's end: nohup says otherwise */

/* Arms itself when the signal comes, since the program may be held up then. */
static struct {
    bool set;
    timer_t timer;
    struct itimerspec after;
} deadline;

static void note_stop(int number)
{
    int before = errno;
    if (stop && !options.all && clock_ns() - stopped_ns > SAME_NS) {
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    if (!stop)
        stopped_ns = clock_ns();
    stop = number;
    if (deadline.set)
        timer_settime(deadline.timer, 0, &deadline.after, NULL);
    if (options.stop)
        options.stop(options.user);
    errno = before;
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

static void catch_hangup(void)
{
    struct sigaction before, hanging_up = {.sa_handler = note_hangup, .sa_flags = SA_RESTART};
    sigaction(SIGHUP, &hanging_up, &before);
    in_terminal = before.sa_handler != SIG_IGN && has_terminal();
}

static void handle_stop(void (*handler)(int number))
{
    struct sigaction stopping = {.sa_handler = handler};
    sigaddset(&stopping.sa_mask, SIGINT); /* one after the other */
    sigaddset(&stopping.sa_mask, SIGTERM);
    sigaction(SIGINT, &stopping, NULL);
    sigaction(SIGTERM, &stopping, NULL);
}

void signals_catch(const struct signals_options *wanted)
{
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    options = *wanted;
    stop = hangup = 0;
    handle_stop(note_stop);
    if (options.hangup)
        catch_hangup();
    sigaction(SIGPIPE, &ignored, NULL);
    sigaction(SIGXFSZ, &ignored, NULL);
}

void signals_release(void)
{
    handle_stop(SIG_DFL);
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
