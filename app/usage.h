/* Wrong command lines, told in one way. */
#ifndef APP_USAGE_H
#define APP_USAGE_H

#include "mien/command_line.h"

/* "mien live: MESSAGE", and where help is. Returns EXIT_USAGE. */
int usage_error(const struct mien_command_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
