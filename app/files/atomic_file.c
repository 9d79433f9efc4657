#include "atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mien/log.h"
#include "outputs.h"

enum state { WRITTEN, EXCHANGED, NAMED, REPLACED };

struct atomic_file {
    char *given;  /* as the caller spells it */
    char *path;   /* without links */
    char *part;   /* NULL: in place */
    char *next;   /* of a new version that is being written */
    FILE *stream; /* owns fd */
    int fd, folder;
    bool existed;  /* something of the name, maybe a link to nothing */
    bool replaces; /* a file, which is this: */
    struct stat old;
    enum state state;
};

enum { RANDOM_LENGTH = 10, TRIES = 16 };

static int fail(const char *path, int code, struct mien_error *error)
{
    return mien_error_set(error, code, "%s: %s", path, strerror(code));
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- a fresh file ---- */

/* Names have at most 255 bytes; what is too long for an ending is cut between characters. */
static size_t name_length(const char *name)
{
    const size_t most = 255 - (RANDOM_LENGTH + sizeof "..part" - 1);
    size_t length = strlen(name);
    if (length > most)
        for (length = most; ((unsigned char)name[length] & 0xc0) == 0x80; length--)
            continue;
    return length;
}

/* NULL: errno. The caller frees it. */
static char *make_part_name(const char *path)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned char random[RANDOM_LENGTH];
    char word[RANDOM_LENGTH + 1] = "", *part = NULL;
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return NULL;
    for (int i = 0; i < RANDOM_LENGTH; i++)
        word[i] = letters[random[i] % 32];
    const char *base = base_of(path);
    int length = (int)(base - path) + (int)name_length(base);
    if (asprintf(&part, "%.*s.%s.part", length, path, word) < 0) {
        errno = ENOMEM;
        return NULL;
    }
    return part;
}

/* Sets *part, which the caller frees. Returns a descriptor, or -1 and errno. */
static int make_part(const struct atomic_file *file, char **part)
{
    for (int i = 0; i < TRIES; i++) {
        char *name = make_part_name(file->path);
        int fd = name ? openat(file->folder, base_of(name),
                               O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                               file->replaces ? 0600 : 0666)
                      : -1;
        if (fd >= 0) {
            *part = name;
            return fd;
        }
        free(name);
        if (!name || errno != EEXIST)
            break;
    }
    return -1;
}

/* Whoever could not read the old file cannot read the new one. */
static void take_over_mode(const struct atomic_file *file, int fd)
{
    const struct stat *old = &file->old;
    mode_t mode = old->st_mode & 0777;
    struct stat made;
    if (!file->replaces)
        return;
    bool same = !fstat(fd, &made) && made.st_uid == old->st_uid && made.st_gid == old->st_gid;
    if (!same && fchown(fd, old->st_uid, old->st_gid))
        mode &= 0700u | ((mode & 07u) << 3) | (mode & 07u);
    if (fchmod(fd, mode))
        mien_log(MIEN_LOG_DEBUG, "%s: its mode is not that of the old file", file->given);
}

static int open_beside(struct atomic_file *file)
{
    file->fd = make_part(file, &file->part);
    if (file->fd < 0)
        return -1;
    take_over_mode(file, file->fd);
    return 0;
}

