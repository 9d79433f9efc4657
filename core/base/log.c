#include "mien/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static _Atomic enum mien_log_level shown_level = MIEN_LOG_INFO;
static bool in_journal;

void mien_log_set_level(enum mien_log_level level)
{
    atomic_store(&shown_level, level);
}

/* systemd names in $JOURNAL_STREAM the device and inode of what it connected to the journal. */
static void find_journal(void)
{
    const char *named = getenv("JOURNAL_STREAM");
    struct stat about;
    char stream[64];
    if (!named || fstat(STDERR_FILENO, &about))
        return;
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)about.st_dev, (uintmax_t)about.st_ino);
    in_journal = !strcmp(named, stream);
}

void mien_log(enum mien_log_level level, const char *format, ...)
{
    if (level > atomic_load(&shown_level))
        return;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const char *const kinds[] = {"error: ", "warning: ", "", "debug: "};
    static const char *const priorities[] = {"<3>", "<4>", "<6>", "<7>"}; /* sd-daemon(3) */
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pthread_once(&once, find_journal);
    if (in_journal)
        fprintf(stderr, "%s%s\n", priorities[level], text);
    else
        fprintf(stderr, "mien: %s%s\n", kinds[level], text);
}
