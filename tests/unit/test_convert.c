#include "camera/convert.h"
#include "camera/raw.h"
#include "runner.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <turbojpeg.h>

static struct mien_frame make_frame(int width, int height)
{
    struct mien_frame frame = {0};
    mien_picture_alloc(&frame.color, MIEN_BGRX32, width, height, NULL);
    mien_picture_alloc(&frame.gray, MIEN_GRAY8, width, height, NULL);
    return frame;
}

static void free_frame(struct mien_frame *frame)
{
    mien_picture_free(&frame->color);
    mien_picture_free(&frame->gray);
}

static uint8_t gray_at(const struct mien_frame *frame, int x, int y)
{
    return frame->gray.data[y * frame->gray.stride + x];
}

static const uint8_t *color_at(const struct mien_frame *frame, int x, int y)
{
    return frame->color.data + y * frame->color.stride + 4 * x;
}

/* Runs `data`, given in memory of exactly its size so that a sanitizer sees a byte read too far. */
static int convert_once(const struct mien_convert_format *format, const uint8_t *data, size_t size,
                        struct mien_frame *frame)
{
    struct mien_converter *converter = NULL;
    uint8_t *exact = malloc(size ? size : 1);
    memcpy(exact, data, size);
    int result = mien_converter_create(&converter, format, NULL);
    if (!result)
        result = mien_converter_run(converter, exact, size, frame);
    mien_converter_destroy(&converter);
    free(exact);
    return result;
}

/* ---- raw formats ---- */

enum { WIDTH = 36, HEIGHT = 10, PADDED = 80 };

static int expected_gray(int luma)
{
    int gray = (int)((luma - 16) * 255.0 / 219 + 0.5);
    return luma <= 16 ? 0 : gray > 255 ? 255 : gray;
}

/* The luma of pixel (x, y) in the pictures below: every value occurs. */
static uint8_t luma_at(int x, int y)
{
    return (uint8_t)(y * WIDTH + x);
}

static void check_gray(const struct mien_frame *frame, bool full_range)
{
    int wrong = 0;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            wrong +=
                gray_at(frame, x, y) != (full_range ? luma_at(x, y) : expected_gray(luma_at(x, y)));
    CU_ASSERT_EQUAL(wrong, 0);
}

static void yuyv_gray_is_exact_with_padding(void)
{
    uint8_t data[PADDED * HEIGHT];
    memset(data, 128, sizeof data);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            data[y * PADDED + 2 * x] = luma_at(x, y);
    struct mien_frame frame = make_frame(WIDTH, HEIGHT);
    struct mien_convert_format format = {V4L2_PIX_FMT_YUYV, WIDTH, HEIGHT, PADDED, false, false};
    CU_ASSERT_EQUAL(convert_once(&format, data, sizeof data, &frame), 0);
    check_gray(&frame, false);
    format.full_range = true;
    CU_ASSERT_EQUAL(convert_once(&format, data, sizeof data, &frame), 0);
    check_gray(&frame, true);
    free_frame(&frame);
}

static void uyvy_gray_is_exact(void)
{
    uint8_t data[WIDTH * 2 * HEIGHT];
    memset(data, 128, sizeof data);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            data[(y * WIDTH + x) * 2 + 1] = luma_at(x, y);
    struct mien_frame frame = make_frame(WIDTH, HEIGHT);
    struct mien_convert_format format = {V4L2_PIX_FMT_UYVY, WIDTH, HEIGHT, 0, false, false};
    CU_ASSERT_EQUAL(convert_once(&format, data, sizeof data, &frame), 0);
    check_gray(&frame, false);
    free_frame(&frame);
}

/* NV12 and YU12 begin with the same plane of luma; only their chroma differs. */
static void planar_gray_is_exact(uint32_t fourcc, size_t stride)
{
    size_t row = stride ? stride : WIDTH, size = row * HEIGHT * 3 / 2;
    uint8_t *data = malloc(size);
    memset(data, 128, size);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            data[(size_t)y * row + (size_t)x] = luma_at(x, y);
    struct mien_frame frame = make_frame(WIDTH, HEIGHT);
    struct mien_convert_format format = {fourcc, WIDTH, HEIGHT, stride, false, false};
    CU_ASSERT_EQUAL(convert_once(&format, data, size, &frame), 0);
    check_gray(&frame, false);
    CU_ASSERT_EQUAL(convert_once(&format, data, size - 1, &frame), -EBADMSG);
    free_frame(&frame);
    free(data);
}

