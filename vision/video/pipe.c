#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INPUT_BUFFER = 1 << 16 };

struct video_pipe {
    int fd, stop_fd;
    AVIOContext *context;
};

/* Waits for the pipe or for the stop. */
static int read_pipe(void *opaque, uint8_t *buffer, int size)
{
    const struct video_pipe *pipe = opaque;
    struct pollfd fds[] = {{pipe->fd, POLLIN, 0}, {pipe->stop_fd, POLLIN, 0}};
    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return AVERROR(errno);
        if (fds[1].revents)
            return AVERROR_EXIT;
        ssize_t count = fds[0].revents ? read(pipe->fd, buffer, (size_t)size) : -1;
        if (count > 0)
            return (int)count;
        if (count == 0)
            return AVERROR_EOF;
        if (fds[0].revents && errno != EINTR && errno != EAGAIN)
            return AVERROR(errno);
    }
}

/* Works for a redirected file, fails for a pipe. */
static int64_t seek_pipe(void *opaque, int64_t offset, int whence)
{
    const struct video_pipe *pipe = opaque;
    struct stat status;
    if (whence & AVSEEK_SIZE)
        return fstat(pipe->fd, &status) < 0 ? AVERROR(errno) : status.st_size;
    int64_t place = lseek(pipe->fd, offset, whence & ~AVSEEK_FORCE);
    return place < 0 ? AVERROR(errno) : place;
}

bool video_is_pipe(const char *path)
{
    struct stat status;
    return !strcmp(path, "-") || (!stat(path, &status) && S_ISFIFO(status.st_mode));
}

static int open_context(struct video_pipe *pipe)
{
    bool seekable = lseek(pipe->fd, 0, SEEK_CUR) >= 0;
    uint8_t *buffer = av_malloc(INPUT_BUFFER);
    if (buffer)
        pipe->context = avio_alloc_context(buffer, INPUT_BUFFER, 0, pipe, read_pipe, NULL,
                                           seekable ? seek_pipe : NULL);
    if (!pipe->context)
        av_free(buffer);
    return pipe->context ? 0 : AVERROR(ENOMEM);
}

/* A pipe with a name may have no writer yet: the first read waits for it. */
int video_pipe_open(struct video_pipe **pipe, const char *path, int stop_fd)
{
    struct video_pipe *p = calloc(1, sizeof *p);
    if (!p)
        return AVERROR(ENOMEM);
    p->stop_fd = stop_fd;
    p->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : STDIN_FILENO;
    int result = p->fd < 0 ? AVERROR(errno) : open_context(p);
    if (result < 0)
        video_pipe_close(&p);
    *pipe = p;
    return result;
}

AVIOContext *video_pipe_context(const struct video_pipe *pipe)
{
    return pipe->context;
}

void video_pipe_close(struct video_pipe **pipe)
{
    struct video_pipe *old = *pipe;
    if (!old)
        return;
    if (old->context)
        av_freep(&old->context->buffer);
    avio_context_free(&old->context);
    if (old->fd > STDIN_FILENO)
        close(old->fd);
    free(old);
    *pipe = NULL;
}
