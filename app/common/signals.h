/* The signals of a program that runs until it is told to stop: all that handles signals is here. */
#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

#include <stdbool.h>

struct signals_options {
    bool hangup; /* SIGHUP asks to read the configuration again, or to stop when it says that the
                    program's terminal was closed; without this it ends the program */
    bool all;    /* also a second signal is only noted */
    void (*stop)(void *user); /* called within the handler of SIGINT and SIGTERM, where only what
                                 signal-safety(7) lists may be called; NULL: nothing to do */
    void *user;
};

/* From now on SIGINT and SIGTERM ask to stop. A second one ends the program at once; but not within
 * half a second, as a terminal or a scheduler tells all processes and a parent passes it on. A
 * closed pipe and a file grown too large are errors of the write, which have words. Main thread. */
void signals_catch(const struct signals_options *options);

/* SIGINT and SIGTERM end the program again. */
void signals_release(void);

/* From now on the program ends within that time of SIGINT or SIGTERM, with exit code 0: if it has
 * not by then, it is left as it is. */
void signals_end_within(int milliseconds);

int signals_stop(void);    /* the newest signal that asks to stop; 0: none */
bool signals_hangup(void); /* a SIGHUP came since the last call */

#endif