static void nv12_and_yu12_gray_is_exact(void)
{
    planar_gray_is_exact(V4L2_PIX_FMT_NV12, 0);
    planar_gray_is_exact(V4L2_PIX_FMT_NV12, PADDED);
    planar_gray_is_exact(V4L2_PIX_FMT_YUV420, 0);
    planar_gray_is_exact(V4L2_PIX_FMT_YUV420, PADDED);
}

static void grey_keeps_its_values(void)
{
    uint8_t data[WIDTH * HEIGHT];
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        data[i] = (uint8_t)i;
    struct mien_frame frame = make_frame(WIDTH, HEIGHT);
    struct mien_convert_format format = {V4L2_PIX_FMT_GREY, WIDTH, HEIGHT, 0, true, false};
    CU_ASSERT_EQUAL(convert_once(&format, data, sizeof data, &frame), 0);
    check_gray(&frame, true);
    const uint8_t *color = color_at(&frame, 5, 3);
    CU_ASSERT(color[0] == luma_at(5, 3) && color[1] == color[0] && color[2] == color[0]);
    free_frame(&frame);
}

static bool is_near(const uint8_t *color, int blue, int green, int red)
{
    return abs(color[0] - blue) < 4 && abs(color[1] - green) < 4 && abs(color[2] - red) < 4;
}

/* Pure red and blue, limited range: BT.601 has Y 81, U 90, V 240 and Y 41, U 240, V 110. */
static void colors_follow_the_matrix(void)
{
    uint8_t data[WIDTH * 2 * HEIGHT];
    for (size_t i = 0; i < sizeof data; i += 4)
        memcpy(data + i, (uint8_t[4]){81, 90, 81, 240}, 4);
    struct mien_frame frame = make_frame(WIDTH, HEIGHT);
    struct mien_convert_format format = {V4L2_PIX_FMT_YUYV, WIDTH, HEIGHT, 0, false, false};
    CU_ASSERT_EQUAL(convert_once(&format, data, sizeof data, &frame), 0);
    CU_ASSERT(is_near(color_at(&frame, 0, 0), 0, 0, 255));
    CU_ASSERT(is_near(color_at(&frame, WIDTH - 1, HEIGHT - 1), 0, 0, 255));
    for (size_t i = 0; i < sizeof data; i += 4) /* blue by BT.709 */
        memcpy(data + i, (uint8_t[4]){32, 240, 32, 118}, 4);
    format.bt709 = true;
    CU_ASSERT_EQUAL(convert_once(&format, data, sizeof data, &frame), 0);
    CU_ASSERT(is_near(color_at(&frame, 7, 7), 255, 0, 0));
    free_frame(&frame);
}

/* ---- no byte beyond ---- */

enum { AREA = 4096 * 4096 * 2, PAGE = 4096 };

