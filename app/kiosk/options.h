/* The command line of `mien kiosk`. */
#ifndef APP_KIOSK_OPTIONS_H
#define APP_KIOSK_OPTIONS_H

#include <stdbool.h>

struct kiosk_options {
    const char *config, *video, *model; /* NULL: not named */
    bool status;                        /* the running kiosk is asked; none is started */
};

/* Fills in a zeroed struct, whose texts are argv's own. Tells of mistakes and ends the program
 * (argp's way). Returns 0 or an errno value. */
int kiosk_options_parse(struct kiosk_options *options, int argc, char **argv);

#endif
