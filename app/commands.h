/* The commands of the program; each returns an exit code. */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include "common/exit_code.h"
#include "mien/command_line.h"

int command_annotate(const struct mien_command_line *line);
int command_bench(const struct mien_command_line *line);
int command_config(const struct mien_command_line *line);
int command_devices(const struct mien_command_line *line);
int command_evaluate(const struct mien_command_line *line);
int command_image(const struct mien_command_line *line);
int command_kiosk(const struct mien_command_line *line);
int command_live(const struct mien_command_line *line);

#endif
