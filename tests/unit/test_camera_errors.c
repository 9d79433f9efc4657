/* What can be said of cameras without one; tests/camera has the rest. */
#include "mien/camera.h"
#include "runner.h"

#include <errno.h>
#include <string.h>

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
        {"no camera at all is told", no_camera_at_all_is_told},
        {NULL, NULL},
    };
    return run_tests("camera_errors", tests);
}