/* Memory that ends where reading kills: what a sanitizer cannot see, vector code of libraries. */
static uint8_t *guarded_end(void)
{
    static uint8_t *area;
    if (area)
        return area + AREA;
    area = mmap(NULL, AREA + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CU_ASSERT_FATAL(area != MAP_FAILED && !mprotect(area + AREA, PAGE, PROT_NONE));
    return area + AREA;
}

/* Bytes that a picture of that layout needs. */
static size_t size_of(const struct mien_convert_format *format)
{
    return raw_lay_out(format->fourcc, format->width, format->height, format->stride).size;
}

/* All of it, and one byte less. A byte that is read too far ends the program. */
static void convert_at_the_end(const struct mien_convert_format *format)
{
    struct mien_converter *converter = NULL;
    struct mien_frame frame = make_frame(format->width, format->height);
    size_t size = size_of(format);
    CU_ASSERT_EQUAL_FATAL(mien_converter_create(&converter, format, NULL), 0);
    memset(guarded_end() - size, 128, size);
    CU_ASSERT_EQUAL(mien_converter_run(converter, guarded_end() - size, size, &frame), 0);
    CU_ASSERT_EQUAL(gray_at(&frame, format->width - 1, format->height - 1), expected_gray(128));
    CU_ASSERT_EQUAL(mien_converter_run(converter, guarded_end() - size + 1, size - 1, &frame),
                    -EBADMSG);
    mien_converter_destroy(&converter);
    free_frame(&frame);
}

static const uint32_t raw_fourccs[] = {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_UYVY, V4L2_PIX_FMT_NV12,
                                       V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_GREY};
enum { RAW_FOURCCS = sizeof raw_fourccs / sizeof *raw_fourccs };

/* Every small size, with every padding that a driver may claim; 0 is none. */
static void small_pictures_are_read_no_further(void)
{
    for (int i = 0; i < RAW_FOURCCS; i++)
        for (int width = 1; width <= 34; width++)
            for (int height = 1; height <= 5; height++)
                for (size_t pad = 0; pad <= 17; pad++) {
                    size_t row = raw_row_size(raw_fourccs[i], width);
                    const struct mien_convert_format format = {
                        raw_fourccs[i], width, height, pad ? row + pad - 1 : 0, false, false};
                    convert_at_the_end(&format);
                }
}

static void pictures_of_cameras_are_read_no_further(void)
{
    static const int sizes[][2] = {{160, 120},  {176, 144},  {320, 180},  {352, 288},
                                   {424, 240},  {640, 480},  {848, 480},  {960, 540},
                                   {1024, 576}, {1280, 720}, {1920, 1080}};
    for (int i = 0; i < RAW_FOURCCS; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            const struct mien_convert_format format = {raw_fourccs[i], sizes[k][0], sizes[k][1], 0,
                                                       false,          false};
            convert_at_the_end(&format);
        }
}

static void rows_that_are_too_short_are_refused(void)
{
    for (int i = 0; i < RAW_FOURCCS; i++) {
        struct mien_converter *converter = NULL;
        struct mien_error error = {""};
        struct mien_convert_format format = {raw_fourccs[i], WIDTH, HEIGHT, 0, false, false};
        format.stride = raw_row_size(raw_fourccs[i], WIDTH) - 1;
        CU_ASSERT_EQUAL(mien_converter_create(&converter, &format, &error), -EINVAL);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "it needs"));
        format.stride = SIZE_MAX;
        CU_ASSERT_EQUAL(mien_converter_create(&converter, &format, &error), -EINVAL);
    }
}

/* The last column of an odd width has no V of its own in packed formats. */
static void odd_widths_keep_their_last_pixel(void)
{
    const uint8_t yuyv[] = {81, 90, 81, 240, 81, 90}, uyvy[] = {90, 81, 240, 81, 90, 81};
    struct mien_frame frame = make_frame(3, 1);
    struct mien_convert_format format = {V4L2_PIX_FMT_YUYV, 3, 1, 0, false, false};
    CU_ASSERT_EQUAL(convert_once(&format, yuyv, sizeof yuyv, &frame), 0);
    CU_ASSERT(is_near(color_at(&frame, 2, 0), 0, 0, 255));
    format.fourcc = V4L2_PIX_FMT_UYVY;
    CU_ASSERT_EQUAL(convert_once(&format, uyvy, sizeof uyvy, &frame), 0);
    CU_ASSERT(is_near(color_at(&frame, 2, 0), 0, 0, 255));
    free_frame(&frame);
}

/* ---- JPEG ---- */

/* A gradient with a step, as JPEG; free with tjFree. */
static uint8_t *make_jpeg(int width, int height, int sampling, unsigned long *size)
{
    uint8_t *pixels = malloc((size_t)width * (size_t)height), *jpeg = NULL;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            pixels[y * width + x] = (uint8_t)(x < width / 2 ? 20 + 3 * x : 235 - 2 * y);
    tjhandle turbo = tjInitCompress();
    uint8_t *bgr = malloc((size_t)width * (size_t)height * 3);
    for (int i = 0; i < 3 * width * height; i++)
        bgr[i] = pixels[i / 3];
    *size = 0;
    tjCompress2(turbo, bgr, width, 0, height, TJPF_BGR, &jpeg, size, sampling, 95, 0);
    tjDestroy(turbo);
    free(pixels);
    free(bgr);
    return jpeg;
}

