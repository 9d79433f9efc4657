/* For messages: the known name closest to a mistyped one. */
#ifndef CONFIG_NEAREST_H
#define CONFIG_NEAREST_H

#include "mien/command_line.h"

const char *nearest_group(const char *name);
const char *nearest_setting(const char *group, const char *name); /* among the group's settings */

/* Without dashes; valid until the next call in this thread. */
const char *nearest_flag(enum mien_command command, const char *name);

/* A variable of the environment; likewise. */
const char *nearest_variable(const char *name);

#endif
