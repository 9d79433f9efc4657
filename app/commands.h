/* The commands of the program; each parses its own arguments (argp) and returns an exit code. */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

/* Exit codes, documented in mien(1). */
enum exit_code {
    EXIT_FINE = 0,
    EXIT_USAGE = 1,      /* wrong arguments or configuration */
    EXIT_UNREADABLE = 2, /* an input (video, picture, model, data set) cannot be used */
    EXIT_LOSSES = 3,     /* finished, but something was lost; or an output cannot be written */
    EXIT_NO_DEVICE = 4,  /* no camera, or no display */
};

int command_kiosk(int argc, char **argv);
int command_live(int argc, char **argv);
int command_annotate(int argc, char **argv);
int command_image(int argc, char **argv);
int command_evaluate(int argc, char **argv);
int command_config(int argc, char **argv);
int command_devices(int argc, char **argv);
int command_bench(int argc, char **argv);

#endif