static int convert_jpeg(const uint8_t *jpeg, size_t size, struct mien_frame *frame)
{
    struct mien_convert_format format = {
        V4L2_PIX_FMT_MJPEG, frame->gray.width, frame->gray.height, 0, true, false};
    return convert_once(&format, jpeg, size, frame);
}

static void jpeg_of_every_sampling_is_decoded(void)
{
    for (int sampling = 0; sampling < TJ_NUMSAMP; sampling++)
        for (int side = 33; side < 67; side += 11) {
            unsigned long size;
            uint8_t *jpeg = make_jpeg(side, side, sampling, &size);
            struct mien_frame frame = make_frame(side, side);
            CU_ASSERT_EQUAL(convert_jpeg(jpeg, size, &frame), 0);
            CU_ASSERT(abs(gray_at(&frame, 3, side - 1) - (20 + 9)) < 6);
            CU_ASSERT(abs(gray_at(&frame, side - 1, 2) - (235 - 4)) < 6);
            CU_ASSERT(is_near(color_at(&frame, 3, side - 1), gray_at(&frame, 3, side - 1),
                              gray_at(&frame, 3, side - 1), gray_at(&frame, 3, side - 1)));
            free_frame(&frame);
            tjFree(jpeg);
        }
}

static void broken_jpegs_are_refused(void)
{
    unsigned long size;
    uint8_t *jpeg = make_jpeg(64, 48, TJSAMP_422, &size);
    struct mien_frame frame = make_frame(64, 48), other = make_frame(48, 64);
    CU_ASSERT_EQUAL(convert_jpeg(jpeg, size, &frame), 0);
    CU_ASSERT_EQUAL(convert_jpeg(jpeg, size, &other), -EBADMSG);
    int accepted = 0;
    for (unsigned long cut = 0; cut + 2 < size; cut++) /* all but the end marker may be missing */
        accepted += convert_jpeg(jpeg, cut, &frame) == 0;
    CU_ASSERT_EQUAL(accepted, 0);
    memset(jpeg, 0xff, size);
    CU_ASSERT_EQUAL(convert_jpeg(jpeg, size, &frame), -EBADMSG);
    tjFree(jpeg);
    free_frame(&frame);
    free_frame(&other);
}

/* Removes every Huffman table (marker ff c4), which many webcams leave out. */
static size_t strip_tables(uint8_t *jpeg, size_t size)
{
    for (size_t at = 2; at + 4 < size && jpeg[at + 1] != 0xda;) {
        size_t segment = 2 + (size_t)(jpeg[at + 2] << 8 | jpeg[at + 3]);
        if (jpeg[at + 1] == 0xc4) {
            memmove(jpeg + at, jpeg + at + segment, size - at - segment);
            size -= segment;
        } else {
            at += segment;
        }
    }
    return size;
}

static void webcam_habits_are_borne(void)
{
    unsigned long size;
    uint8_t *jpeg = make_jpeg(64, 48, TJSAMP_422, &size);
    size_t stripped = strip_tables(jpeg, size);
    CU_ASSERT(stripped < size);
    struct mien_frame frame = make_frame(64, 48);
    CU_ASSERT_EQUAL(convert_jpeg(jpeg, stripped, &frame), 0);
    CU_ASSERT(abs(gray_at(&frame, 3, 3) - 29) < 6);
    uint8_t *padded = calloc(1, stripped + 1000); /* stray bytes before the end, zeros after it */
    memcpy(padded, jpeg, stripped - 2);
    memcpy(padded + stripped - 2, (uint8_t[]){1, 2, 3, 0xff, 0xd9}, 5);
    CU_ASSERT_EQUAL(convert_jpeg(padded, stripped + 1000, &frame), 0);
    free(padded);
    free_frame(&frame);
    tjFree(jpeg);
}

static void random_damage_never_crashes(void)
{
    unsigned long size;
    uint8_t *jpeg = make_jpeg(64, 48, TJSAMP_420, &size), *damaged = malloc(size);
    struct mien_frame frame = make_frame(64, 48);
    srand(7);
    for (int round = 0; round < 500; round++) {
        memcpy(damaged, jpeg, size);
        for (int hit = 0; hit < 1 + round % 8; hit++)
            damaged[(unsigned long)rand() % size] = (uint8_t)rand();
        int result = convert_jpeg(damaged, size, &frame);
        CU_ASSERT(result == 0 || result == -EBADMSG);
    }
    free(damaged);
    free_frame(&frame);
    tjFree(jpeg);
}

