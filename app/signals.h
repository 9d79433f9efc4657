/* The signals of a program that runs until it is told to stop. */
#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

#include <stdbool.h>

/* From now on SIGINT and SIGTERM ask to stop, a second one ends the program at once; SIGHUP asks to
 * read the configuration again, or to stop when it says that the program's terminal was closed; and
 * signals_leave_to_writes. */
void signals_catch(void);

/* A closed pipe and a file grown too large are errors of the write, which have words. */
void signals_leave_to_writes(void);

/* From now on the program ends within that time of SIGINT or SIGTERM, with exit code 0: if it has
 * not by then, it is left as it is. */
void signals_end_within(int milliseconds);

int signals_stop(void);    /* the signal that asks to stop; 0: none */
bool signals_hangup(void); /* a SIGHUP came since the last call */

#endif
