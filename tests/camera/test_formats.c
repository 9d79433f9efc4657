/* Runs inside the camera machine (see run) on `vivid`, the kernel's test driver, which shows 75 %
 * colour bars in every pixel format. */
#include "camera/camera.h"
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>

enum { BARS = 8, HIGH = 191 };

static const int bars[BARS][3] = {
    /* blue, green, red */
    {HIGH, HIGH, HIGH}, {0, HIGH, HIGH}, {HIGH, HIGH, 0}, {0, HIGH, 0},
    {HIGH, 0, HIGH},    {0, 0, HIGH},    {HIGH, 0, 0},    {0, 0, 0},
};

static int off_by(int value, double wanted)
{
    return abs(value - (int)(wanted + 0.5));
}

/* What a bar is in gray: vivid makes YUV by BT.601, but GREY by the weights of BT.709. */
static double gray_of(const int *bar, bool is_grey)
{
    return is_grey ? 0.0722 * bar[0] + 0.7152 * bar[1] + 0.2126 * bar[2]
                   : 0.114 * bar[0] + 0.587 * bar[1] + 0.299 * bar[2];
}

/* How far the worst bar is from what it should be, looking below the text that vivid writes. */
static void measure(const struct mien_frame *frame, bool is_grey, int *gray_off, int *color_off)
{
    int y = frame->gray.height * 9 / 10;
    *gray_off = *color_off = 0;
    for (int bar = 0; bar < BARS; bar++) {
        int x = (2 * bar + 1) * frame->gray.width / (2 * BARS);
        int off = off_by(frame->gray.data[y * frame->gray.stride + x], gray_of(bars[bar], is_grey));
        *gray_off = off > *gray_off ? off : *gray_off;
        const uint8_t *color = frame->color.data + y * frame->color.stride + 4 * x;
        for (int i = 0; i < 3; i++) {
            off = off_by(color[i], bars[bar][i]);
            *color_off = off > *color_off ? off : *color_off;
        }
    }
}

static bool multi_planar; /* what the driver speaks */

static void check_bars(const char *format, bool is_grey)
{
    struct mien_camera *camera = NULL;
    struct mien_error error = {""};
    struct mien_camera_options options = {.width = 640, .height = 360, .format = format};
    struct mien_frame frame;
    struct mien_camera_info info;
    CU_ASSERT_EQUAL(mien_camera_list(&info, 1, NULL), 1);
    CU_ASSERT_EQUAL(info.multi_planar, multi_planar);
    CU_ASSERT_EQUAL_FATAL(mien_camera_open(&camera, &options, &error), 0);
    struct mien_camera_status status;
    mien_camera_get_status(camera, &status);
    CU_ASSERT_STRING_EQUAL(status.fourcc, format);
    CU_ASSERT_EQUAL_FATAL(mien_camera_take(camera, &frame, 3000), 0);
    int gray_off, color_off;
    measure(&frame, is_grey, &gray_off, &color_off);
    printf("# %s: gray off by %d at most, colour by %d\n", format, gray_off, color_off);
    CU_ASSERT(gray_off <= 3);
    CU_ASSERT(is_grey || color_off <= 6);
    mien_camera_release(camera, &frame);
    mien_camera_close(&camera);
}

static void yuyv_bars(void)
{
    check_bars("YUYV", false);
}

static void uyvy_bars(void)
{
    check_bars("UYVY", false);
}

static void nv12_bars(void)
{
    check_bars("NV12", false);
}

static void yu12_bars(void)
{
    check_bars("YU12", false);
}

static void grey_bars(void)
{
    check_bars("GREY", true);
}

/* test_formats [planes] */
int main(int argc, char **argv)
{
    (void)argv;
    multi_planar = argc > 1;
    static const struct test tests[] = {
        {"YUYV bars", yuyv_bars}, {"UYVY bars", uyvy_bars}, {"NV12 bars", nv12_bars},
        {"YU12 bars", yu12_bars}, {"GREY bars", grey_bars}, {NULL, NULL},
    };
    return run_tests(multi_planar ? "formats in planes" : "formats", tests);
}