/* ---- gray alone ---- */

static void check_gray_alone(const struct mien_convert_format *format, const uint8_t *data,
                             size_t size)
{
    struct mien_frame both = make_frame(format->width, format->height), alone = both;
    alone.color = (struct mien_picture){0};
    alone.gray = (struct mien_picture){0};
    mien_picture_alloc(&alone.gray, MIEN_GRAY8, format->width, format->height, NULL);
    CU_ASSERT_EQUAL(convert_once(format, data, size, &both), 0);
    CU_ASSERT_EQUAL(convert_once(format, data, size, &alone), 0);
    for (int y = 0; y < format->height; y++)
        CU_ASSERT(!memcmp(alone.gray.data + y * alone.gray.stride,
                          both.gray.data + y * both.gray.stride, (size_t)format->width));
    free_frame(&both);
    free_frame(&alone);
}

static void gray_alone_has_the_same_values(void)
{
    for (int full = 0; full < 2; full++) {
        for (int sampling = 0; sampling < TJ_NUMSAMP; sampling++) {
            unsigned long size;
            uint8_t *jpeg = make_jpeg(67, 45, sampling, &size);
            struct mien_convert_format format = {V4L2_PIX_FMT_MJPEG, 67, 45, 0, full, false};
            check_gray_alone(&format, jpeg, size);
            tjFree(jpeg);
        }
        uint8_t data[WIDTH * 2 * HEIGHT];
        for (size_t i = 0; i < sizeof data; i++)
            data[i] = (uint8_t)(i * 7);
        struct mien_convert_format format = {V4L2_PIX_FMT_YUYV, WIDTH, HEIGHT, 0, full, false};
        check_gray_alone(&format, data, sizeof data);
    }
}

/* ---- refusals ---- */

static void bad_formats_are_refused(void)
{
    struct mien_converter *converter = NULL;
    struct mien_error error = {""};
    struct mien_convert_format format = {v4l2_fourcc('B', 'A', '8', '1'), 64, 48, 0, false, false};
    CU_ASSERT_EQUAL(mien_converter_create(&converter, &format, &error), -ENOTSUP);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "BA81"));
    format = (struct mien_convert_format){V4L2_PIX_FMT_YUYV, 64, 48, 100, false, false};
    CU_ASSERT_EQUAL(mien_converter_create(&converter, &format, &error), -EINVAL);
    format = (struct mien_convert_format){V4L2_PIX_FMT_YUYV, 0, 48, 0, false, false};
    CU_ASSERT_EQUAL(mien_converter_create(&converter, &format, &error), -EINVAL);
    format = (struct mien_convert_format){V4L2_PIX_FMT_MJPEG, 64, 1 << 20, 0, false, false};
    CU_ASSERT_EQUAL(mien_converter_create(&converter, &format, &error), -EINVAL);
    CU_ASSERT_PTR_NULL(converter);
}

int main(void)
{
    const struct test tests[] = {
        {"YUYV gray is exact, padding skipped", yuyv_gray_is_exact_with_padding},
        {"UYVY gray is exact", uyvy_gray_is_exact},
        {"NV12 and YU12 gray is exact", nv12_and_yu12_gray_is_exact},
        {"GREY keeps its values", grey_keeps_its_values},
        {"colours follow the matrix", colors_follow_the_matrix},
        {"small pictures are read no further", small_pictures_are_read_no_further},
        {"pictures of cameras are read no further", pictures_of_cameras_are_read_no_further},
        {"rows that are too short are refused", rows_that_are_too_short_are_refused},
        {"odd widths keep their last pixel", odd_widths_keep_their_last_pixel},
        {"JPEG of every sampling is decoded", jpeg_of_every_sampling_is_decoded},
        {"broken JPEGs are refused", broken_jpegs_are_refused},
        {"webcam habits are borne", webcam_habits_are_borne},
        {"random damage never crashes", random_damage_never_crashes},
        {"gray alone has the same values", gray_alone_has_the_same_values},
        {"bad formats are refused", bad_formats_are_refused},
        {NULL, NULL},
    };
    return run_tests("convert", tests);
}