static int open_there(struct atomic_file *file)
{
    bool is_stdout = !strcmp(file->given, "-");
    file->fd = is_stdout ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                         : open(file->given, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return file->fd < 0 ? -1 : 0;
}

/* ---- opening ---- */

static char *folder_of(const char *path)
{
    const char *base = base_of(path);
    return base == path ? strdup(".") : strndup(path, (size_t)(base - path));
}

/* Looks at what is there. Returns whether the file is to be written beside it; -1: errno. */
static int look(struct atomic_file *file)
{
    struct stat about;
    bool there = !stat(file->given, &about);
    if (!strcmp(file->given, "-") || (there && !S_ISREG(about.st_mode)))
        return 0;
    file->replaces = there;
    if (there)
        file->old = about;
    file->path = there ? realpath(file->given, NULL) : strdup(file->given);
    char *folder = file->path ? folder_of(file->path) : NULL;
    if (folder)
        file->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int code = folder ? errno : there ? errno : ENOMEM;
    free(folder);
    errno = code;
    if (file->folder < 0)
        return -1;
    file->existed = !fstatat(file->folder, base_of(file->path), &about, AT_SYMLINK_NOFOLLOW);
    return 1;
}

static void free_file(struct atomic_file *file)
{
    if (file->stream)
        fclose(file->stream);
    else if (file->fd >= 0)
        close(file->fd);
    if (file->folder >= 0)
        close(file->folder);
    free(file->given);
    free(file->path);
    free(file->part);
    free(file->next);
    free(file);
}

static int open_file(struct atomic_file *file)
{
    int beside = look(file);
    if (beside < 0 || (beside ? open_beside(file) : open_there(file)))
        return -1;
    file->stream = fdopen(file->fd, "w");
    return file->stream ? 0 : -1;
}

static void remove_part(const struct atomic_file *file)
{
    if (file->part)
        unlinkat(file->folder, base_of(file->part), 0);
}

int atomic_files_open(struct atomic_files *files, struct atomic_file **file, const char *path,
                      struct mien_error *error)
{
    struct atomic_file *made = calloc(1, sizeof *made);
    char *given = strdup(path);
    if (!made || !given || files->count == ATOMIC_FILES_MAX) {
        free(made);
        free(given);
        return mien_error_set(error, ENOMEM, "%s: no memory to write it", path);
    }
    *made = (struct atomic_file){.given = given, .fd = -1, .folder = -1};
    if (open_file(made)) {
        int result = fail(path, errno, error);
        remove_part(made);
        free_file(made);
        return result;
    }
    files->list[files->count++] = *file = made;
    return 0;
}

const char *atomic_file_name(const struct atomic_file *file)
{
    return strcmp(file->given, "-") ? file->given : "standard output";
}

const char *atomic_file_part(const struct atomic_file *file)
{
    return file->part;
}

int atomic_file_descriptor(const struct atomic_file *file)
{
    return file->fd;
}

FILE *atomic_file_stream(const struct atomic_file *file)
{
    return file->stream;
}

bool atomic_files_replace_any(const struct atomic_files *files)
{
    for (int i = 0; i < files->count; i++)
        if (files->list[i]->existed)
            return true;
    return false;
}

FILE *open_in_place(const char *path)
{
    if (strcmp(path, "-"))
        return fopen(path, "we");
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file && fd >= 0)
        close(fd);
    return file;
}

/* ---- new versions ---- */

FILE *atomic_file_rewrite(struct atomic_file *file)
{
    free(file->next);
    file->next = NULL;
    int fd = make_part(file, &file->next);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "w");
    if (stream)
        take_over_mode(file, fd);
    else if (fd >= 0) {
        int code = errno;
        close(fd);
        unlinkat(file->folder, base_of(file->next), 0);
        errno = code;
    }
    return stream;
}

int atomic_file_replace(struct atomic_file *file, FILE *stream, struct mien_error *error)
{
    bool broken = ferror(stream);
    errno = broken ? errno : 0;
    if (!fflush(stream) && !broken &&
        !renameat(file->folder, base_of(file->next), file->folder, base_of(file->part))) {
        fclose(file->stream);
        file->stream = stream;
        file->fd = fileno(stream);
        return 0;
    }
    int result = fail(file->given, errno ? errno : EIO, error);
    fclose(stream);
    unlinkat(file->folder, base_of(file->next), 0);
    return result;
}

/* ---- names ---- */

/* Some file systems know no fsync. */
static int sync_descriptor(int fd)
{
    return fsync(fd) && errno != EINVAL && errno != EROFS && errno != ENOTSUP ? -1 : 0;
}

static int complete(struct atomic_file *file, struct mien_error *error)
{
    bool broken = ferror(file->stream);
    errno = broken ? errno : 0;
    if (fflush(file->stream) || broken || (file->part && sync_descriptor(file->fd)))
        return fail(file->given, errno ? errno : EIO, error);
    return 0;
}

