/* What drivers and buses do to a camera that runs: each fault is told apart, and the pictures go
 * on. The driver is /dev/null, answered here. */
#include "camera/camera.h"
#include "fake_v4l2.h"
#include "runner.h"

#include <libv4l2.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* ---- the driver ---- */

enum fault {
    NONE,
    WRONG_INDEX, /* a buffer that there is not */
    FLAGGED,     /* FLAG_ERROR */
    SHORT,       /* a byte is missing */
    EMPTY,
    TOO_LONG, /* it says that more was used than there is */
    LOST,     /* EPROTO, as of a cable that does not hold */
    REFUSED,  /* EPIPE, without end */
    SILENT,   /* as after a suspend */
};

static atomic_int fault, times_left; /* the fault goes after so many pictures */
static atomic_size_t bus_room;       /* bytes a second */
static atomic_int widest;            /* of the formats that the driver grants */
static atomic_uint opened;

static struct {
    int fd;
    uint32_t width, height, rate;
    struct fake_queue queue;
} driver;

static const uint32_t rates[] = {30, 15};
static const struct v4l2_frmsize_discrete sizes[] = {{640, 480}, {320, 240}};

static uint32_t size_of_picture(void)
{
    return driver.width * driver.height * 2;
}

static int tell_name(struct v4l2_capability *capability)
{
    *capability = (struct v4l2_capability){
        .card = "Faulty", .capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING};
    return 0;
}

static int tell_size(struct v4l2_frmsizeenum *size)
{
    if (size->index >= 2)
        return fake_fail(EINVAL);
    size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    size->discrete = sizes[size->index];
    return 0;
}

static int tell_interval(struct v4l2_frmivalenum *interval)
{
    if (interval->index >= 2)
        return fake_fail(EINVAL);
    interval->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    interval->discrete = (struct v4l2_fract){1, rates[interval->index]};
    return 0;
}

static int settle_format(struct v4l2_format *format)
{
    int which = format->fmt.pix.width < 640 || widest < 640;
    driver.width = sizes[which].width;
    driver.height = sizes[which].height;
    *format = fake_settled(driver.width, driver.height);
    return 0;
}

static int settle_rate(struct v4l2_streamparm *parameters)
{
    struct v4l2_fract *interval = &parameters->parm.capture.timeperframe;
    if (interval->numerator)
        driver.rate = interval->denominator / interval->numerator < 30 ? 15 : 30;
    *interval = (struct v4l2_fract){1, driver.rate};
    parameters->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
    return 0;
}

static int start(void)
{
    const struct itimerspec often = {{.tv_nsec = 5000000}, {.tv_nsec = 5000000}};
    if ((size_t)size_of_picture() * driver.rate > bus_room)
        return fake_fail(ENOSPC);
    return timerfd_settime(driver.fd, 0, &often, NULL);
}

static enum fault next_fault(void)
{
    if (fault != NONE && fault != SILENT && times_left-- <= 0)
        fault = NONE;
    return (enum fault)fault;
}

static int fill(struct v4l2_buffer *buffer, enum fault what)
{
    fake_dequeue(&driver.queue, buffer, size_of_picture());
    if (what == WRONG_INDEX)
        buffer->index = 77;
    else if (what == FLAGGED)
        buffer->flags |= V4L2_BUF_FLAG_ERROR;
    else if (what == SHORT)
        buffer->bytesused--;
    else if (what == EMPTY)
        buffer->bytesused = 0;
    else if (what == TOO_LONG)
        buffer->bytesused = UINT32_MAX;
    return 0;
}

static int give(struct v4l2_buffer *buffer)
{
    uint64_t times;
    if (fault == REFUSED && next_fault() == REFUSED)
        return fake_fail(EPIPE);
    if (driver.queue.queued == driver.queue.taken || read(driver.fd, &times, sizeof times) < 0 ||
        fault == SILENT)
        return fake_fail(EAGAIN);
    enum fault what = next_fault();
    return what == LOST ? fake_fail(EPROTO) : fill(buffer, what);
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
    case VIDIOC_ENUM_FRAMEINTERVALS:
        return tell_interval(argument);
    case VIDIOC_S_FMT:
        return settle_format(argument);
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
        return settle_rate(argument);
    case VIDIOC_REQBUFS:
        driver.queue = (struct fake_queue){0};
        return 0;
    case VIDIOC_QUERYBUF:
        return fake_buffer(argument, size_of_picture());
    case VIDIOC_QBUF:
        return fake_enqueue(&driver.queue, argument);
    case VIDIOC_DQBUF:
        return give(argument);
    case VIDIOC_STREAMON:
        return start();
    case VIDIOC_STREAMOFF:
        return 0;
    default:
        return fake_fail(EINVAL);
    }
}

int v4l2_open(const char *path, int flags, ...)
{
    (void)path, (void)flags;
    opened++;
    driver.rate = 30;
    return driver.fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
}

/* ---- tests ---- */

enum { PATIENCE_S = 60 };

static struct mien_camera *camera;
static struct mien_camera_status status;

static int begin(struct mien_error *error)
{
    const struct mien_camera_options options = {.device = "/dev/null"};
    opened = 0;
    return mien_camera_open(&camera, &options, error);
}

