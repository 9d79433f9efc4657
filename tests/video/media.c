#include "media.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner.h"

static char folder[] = "/tmp/mien-test-XXXXXX";
static pid_t owner;

static void remove_folder(void)
{
    char command[100];
    if (getpid() != owner || chdir("/") < 0)
        return;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command))
        fprintf(stderr, "%s stays behind\n", folder);
}

void media_enter_folder(void)
{
    owner = getpid();
    if (!mkdtemp(folder) || chdir(folder) < 0) {
        perror(folder);
        _exit(99);
    }
    atexit(remove_folder);
}

static void read_back(const char *path, char *text, size_t capacity)
{
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(text, 1, capacity - 1, file) : 0;
    text[size] = '\0';
    if (file)
        fclose(file);
}

void media_shell(struct run *run, const char *format, ...)
{
    char line[4096], command[4200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    snprintf(command, sizeof command, "{ %s\n} >.out 2>.err", line);
    int status = system(command);
    run->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    read_back(".out", run->out, sizeof run->out);
    read_back(".err", run->err, sizeof run->err);
}

bool media_make(const char *arguments)
{
    struct run run;
    media_shell(&run, "ffmpeg -nostdin -v error -y %s", arguments);
    if (run.code == 127)
        skip_test("the ffmpeg program is not installed");
    else if (strstr(run.err, "Unknown encoder"))
        skip_test("this ffmpeg lacks the encoder");
    else if (run.code) {
        tell(arguments);
        tell(run.err);
    }
    CU_ASSERT(run.code == 0 || run.code == 127 || strstr(run.err, "Unknown encoder"));
    return run.code == 0;
}

void media_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fwrite(data, 1, size, file), size);
    fclose(file);
}
