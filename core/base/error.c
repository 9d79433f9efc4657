#include "mien/error.h"

#include <stdarg.h>
#include <stdio.h>

/* Names and keys of files may have line breaks, and characters that terminals obey. */
static void keep_one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

int mien_error_set(struct mien_error *error, int code, const char *format, ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        keep_one_line(error->text);
    }
    return -code;
}
