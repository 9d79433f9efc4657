/* The signals of a program that runs until it is told to stop. */
#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

#include <stdbool.h>

/* From now on SIGINT and SIGTERM ask to stop, a second one ends the program at once; SIGHUP asks to
 * read the configuration again, or to stop when it says that the program's terminal was closed; a
 * closed pipe is an error of the write to it. */
void signals_catch(void);

int signals_stop(void);    /* the signal that asks to stop; 0: none */
bool signals_hangup(void); /* a SIGHUP came since the last call */

#endif
