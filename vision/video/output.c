#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "private.h"

enum { BUFFER_SIZE = 32768 };

#if LIBAVFORMAT_VERSION_MAJOR < 61
typedef uint8_t output_byte;
#else
typedef const uint8_t output_byte;
#endif

static int write_all(void *user, output_byte *data, int size)
{
    for (int done = 0; done < size;) {
        ssize_t written = write(*(int *)user, data + done, (size_t)(size - done));
        if (written < 0 && errno != EINTR)
            return AVERROR(errno);
        done += written > 0 ? (int)written : 0;
    }
    return size;
}

static int64_t seek(void *user, int64_t offset, int whence)
{
    int fd = *(int *)user;
    struct stat about;
    if (whence & AVSEEK_SIZE)
        return fstat(fd, &about) ? AVERROR(errno) : about.st_size;
    off_t place = lseek(fd, offset, whence & ~AVSEEK_FORCE);
    return place < 0 ? AVERROR(errno) : place;
}

AVIOContext *video_output_open(int *fd)
{
    struct stat about;
    bool is_file = !fstat(*fd, &about) && S_ISREG(about.st_mode);
    unsigned char *buffer = av_malloc(BUFFER_SIZE);
    AVIOContext *output = buffer ? avio_alloc_context(buffer, BUFFER_SIZE, 1, fd, NULL, write_all,
                                                      is_file ? seek : NULL)
                                 : NULL;
    if (!output)
        av_free(buffer);
    return output;
}

int video_output_close(AVIOContext **output)
{
    if (!*output)
        return 0;
    avio_flush(*output);
    int result = (*output)->error;
    av_freep(&(*output)->buffer);
    avio_context_free(output);
    return result < 0 ? result : 0;
}
