/* What --precision and --cpu may name, told before any work. */
#ifndef APP_NETWORK_OPTIONS_H
#define APP_NETWORK_OPTIONS_H

#include <argp.h>

/* A name that is none of mien_precision's, nor auto, is a usage error, which ends the program. */
void check_precision(const char *name, struct argp_state *state);

/* The same for a kernel level that this build does not have. */
void check_level(const char *name, struct argp_state *state);

#endif
