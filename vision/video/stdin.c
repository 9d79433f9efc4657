#include "private.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INPUT_BUFFER = 1 << 16 };

/* Waits for standard input or for the stop. */
static int read_stdin(void *opaque, uint8_t *buffer, int size)
{
    const int *stop_fd = opaque;
    struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {*stop_fd, POLLIN, 0}};
    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return AVERROR(errno);
        if (fds[1].revents)
            return AVERROR_EXIT;
        ssize_t count = read(STDIN_FILENO, buffer, (size_t)size);
        if (count > 0)
            return (int)count;
        if (count == 0)
            return AVERROR_EOF;
        if (errno != EINTR && errno != EAGAIN)
            return AVERROR(errno);
    }
}

/* Works for a redirected file, fails for a pipe. */
static int64_t seek_stdin(void *opaque, int64_t offset, int whence)
{
    (void)opaque;
    struct stat status;
    if (whence & AVSEEK_SIZE)
        return fstat(STDIN_FILENO, &status) < 0 ? AVERROR(errno) : status.st_size;
    int64_t place = lseek(STDIN_FILENO, offset, whence & ~AVSEEK_FORCE);
    return place < 0 ? AVERROR(errno) : place;
}

AVIOContext *video_stdin_open(int *stop_fd)
{
    bool seekable = lseek(STDIN_FILENO, 0, SEEK_CUR) >= 0;
    uint8_t *buffer = av_malloc(INPUT_BUFFER);
    AVIOContext *input = NULL;
    if (buffer)
        input = avio_alloc_context(buffer, INPUT_BUFFER, 0, stop_fd, read_stdin, NULL,
                                   seekable ? seek_stdin : NULL);
    if (!input)
        av_free(buffer);
    return input;
}

void video_stdin_close(AVIOContext **input)
{
    if (*input)
        av_freep(&(*input)->buffer);
    avio_context_free(input);
}
