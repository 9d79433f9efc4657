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

enum { ROW_MAX = 2048, READERS_MAX = 16 };

struct row {
    size_t size;
    char text[ROW_MAX];
};

struct reader {
    int fd;          /* below 0: a free place */
    size_t from, to; /* what is left of a row that went out in part */
    char rest[ROW_MAX];
};

struct row_socket {
    struct sockaddr_un address;
    int fd;
    struct reader readers[READERS_MAX];
};

/* ---- readers ---- */

static void part(struct reader *reader)
{
    close(reader->fd);
    reader->fd = -1;
}

/* One too many is turned away. */
static void welcome(struct row_socket *s)
{
    int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    for (int i = 0; i < READERS_MAX && fd >= 0; i++)
        if (s->readers[i].fd < 0) {
            s->readers[i] = (struct reader){.fd = fd};
            return;
        }
    if (fd >= 0)
        close(fd);
}

/* Sends what there is room for, and keeps the rest; one that has left is parted with. */
static void push(struct reader *reader)
{
    while (reader->fd >= 0 && reader->from < reader->to) {
        ssize_t count =
            send(reader->fd, reader->rest + reader->from, reader->to - reader->from, MSG_NOSIGNAL);
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (count < 0)
            part(reader);
        else
            reader->from += (size_t)count;
    }
}

static void give(struct sink *sink, struct row_socket *s, const struct row *row)
{
    for (int i = 0; i < READERS_MAX; i++) {
        struct reader *reader = &s->readers[i];
        push(reader);
        if (reader->fd < 0)
            continue;
        if (reader->from < reader->to) {
            sink_drop(sink);
            continue;
        }
        memcpy(reader->rest, row->text, row->size);
        reader->from = 0;
        reader->to = row->size;
        push(reader);
    }
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
            welcome(s);
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
    for (int i = 0; i < READERS_MAX; i++)
        if (s->readers[i].fd >= 0)
            close(s->readers[i].fd);
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
    for (int i = 0; i < READERS_MAX; i++)
        s->readers[i].fd = -1;
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
    struct row row = {.size = strlen(text)};
    if (!sink)
        return;
    if (row.size > sizeof row.text) {
        sink_drop(sink);
        return;
    }
    memcpy(row.text, text, row.size);
    sink_put(sink, &row);
}
