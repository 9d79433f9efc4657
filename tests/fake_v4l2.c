#include "fake_v4l2.h"

#include <libv4l2.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "ioctl.h"

int fake_fail(int code)
{
    errno = code;
    return -1;
}

int fake_format(struct v4l2_fmtdesc *format)
{
    if (format->index || format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
        return fake_fail(EINVAL);
    format->pixelformat = V4L2_PIX_FMT_YUYV;
    return 0;
}

struct v4l2_format fake_settled(uint32_t width, uint32_t height)
{
    return (struct v4l2_format){.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                                .fmt.pix = {.width = width,
                                            .height = height,
                                            .pixelformat = V4L2_PIX_FMT_YUYV,
                                            .bytesperline = 2 * width,
                                            .sizeimage = 2 * width * height}};
}

int fake_buffer(struct v4l2_buffer *buffer, uint32_t size)
{
    buffer->length = size;
    buffer->m.offset = buffer->index * size;
    return 0;
}

static unsigned *place(struct fake_queue *queue, unsigned number)
{
    return &queue->indices[number % (sizeof queue->indices / sizeof *queue->indices)];
}

int fake_enqueue(struct fake_queue *queue, const struct v4l2_buffer *buffer)
{
    *place(queue, queue->queued++) = buffer->index;
    return 0;
}

int fake_dequeue(struct fake_queue *queue, struct v4l2_buffer *buffer, uint32_t size)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    buffer->index = *place(queue, queue->taken++);
    buffer->bytesused = size;
    buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    buffer->timestamp = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

int answer_ioctl(int fd, unsigned long request, void *argument)
{
    return _IOC_TYPE(request) == 'V' ? answer_driver(request, argument)
                                     : kernel_ioctl(fd, request, argument);
}

/* ---- in the place of libv4l2's ---- */

int v4l2_close(int fd)
{
    return close(fd);
}

void *v4l2_mmap(void *start, size_t length, int protection, int flags, int fd, int64_t offset)
{
    (void)flags, (void)fd, (void)offset;
    void *memory = mmap(start, length, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED)
        memset(memory, 128, length);
    return memory;
}

int v4l2_munmap(void *start, size_t length)
{
    return munmap(start, length);
}
