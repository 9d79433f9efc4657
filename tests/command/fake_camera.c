/* A camera for the program that is linked with this: /dev/null, gray, 320×240 YUYV, 30 pictures a
 * second. What it does is told by files in the current folder: camera-busy (it does not open),
 * camera-silent (it sends nothing), camera-hangs (a stream that is ended does not end). */
#include "ioctl.h"

#include <errno.h>
#include <fcntl.h>
#include <libv4l2.h>
#include <linux/videodev2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 320, HEIGHT = 240, SIZE = WIDTH * HEIGHT * 2, QUEUE_MAX = 32 };

static int camera = -1; /* a timer, readable when there is a picture */
static unsigned queue[QUEUE_MAX], queued, taken;

static bool told_to(const char *file)
{
    return !access(file, F_OK);
}

static int fail(int code)
{
    errno = code;
    return -1;
}

/* ---- what it says of itself ---- */

static int tell_name(struct v4l2_capability *capability)
{
    *capability =
        (struct v4l2_capability){.driver = "faked",
                                 .card = "Faked",
                                 .capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING};
    return 0;
}

static int tell_format(struct v4l2_fmtdesc *format)
{
    if (format->index || format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
        return fail(EINVAL);
    format->pixelformat = V4L2_PIX_FMT_YUYV;
    return 0;
}

static int tell_size(struct v4l2_frmsizeenum *size)
{
    if (size->index)
        return fail(EINVAL);
    size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    size->discrete = (struct v4l2_frmsize_discrete){WIDTH, HEIGHT};
    return 0;
}

static int settle_format(struct v4l2_format *format)
{
    format->fmt.pix = (struct v4l2_pix_format){.width = WIDTH,
                                               .height = HEIGHT,
                                               .pixelformat = V4L2_PIX_FMT_YUYV,
                                               .bytesperline = 2 * WIDTH,
                                               .sizeimage = SIZE};
    return 0;
}

static int tell_rate(struct v4l2_streamparm *parameters)
{
    parameters->parm.capture.timeperframe = (struct v4l2_fract){1, 30};
    return 0;
}

/* ---- its pictures ---- */

static int start(void)
{
    const struct itimerspec rate = {{.tv_nsec = 33333333}, {.tv_nsec = 33333333}};
    return timerfd_settime(camera, 0, &rate, NULL);
}

static int stop(void)
{
    while (told_to("camera-hangs"))
        usleep(100000);
    return 0;
}

static int tell_buffer(struct v4l2_buffer *buffer)
{
    buffer->length = SIZE;
    buffer->m.offset = buffer->index * SIZE;
    return 0;
}

static int give(struct v4l2_buffer *buffer)
{
    uint64_t times;
    if (queued == taken || read(camera, &times, sizeof times) < 0 || told_to("camera-silent"))
        return fail(EAGAIN);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    buffer->index = queue[taken++ % QUEUE_MAX];
    buffer->bytesused = SIZE;
    buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    buffer->timestamp = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

static int take_back(const struct v4l2_buffer *buffer)
{
    queue[queued++ % QUEUE_MAX] = buffer->index;
    return 0;
}

static int answer(unsigned long request, void *argument)
{
    switch (request) {
    case VIDIOC_QUERYCAP:
        return tell_name(argument);
    case VIDIOC_ENUM_FMT:
        return tell_format(argument);
    case VIDIOC_ENUM_FRAMESIZES:
        return tell_size(argument);
    case VIDIOC_S_FMT:
        return settle_format(argument);
    case VIDIOC_G_PARM:
        return tell_rate(argument);
    case VIDIOC_REQBUFS:
        queued = taken = 0;
        return 0;
    case VIDIOC_QUERYBUF:
        return tell_buffer(argument);
    case VIDIOC_QBUF:
        return take_back(argument);
    case VIDIOC_DQBUF:
        return give(argument);
    case VIDIOC_STREAMON:
        return start();
    case VIDIOC_STREAMOFF:
        return stop();
    default:
        return fail(EINVAL);
    }
}

int answer_ioctl(int fd, unsigned long request, void *argument)
{
    return _IOC_TYPE(request) == 'V' ? answer(request, argument)
                                     : kernel_ioctl(fd, request, argument);
}

/* ---- in the place of libv4l2's ---- */

int v4l2_open(const char *path, int flags, ...)
{
    (void)flags;
    if (strcmp(path, "/dev/null") || told_to("camera-busy"))
        return fail(EBUSY);
    camera = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return camera;
}

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
