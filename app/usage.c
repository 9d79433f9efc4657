#include "usage.h"

#include <stdarg.h>
#include <stdio.h>

#include "commands.h"

int usage_error(const struct mien_command_line *line, const char *format, ...)
{
    struct mien_error error; /* without control characters */
    char text[sizeof error.text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    mien_error_set(&error, 0, "%s", text);
    const char *name = mien_command_name(line->command);
    fprintf(stderr, "mien %s: %s\n`mien %s --help` lists the options.\n", name, error.text, name);
    return EXIT_USAGE;
}
