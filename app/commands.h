/* The commands of the program; each returns an exit code. */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include "mien/command_line.h"

/* Exit codes, documented in mien(1). */
enum exit_code {
    EXIT_FINE = 0,
    EXIT_USAGE = 1,      /* wrong arguments or configuration */
    EXIT_UNREADABLE = 2, /* an input (video, picture, model, data set) cannot be used */
    EXIT_LOSSES = 3,     /* finished, but something was lost; or an output cannot be written */
    EXIT_NO_DEVICE = 4,  /* no camera, or no display */
};

int command_annotate(const struct mien_command_line *line);
int command_bench(const struct mien_command_line *line);
int command_config(const struct mien_command_line *line);
int command_devices(const struct mien_command_line *line);
int command_evaluate(const struct mien_command_line *line);
int command_image(const struct mien_command_line *line);
int command_kiosk(const struct mien_command_line *line);
int command_live(const struct mien_command_line *line);

#endif
