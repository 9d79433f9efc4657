/* How many CPUs there are to work on. */
#ifndef APP_CPUS_H
#define APP_CPUS_H

/* Those that this process may use, at least 1 and at most `most`. */
int cpus_usable(int most);

#endif
