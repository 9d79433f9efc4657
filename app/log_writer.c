#include "log_writer.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mien/log.h"

/* systemd names in $JOURNAL_STREAM the device and inode of what it connected to the journal. */
static bool is_journal(void)
{
    const char *named = getenv("JOURNAL_STREAM");
    struct stat about;
    char stream[64];
    if (!named || fstat(STDERR_FILENO, &about))
        return false;
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)about.st_dev, (uintmax_t)about.st_ino);
    return !strcmp(named, stream);
}

static void write_to_terminal(void *data, enum mien_log_level level, const char *text)
{
    static const char *const kinds[] = {"error: ", "warning: ", "", "debug: "};
    (void)data;
    fprintf(stderr, "mien: %s%s\n", kinds[level], text);
}

static void write_to_journal(void *data, enum mien_log_level level, const char *text)
{
    static const char *const priorities[] = {"<3>", "<4>", "<6>", "<7>"}; /* sd-daemon(3) */
    (void)data;
    fprintf(stderr, "%s%s\n", priorities[level], text);
}

void log_writer_install(void)
{
    mien_log_set_callback(is_journal() ? write_to_journal : write_to_terminal, NULL);
}
