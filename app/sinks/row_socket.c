#include "row_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "readers.h"
#include "row.h"

struct row_socket {
    struct sockaddr_un address;
    int fd;
    struct readers readers;
};

static void give(struct sink *sink, struct row_socket *s, const struct row *row)
{
    for (int i = 0; i < READERS_MAX; i++)
        if (!reader_send(&s->readers.list[i], row->text, row->size))
            sink_drop(sink);
}

/* ---- the thread ---- */

static void run(struct sink *sink, void *state)
{
    struct row_socket *s = state;
    struct row row;
    for (;;) {
        struct pollfd fds[] = {{sink_fd(sink), POLLIN, 0}, {s->fd, POLLIN, 0}};
        poll(fds, 2, -1);
        if (fds[1].revents)
            readers_welcome(&s->readers, s->fd);
        if (!fds[0].revents)
            continue;
        int result = sink_take(sink, &row, 0);
        if (result == -ECANCELED)
            return;
        if (!result)
            give(sink, s, &row);
    }
}

static void free_row_socket(void *state)
{
    struct row_socket *s = state;
    readers_close(&s->readers);
    if (s->fd >= 0) {
        unlink(s->address.sun_path);
        close(s->fd);
    }
    free(s);
}

static const struct sink_kind kind = {"socket", sizeof(struct row), run, free_row_socket};

/* ---- starting ---- */

/* What nobody listens at was left behind by one that was killed. */
static int clear_way(const struct sockaddr_un *address)
{
    struct stat about;
    if (lstat(address->sun_path, &about))
        return 0;
    int fd = S_ISSOCK(about.st_mode) ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    bool left = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) &&
                errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    return left && !unlink(address->sun_path) ? 0 : EADDRINUSE;
}

/* Nobody can connect before it listens, when it is the user's alone already. */
static int listen_at(struct row_socket *s)
{
    int result = clear_way(&s->address);
    if (result)
        return result;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&s->address, sizeof s->address) ||
        chmod(s->address.sun_path, S_IRUSR | S_IWUSR) || listen(fd, READERS_MAX)) {
        result = errno;
        if (fd >= 0)
            close(fd);
        return result;
    }
    s->fd = fd;
    return 0;
}

int row_socket_start(struct sink **sink, const char *path, struct mien_error *error)
{
    struct row_socket *s = calloc(1, sizeof *s);
    if (!s)
        return mien_error_set(error, ENOMEM, "no memory for %s", path);
    s->fd = -1;
    readers_init(&s->readers);
    s->address.sun_family = AF_UNIX;
    int size = (int)sizeof s->address.sun_path;
    int result = snprintf(s->address.sun_path, sizeof s->address.sun_path, "%s", path) < size
                     ? listen_at(s)
                     : ENAMETOOLONG;
    if (result) {
        free_row_socket(s);
        return mien_error_set(error, result, "--socket %s: %s", path, strerror(result));
    }
    return sink_start(sink, &kind, s, error);
}

void row_socket_send(struct sink *sink, const char *text)
{
    row_put(sink, text, strlen(text));
}
