#include "readers.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void reader_part(struct reader *reader)
{
    if (reader->fd >= 0)
        close(reader->fd);
    reader->fd = -1;
}

void readers_init(struct readers *readers)
{
    for (int i = 0; i < READERS_MAX; i++)
        readers->list[i].fd = -1;
}

void readers_close(struct readers *readers)
{
    for (int i = 0; i < READERS_MAX; i++)
        reader_part(&readers->list[i]);
}

void readers_welcome(struct readers *readers, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    for (int i = 0; i < READERS_MAX; i++)
        if (readers->list[i].fd < 0) {
            readers->list[i].fd = fd;
            readers->list[i].from = readers->list[i].to = 0;
            return;
        }
    close(fd);
}

/* Sends on what is left. */
static void reader_push(struct reader *reader)
{
    while (reader->fd >= 0 && reader->from < reader->to) {
        ssize_t count =
            send(reader->fd, reader->rest + reader->from, reader->to - reader->from, MSG_NOSIGNAL);
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (count < 0)
            reader_part(reader);
        else
            reader->from += (size_t)count;
    }
}

bool reader_send(struct reader *reader, const void *message, size_t size)
{
    reader_push(reader);
    if (reader->fd < 0)
        return true;
    if (reader->from < reader->to)
        return false;
    memcpy(reader->rest, message, size);
    reader->from = 0;
    reader->to = size;
    reader_push(reader);
    return true;
}
