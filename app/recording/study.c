#include "study.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/write.h"

int study_open(struct study *study, struct mien_error *error)
{
    int result = 0;
    for (int i = 0; i < STUDY_TABLES && !result; i++)
        if (study->paths[i])
            result = atomic_files_open(&study->files, &study->tables[i], study->paths[i], error);
    if (result)
        atomic_files_discard(&study->files);
    return result;
}

/* In memory: the sandbox has no folder for temporary files. */
static FILE *open_part(void)
{
    int fd = memfd_create("mien-rows", MFD_CLOEXEC);
    FILE *part = fd < 0 ? NULL : fdopen(fd, "w+");
    if (fd >= 0 && !part)
        close(fd);
    return part;
}

int study_start(const struct study *study, FILE *parts[STUDY_TABLES], struct mien_error *error)
{
    for (int i = 0; i < STUDY_TABLES; i++)
        if (study->tables[i] && !(parts[i] = open_part()))
            return mien_error_set(error, errno, "no temporary file for the rows of a table: %s",
                                  strerror(errno));
    return 0;
}

/* ---- names in front of each row ---- */

/* The name of the file, without folders and ending. */
static void name_recording(const char *path, char *name, size_t size)
{
    const char *slash = strrchr(path, '/');
    snprintf(name, size, "%s", slash ? slash + 1 : path);
    char *dot = strrchr(name, '.');
    if (dot && dot != name)
        *dot = '\0';
}

static void write_names(FILE *to, const char *recording)
{
    char name[1024];
    name_recording(recording, name, sizeof name);
    write_csv_cell(to, name);
    putc(',', to);
    name[strcspn(name, "_")] = '\0'; /* the participant */
    write_csv_cell(to, name);
    putc(',', to);
}

/* Copies a row with its line end, which may also stand within quotes, to `to` (NULL: nowhere). */
static void copy_row(FILE *to, FILE *from)
{
    bool quoted = false;
    for (int c = getc(from); c != EOF; c = getc(from)) {
        quoted ^= c == '"';
        if (to)
            putc(c, to);
        if (c == '\n' && !quoted)
            return;
    }
}

static bool has_more(FILE *file)
{
    int c = getc(file);
    return c != EOF && ungetc(c, file) != EOF;
}

static void copy_rows(FILE *to, FILE *from, const char *recording, bool *headed)
{
    rewind(from);
    if (!has_more(from))
        return;
    if (!*headed)
        fputs("recording,participant,", to);
    copy_row(*headed ? NULL : to, from);
    *headed = true;
    while (has_more(from)) {
        write_names(to, recording);
        copy_row(to, from);
    }
}

void study_add(struct study *study, const char *recording, FILE *parts[STUDY_TABLES])
{
    for (int i = 0; i < STUDY_TABLES; i++) {
        if (!parts[i])
            continue;
        FILE *to = atomic_file_stream(study->tables[i]);
        copy_rows(to, parts[i], recording, &study->headed[i]);
        fflush(to);
        fclose(parts[i]);
        parts[i] = NULL;
    }
}

int study_close(struct study *study, bool complete, struct mien_error *error)
{
    int result = 0;
    for (int i = 0; i < STUDY_TABLES && !result; i++) {
        FILE *table = study->tables[i] ? atomic_file_stream(study->tables[i]) : NULL;
        if (table && (fflush(table) || ferror(table)))
            result = mien_error_set(error, errno ? errno : EIO, "%s: cannot be written",
                                    study->paths[i]);
    }
    if (!result && complete)
        result = atomic_files_commit(&study->files, error);
    atomic_files_keep(&study->files);
    return result;
}