static bool is_unknown_rename(void)
{
    return errno == EINVAL || errno == ENOSYS || errno == ENOTSUP;
}

static int rename_with(const struct atomic_file *file, unsigned flags)
{
    return renameat2(file->folder, base_of(file->part), file->folder, base_of(file->path), flags);
}

/* The old file keeps a name, that of the new one, until all have theirs. */
static int exchange(struct atomic_file *file)
{
    file->state = EXCHANGED;
    if (!rename_with(file, RENAME_EXCHANGE))
        return 0;
    file->state = REPLACED;
    return is_unknown_rename() || errno == ENOENT ? rename_with(file, 0) : -1;
}

static int take_free_name(struct atomic_file *file)
{
    file->state = NAMED;
    if (!rename_with(file, RENAME_NOREPLACE))
        return 0;
    if (!is_unknown_rename())
        return -1;
    if (!faccessat(file->folder, base_of(file->path), F_OK, AT_SYMLINK_NOFOLLOW)) {
        errno = EEXIST;
        return -1;
    }
    return rename_with(file, 0);
}

static int give_name(struct atomic_file *file, struct mien_error *error)
{
    if (!file->part || !(file->existed ? exchange(file) : take_free_name(file)))
        return 0;
    file->state = WRITTEN;
    if (errno == EEXIST)
        return mien_error_set(error, EEXIST, "%s: another program made a file of this name",
                              file->given);
    return fail(file->given, errno, error);
}

/* Returns whether it stands under its .part name again. */
static bool take_name_back(struct atomic_file *file)
{
    if (file->state == EXCHANGED)
        return !rename_with(file, RENAME_EXCHANGE);
    return file->state == NAMED &&
           !renameat(file->folder, base_of(file->path), file->folder, base_of(file->part));
}

static void take_names_back(struct atomic_files *files, struct mien_error *error)
{
    for (int i = 0; i < files->count; i++) {
        struct atomic_file *file = files->list[i];
        if (file->state == WRITTEN || !file->part)
            continue;
        if (take_name_back(file)) {
            file->state = WRITTEN;
        } else if (error) {
            size_t length = strlen(error->text);
            snprintf(error->text + length, sizeof error->text - length, "; %s is complete",
                     file->given);
        }
    }
}

/* Names are on the disk once their folder is. */
static int sync_folder(const struct atomic_file *file, struct mien_error *error)
{
    int folder = file->part ? openat(file->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder < 0)
        return 0;
    int result = sync_descriptor(folder) ? fail(file->given, errno, error) : 0;
    close(folder);
    return result;
}

static void forget(struct atomic_files *files)
{
    for (int i = 0; i < files->count; i++)
        free_file(files->list[i]);
    files->count = 0;
}

int atomic_files_commit(struct atomic_files *files, struct mien_error *error)
{
    int result = 0;
    for (int i = 0; i < files->count && !result; i++)
        result = complete(files->list[i], error);
    for (int i = 0; i < files->count && !result; i++)
        result = give_name(files->list[i], error);
    if (result) {
        take_names_back(files, error);
        return result;
    }
    for (int i = 0; i < files->count; i++) {
        int synced = sync_folder(files->list[i], result ? NULL : error);
        result = result ? result : synced;
        if (files->list[i]->state == EXCHANGED)
            remove_part(files->list[i]);
    }
    forget(files);
    return result;
}

static void keep(struct atomic_file *file)
{
    struct stat about;
    fflush(file->stream);
    if (!file->part || file->state != WRITTEN)
        return;
    if (!fstat(file->fd, &about) && !about.st_size)
        remove_part(file);
    else
        mien_log(MIEN_LOG_WARNING, "%s%s; what was written is kept in %s", file->given,
                 file->replaces ? " is as it was before" : " is not complete", file->part);
}

void atomic_files_keep(struct atomic_files *files)
{
    for (int i = 0; i < files->count; i++)
        keep(files->list[i]);
    forget(files);
}

void atomic_files_discard(struct atomic_files *files)
{
    for (int i = 0; i < files->count; i++)
        if (files->list[i]->state == WRITTEN)
            remove_part(files->list[i]);
    forget(files);
}
