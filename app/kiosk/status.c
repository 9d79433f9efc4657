#include "status.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET "mien-kiosk.socket"

enum { ANSWER_SECONDS = 3 };

struct status {
    struct sockaddr_un address;
    int fd;
};

/* The folders where a kiosk may listen, by weight; NULL: not on this system, or no more. */
static const char *folder(int i)
{
    const char *const folders[] = {getenv("RUNTIME_DIRECTORY"), getenv("XDG_RUNTIME_DIR"),
                                   "/run/mien"};
    return folders[i] && *folders[i] ? folders[i] : NULL;
}

enum { FOLDERS = 3 };

static bool set_address(struct sockaddr_un *address, const char *in)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    return snprintf(address->sun_path, sizeof address->sun_path, "%s/" SOCKET, in) <
           (int)sizeof address->sun_path;
}

static int connect_to(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address)) {
        int code = errno;
        close(fd);
        errno = code;
        return -1;
    }
    return fd;
}

/* What is no socket is somebody's file. */
static bool is_socket(const struct sockaddr_un *address)
{
    struct stat about;
    return !lstat(address->sun_path, &about) && S_ISSOCK(about.st_mode);
}

/* A socket that nobody listens at was left behind by a kiosk that was killed. */
static int clear_way(const struct sockaddr_un *address, struct mien_error *error)
{
    int fd = connect_to(address);
    if (fd >= 0) {
        close(fd);
        return mien_error_set(error, EADDRINUSE, "a kiosk runs already: it listens at %s",
                              address->sun_path);
    }
    if (errno == ECONNREFUSED && is_socket(address))
        unlink(address->sun_path);
    return 0;
}

static int listen_at(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (!bind(fd, (const struct sockaddr *)address, sizeof *address) && !listen(fd, 4))
        return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

int status_open(struct status **status, struct mien_error *error)
{
    int i = 0;
    while (!folder(i))
        i++; /* the last one is never missing */
    struct status *s = calloc(1, sizeof *s);
    if (!s || !set_address(&s->address, folder(i))) {
        free(s);
        return mien_error_set(error, ENAMETOOLONG, "no socket in %s: its name is too long",
                              folder(i));
    }
    int result = clear_way(&s->address, error);
    if (!result && (s->fd = listen_at(&s->address)) < 0)
        result = mien_error_set(error, errno, "%s: %s", s->address.sun_path, strerror(errno));
    if (result)
        free(s);
    else
        *status = s;
    return result;
}

void status_close(struct status **status)
{
    struct status *s = *status;
    if (!s)
        return;
    if (is_socket(&s->address))
        unlink(s->address.sun_path);
    close(s->fd);
    free(s);
    *status = NULL;
}

FILE *status_asked(struct status *status)
{
    int fd = accept4(status->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (fd >= 0 && !file)
        close(fd);
    return file;
}

static int connect_anywhere(struct mien_error *error)
{
    struct sockaddr_un address;
    int result = -ENOENT;
    for (int i = 0; i < FOLDERS; i++) {
        if (!folder(i) || !set_address(&address, folder(i)))
            continue;
        int fd = connect_to(&address);
        if (fd >= 0)
            return fd;
        if (errno == EACCES)
            return mien_error_set(error, EACCES, "%s: belongs to another user", address.sun_path);
    }
    return mien_error_set(error, -result, "no kiosk runs");
}

int status_ask(FILE *out, struct mien_error *error)
{
    char bytes[4096];
    ssize_t count, all = 0;
    int fd = connect_anywhere(error);
    if (fd < 0)
        return fd;
    struct timeval patience = {.tv_sec = ANSWER_SECONDS};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while ((count = read(fd, bytes, sizeof bytes)) > 0) {
        fwrite(bytes, 1, (size_t)count, out);
        all += count;
    }
    close(fd);
    if (count < 0 || !all)
        return mien_error_set(error, ETIMEDOUT, "the kiosk does not answer");
    return fflush(out) ? mien_error_set(error, EIO, "standard output cannot be written") : 0;
}
