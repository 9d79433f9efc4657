/* What the program ends with. */
#ifndef APP_EXIT_CODE_H
#define APP_EXIT_CODE_H

/* Exit codes, documented in mien(1). */
enum exit_code {
    EXIT_FINE = 0,
    EXIT_USAGE = 1,      /* wrong arguments or configuration */
    EXIT_UNREADABLE = 2, /* an input (video, picture, model, data set) cannot be used */
    EXIT_LOSSES = 3,     /* finished, but something was lost; or an output cannot be written */
    EXIT_NO_DEVICE = 4,  /* no camera, or no display */
};

#endif
