#include "mien/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>

#include "utf8.h"

static _Atomic enum mien_log_level shown_level = MIEN_LOG_INFO;
static mien_log_function *callback;
static void *callback_data;

void mien_log_set_callback(mien_log_function *function, void *data)
{
    callback = function;
    callback_data = data;
}

void mien_log_set_level(enum mien_log_level level)
{
    atomic_store(&shown_level, level);
}

void mien_log(enum mien_log_level level, const char *format, ...)
{
    char text[1024];
    if (!callback || level > atomic_load(&shown_level))
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    mien_utf8_make_plain(text);
    callback(callback_data, level, text);
}