static void begin_with_room(void)
{
    struct mien_error error = {""};
    fault = NONE;
    widest = 640;
    bus_room = SIZE_MAX;
    CU_ASSERT_EQUAL_FATAL(begin(&error), 0);
}

/* The next picture; false: none came in time. */
static bool take(struct mien_frame *frame)
{
    return mien_camera_take(camera, frame, PATIENCE_S * 1000) == 0;
}

static void drop_pictures(int count)
{
    struct mien_frame frame;
    for (int i = 0; i < count; i++) {
        CU_ASSERT_FATAL(take(&frame));
        mien_camera_release(camera, &frame);
    }
}

/* So many pictures have the fault; then the pictures go on. */
static void suffer(enum fault what, int count)
{
    drop_pictures(1);
    times_left = count;
    fault = what;
    for (int i = 0; i < PATIENCE_S * 100 && fault != NONE; i++)
        usleep(10000);
    CU_ASSERT_EQUAL(fault, NONE);
    drop_pictures(3);
    mien_camera_get_status(camera, &status);
}

static void a_wrong_index_opens_it_anew(void)
{
    begin_with_room();
    suffer(WRONG_INDEX, 1);
    CU_ASSERT(status.reopened >= 1); /* more on a machine that is busy */
    mien_camera_close(&camera);
}

static void a_bus_error_opens_it_anew(void)
{
    begin_with_room();
    suffer(LOST, 1);
    CU_ASSERT(status.reopened >= 1); /* more on a machine that is busy */
    mien_camera_close(&camera);
}

static void broken_pictures_are_counted(void)
{
    static const enum fault faults[] = {FLAGGED, SHORT, EMPTY};
    for (int i = 0; i < 3; i++) {
        begin_with_room();
        suffer(faults[i], 10);
        CU_ASSERT_EQUAL(status.corrupt, 10);
        mien_camera_close(&camera);
    }
}

static void more_than_there_is_is_not_read(void)
{
    begin_with_room();
    suffer(TOO_LONG, 5);
    CU_ASSERT_EQUAL(status.corrupt, 0);
    mien_camera_close(&camera);
}

/* It must not turn for ever between two requests. */
static void endless_refusals_end(void)
{
    begin_with_room();
    suffer(REFUSED, 100);
    CU_ASSERT(status.corrupt > 0 && status.reopened > 0);
    mien_camera_close(&camera);
}

static void silence_opens_it_anew(void)
{
    begin_with_room();
    drop_pictures(1);
    fault = SILENT;
    do {
        usleep(10000);
        mien_camera_get_status(camera, &status);
    } while (!status.reopened && status.state != MIEN_CAMERA_LOST);
    fault = NONE;
    drop_pictures(2);
    CU_ASSERT(status.reopened >= 1); /* more on a machine that is busy */
    mien_camera_close(&camera);
}

static void it_may_come_back_with_another_size(void)
{
    struct mien_frame frame = {0};
    begin_with_room();
    widest = 320;
    suffer(LOST, 1);
    CU_ASSERT_EQUAL(status.width, 320);
    CU_ASSERT_FATAL(take(&frame));
    CU_ASSERT(frame.gray.width == 320 && frame.color.width == 320 && frame.gray.height == 240);
    mien_camera_release(camera, &frame);
    mien_camera_close(&camera);
}

/* Two cameras at one hub: it takes less until that fits. */
static void a_full_bus_gets_smaller_pictures(void)
{
    static const struct {
        size_t room;
        int width;
        double fps;
    } cases[] = {{640 * 480 * 2 * 30, 640, 30},
                 {640 * 480 * 2 * 29, 640, 15},
                 {320 * 240 * 2 * 30, 320, 30},
                 {320 * 240 * 2 * 15, 320, 15}};
    struct mien_error error = {""};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin_with_room();
        mien_camera_close(&camera);
        bus_room = cases[i].room;
        CU_ASSERT_EQUAL_FATAL(begin(&error), 0);
        mien_camera_get_status(camera, &status);
        CU_ASSERT_EQUAL(status.width, cases[i].width);
        CU_ASSERT_EQUAL(status.fps, cases[i].fps);
        mien_camera_close(&camera);
    }
    bus_room = 0;
    CU_ASSERT_EQUAL(begin(&error), -ENOSPC);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "smaller size"));
    CU_ASSERT_EQUAL(opened, 4); /* each of its modes was tried */
}

int main(void)
{
    const struct test tests[] = {
        {"a wrong index opens it anew", a_wrong_index_opens_it_anew},
        {"a bus error opens it anew", a_bus_error_opens_it_anew},
        {"broken pictures are counted", broken_pictures_are_counted},
        {"more than there is is not read", more_than_there_is_is_not_read},
        {"endless refusals end", endless_refusals_end},
        {"silence opens it anew", silence_opens_it_anew},
        {"it may come back with another size", it_may_come_back_with_another_size},
        {"a full bus gets smaller pictures", a_full_bus_gets_smaller_pictures},
        {NULL, NULL},
    };
    return run_tests("camera_faults", tests);
}
