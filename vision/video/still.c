#include "still.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "still_kinds.h"
#include "video.h"

enum { FILE_MAX = 256 << 20 };

/* What cannot be read here is FFmpeg's to try, and to tell of. */
static uint8_t *read_all(int fd, size_t *size)
{
    struct stat status;
    if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_size < 1 ||
        status.st_size > FILE_MAX)
        return NULL;
    uint8_t *data = malloc((size_t)status.st_size);
    ssize_t got = 1;
    *size = 0;
    while (data && got > 0 && *size < (size_t)status.st_size) {
        got = read(fd, data + *size, (size_t)status.st_size - *size);
        *size += got > 0 ? (size_t)got : 0;
    }
    return data;
}

static uint8_t *read_file(const char *path, size_t *size)
{
    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    uint8_t *data = read_all(fd, size);
    close(fd);
    return data;
}

static bool read_common(struct mien_still *still, const char *path, bool in_color)
{
    size_t size;
    uint8_t *data = strcmp(path, "-") ? read_file(path, &size) : NULL;
    bool done =
        data && (still_jpeg(still, data, size, in_color) || still_png(still, data, size, in_color));
    free(data);
    return done;
}

static int read_any(struct mien_still *still, const char *path, struct mien_error *error)
{
    struct mien_frame frame;
    int result = mien_reader_open(&still->reader, path, error);
    if (result < 0)
        return result;
    result = mien_reader_next(still->reader, &frame, error);
    if (!result)
        result = mien_error_set(error, EINVAL, "%s: there is no picture in it", path);
    if (result < 0) {
        mien_reader_close(&still->reader);
        return result;
    }
    still->color = frame.color;
    still->gray = frame.gray;
    still->damaged = mien_reader_losses(still->reader) > 0;
    return 0;
}

int mien_still_read(struct mien_still *still, const char *path, bool in_color,
                    struct mien_error *error)
{
    *still = (struct mien_still){.damaged = false};
    return read_common(still, path, in_color) ? 0 : read_any(still, path, error);
}

void mien_still_free(struct mien_still *still)
{
    if (still->reader) {
        mien_reader_close(&still->reader);
    } else {
        mien_picture_free(&still->color);
        mien_picture_free(&still->gray);
    }
    *still = (struct mien_still){.damaged = false};
}
