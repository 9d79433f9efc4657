/* What can be said of cameras without one; tests/camera has the rest. */
#include "base/backoff.h"
#include "camera/camera.h"
#include "camera/device.h"
#include "ioctl.h"
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- a driver that is not there ---- */

static int planes; /* of a picture; 0: no such driver */

/* A camera of the multi-planar API, as some phones and boards have, with NV12 in so many planes. */
static int answer(unsigned long request, void *argument)
{
    if (request == VIDIOC_QUERYCAP) {
        *(struct v4l2_capability *)argument = (struct v4l2_capability){
            .card = "Board", .capabilities = V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING};
        return 0;
    }
    struct v4l2_format *format = argument;
    if (request == VIDIOC_S_FMT && format->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE) {
        format->fmt.pix_mp.pixelformat = planes > 1 ? V4L2_PIX_FMT_NV12M : V4L2_PIX_FMT_NV12;
        format->fmt.pix_mp.num_planes = (uint8_t)planes;
        return 0;
    }
    errno = EINVAL;
    return -1;
}

int answer_ioctl(int fd, unsigned long request, void *argument)
{
    return planes ? answer(request, argument) : kernel_ioctl(fd, request, argument);
}

/* ---- tests ---- */

static int open_camera(const char *device, const char *format, struct mien_error *error)
{
    struct mien_camera *camera = NULL;
    struct mien_camera_options options = {.device = device, .format = format};
    int result = mien_camera_open(&camera, &options, error);
    CU_ASSERT_PTR_NULL(camera);
    mien_camera_close(&camera);
    return result;
}

static void missing_camera_is_named(void)
{
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(open_camera("/dev/video9999", NULL, &error), -ENOENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/dev/video9999"));
    CU_ASSERT_EQUAL(open_camera("9998", NULL, &error), -ENOENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/dev/video9998"));
    CU_ASSERT_EQUAL(open_camera("", NULL, &error), -ENOENT);
    CU_ASSERT_EQUAL(open_camera("99999999999999999999", NULL, &error), -ENOENT);
}

static void what_is_no_camera_is_refused(void)
{
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(open_camera("/dev/null", NULL, &error), -ENOTTY);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/dev/null"));
    CU_ASSERT_EQUAL(open_camera("/proc/self/exe", NULL, &error), -ENOTTY);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "mien annotate"));
    CU_ASSERT_EQUAL(open_camera("/", NULL, &error), -ENOTTY);
}

static void unknown_format_is_refused(void)
{
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(open_camera(NULL, "H264", &error), -ENOTSUP);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "'H264'"));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "YUYV"));
    CU_ASSERT_EQUAL(open_camera(NULL, "", &error), -ENOTSUP);
    CU_ASSERT_EQUAL(open_camera(NULL, "MJPEG", &error), -ENOTSUP);
}

/* Who holds a node is found out in the same way for any file. */
static void holders_of_a_device_are_named(void)
{
    char names[128], me[32];
    struct mien_error error = {""};
    int fd = open("/dev/full", O_RDONLY);
    CU_ASSERT_FATAL(fd >= 0);
    snprintf(me, sizeof me, "(process %d)", (int)getpid());
    camera_holders("/dev/full", names, sizeof names);
    CU_ASSERT_PTR_NOT_NULL(strstr(names, me));
    CU_ASSERT_EQUAL(camera_explain(&error, EBUSY, "/dev/full", "open"), -EBUSY);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, me));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/dev/full is in use"));
    close(fd);
    camera_holders("/dev/video9999", names, sizeof names);
    CU_ASSERT_STRING_EQUAL(names, "another program");
}

static void every_error_says_what_to_do(void)
{
    static const struct {
        int code;
        const char *word;
    } errors[] = {{EACCES, "group `video`"}, {EPERM, "group `video`"}, {ENOENT, "mien devices"},
                  {ENODEV, "mien devices"},  {ENOSPC, "smaller size"}, {EIO, "cannot open"}};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        struct mien_error error = {""};
        CU_ASSERT(camera_explain(&error, errors[i].code, "/dev/video7", "open") < 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/dev/video7"));
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, errors[i].word));
    }
}

static void tries_grow_from_one_second_to_thirty(void)
{
    static const int expected[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
    int wait = 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        wait = backoff_after(wait);
        CU_ASSERT_EQUAL(wait, expected[i]);
    }
    CU_ASSERT_EQUAL(BACKOFF_FIRST_MS, 1000);
}

static void pictures_over_several_planes_are_told(void)
{
    struct mien_error error = {""};
    planes = 2;
    CU_ASSERT_EQUAL(open_camera("/dev/null", NULL, &error), -ENOTSUP);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(error.text, "/dev/null spreads its pictures (NM12) over 2 planes"));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "mien devices"));
    planes = 1; /* goes on, to buffers, which this driver has not */
    CU_ASSERT_EQUAL(open_camera("/dev/null", NULL, &error), -EINVAL);
    CU_ASSERT_PTR_NULL(strstr(error.text, "planes"));
    planes = 0;
}

static void no_camera_at_all_is_told(void)
{
    struct mien_camera_info camera;
    struct mien_error error = {""};
    if (mien_camera_list(&camera, 1, &error) != 0) {
        skip_test("this machine has a camera");
        return;
    }
    CU_ASSERT_EQUAL(open_camera(NULL, NULL, &error), -ENODEV);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "mien devices"));
}

int main(void)
{
    const struct test tests[] = {
        {"a missing camera is named", missing_camera_is_named},
        {"what is no camera is refused", what_is_no_camera_is_refused},
        {"an unknown format is refused", unknown_format_is_refused},
        {"holders of a device are named", holders_of_a_device_are_named},
        {"every error says what to do", every_error_says_what_to_do},
        {"tries grow from one second to thirty", tries_grow_from_one_second_to_thirty},
        {"pictures over several planes are told", pictures_over_several_planes_are_told},
        {"no camera at all is told", no_camera_at_all_is_told},
        {NULL, NULL},
    };
    return run_tests("camera_errors", tests);
}
