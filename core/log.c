#include "mien/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static _Atomic enum mien_log_level shown_level = MIEN_LOG_INFO;

void mien_log_set_level(enum mien_log_level level)
{
    atomic_store(&shown_level, level);
}

void mien_log(enum mien_log_level level, const char *format, ...)
{
    if (level > atomic_load(&shown_level))
        return;
    static const char *const kinds[] = {"error: ", "warning: ", "", "debug: "};
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "mien: %s%s\n", kinds[level], text);
}
