#include "options.h"

#include <argp.h>

enum { KEY_MODEL = 256, KEY_VIDEO, KEY_STATUS };

static const struct argp_option option_list[] = {
    {"config", 'c', "FILE", 0, "settings, instead of the user's and the system's files", 0},
    {"status", KEY_STATUS, NULL, 0, "print how the running kiosk is, as JSON", 0},
    {"model", KEY_MODEL, "FILE", 0, "network to use", 0},
    {"video", KEY_VIDEO, "FILE", 0, "play a recording or picture in the camera's place", 0},
    {0}};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct kiosk_options *options = state->input;
    switch (key) {
    case 'c':
        options->config = argument;
        return 0;
    case KEY_STATUS:
        options->status = true;
        return 0;
    case KEY_MODEL:
        options->model = argument;
        return 0;
    case KEY_VIDEO:
        options->video = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp kiosk_argp = {
    .options = option_list,
    .parser = parse,
    .doc = "Shows what the faces before a camera express, on a whole screen in public: keys are "
           "locked, pictures are not kept, and a camera that is missing is waited for.\v"
           "Ends on the keys of kiosk.exit_keys, SIGINT or SIGTERM. Exit codes: 0 fine, 1 wrong "
           "arguments or settings, 2 the model or video cannot be used, 3 the pictures ended, 4 no "
           "display; with --status: 4 no kiosk answers.",
};

int kiosk_options_parse(struct kiosk_options *options, int argc, char **argv)
{
    return argp_parse(&kiosk_argp, argc, argv, 0, NULL, options);
}
