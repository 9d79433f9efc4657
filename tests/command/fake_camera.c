/* A camera for the program that is linked with this: /dev/null, gray, 320×240 YUYV, 30 pictures a
 * second. What it does is told by files in the current folder: camera-busy (it does not open),
 * camera-silent (it sends nothing), camera-hangs (a stream that is ended does not end). */
#include "fake_v4l2.h"

#include <fcntl.h>
#include <libv4l2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { WIDTH = 320, HEIGHT = 240, SIZE = WIDTH * HEIGHT * 2 };

static int camera = -1; /* a timer, readable when there is a picture */
static struct fake_queue queue;

static bool told_to(const char *file)
{
    return !access(file, F_OK);
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

static int tell_size(struct v4l2_frmsizeenum *size)
{
    if (size->index)
        return fake_fail(EINVAL);
    size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    size->discrete = (struct v4l2_frmsize_discrete){WIDTH, HEIGHT};
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

static int give(struct v4l2_buffer *buffer)
{
    uint64_t times;
    if (queue.queued == queue.taken || read(camera, &times, sizeof times) < 0 ||
        told_to("camera-silent"))
        return fake_fail(EAGAIN);
    return fake_dequeue(&queue, buffer, SIZE);
}

int answer_driver(unsigned long request, void *argument)
{
    switch (request) {
    case VIDIOC_QUERYCAP:
        return tell_name(argument);
    case VIDIOC_ENUM_FMT:
        return fake_format(argument);
    case VIDIOC_ENUM_FRAMESIZES:
        return tell_size(argument);
    case VIDIOC_S_FMT:
        *(struct v4l2_format *)argument = fake_settled(WIDTH, HEIGHT);
        return 0;
    case VIDIOC_G_PARM:
        return tell_rate(argument);
    case VIDIOC_REQBUFS:
        queue = (struct fake_queue){0};
        return 0;
    case VIDIOC_QUERYBUF:
        return fake_buffer(argument, SIZE);
    case VIDIOC_QBUF:
        return fake_enqueue(&queue, argument);
    case VIDIOC_DQBUF:
        return give(argument);
    case VIDIOC_STREAMON:
        return start();
    case VIDIOC_STREAMOFF:
        return stop();
    default:
        return fake_fail(EINVAL);
    }
}

/* ---- in the place of libv4l2's ---- */

int v4l2_open(const char *path, int flags, ...)
{
    (void)flags;
    if (strcmp(path, "/dev/null") || told_to("camera-busy"))
        return fake_fail(EBUSY);
    camera = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return camera;
}
