/* The command line of `mien live`. */
#ifndef APP_LIVE_OPTIONS_H
#define APP_LIVE_OPTIONS_H

#include <stdbool.h>

#include "camera/camera.h"

struct live_options {
    struct mien_camera_options camera;
    const char *video, *model, *precision, *jsonl, *record, *config; /* NULL: not named */
    bool headless, mirror, no_mirror, no_bars, blur, fullscreen, overwrite;
    double seconds; /* 0: without end */
};

/* Fills in a zeroed struct, whose texts are argv's own. Tells of mistakes and ends the program
 * (argp's way). Returns 0 or an errno value. */
int live_options_parse(struct live_options *options, int argc, char **argv);

#endif
