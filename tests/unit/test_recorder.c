/* What live records, read back. */
#include "media.h"
#include "runner.h"
#include "stream/recorder.h"
#include "video/video.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 320, HEIGHT = 240, RED = 0xC81E1E, GREEN = 0x1EA01E };

static const char *const labels[] = {"angry", "happy"};
static const struct mien_model_info model = {.labels = labels, .label_count = 2};
static const struct mien_faces nobody;
static const struct overlay_style plain;

static struct mien_frame frame_of(int width, int height, uint32_t color, double time)
{
    struct mien_frame frame = {.time = time};
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&frame.color, MIEN_BGRX32, width, height, NULL), 0);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            memcpy(frame.color.data + y * frame.color.stride + 4 * x, &color, 4);
    return frame;
}

static struct recorder *start(const char *path, const struct mien_frame *first)
{
    struct recorder *recorder = NULL;
    struct mien_error error = {""};
    CU_ASSERT_EQUAL_FATAL(recorder_start(&recorder, path, first, 30, true, &model, &error), 0);
    return recorder;
}

static void add(struct recorder *recorder, struct mien_frame frame, const struct mien_faces *faces)
{
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(recorder_add(recorder, &frame, faces, &plain, &error), 0);
    CU_ASSERT_STRING_EQUAL(error.text, "");
    mien_picture_free(&frame.color);
}

static bool shows(const struct mien_picture *picture, double x, double y, uint32_t color)
{
    const uint8_t *p =
        picture->data + (int)(y * (HEIGHT - 1)) * picture->stride + 4 * (int)(x * (WIDTH - 1));
    for (int i = 0; i < 3; i++)
        if (abs(p[i] - (int)(color >> 8 * i & 0xFF)) > 30)
            return false;
    return true;
}

/* The last picture is never dropped: it has `middle` in its middle, and `edge` at the places. */
static void check_last(const char *path, uint32_t middle, double x, double y, uint32_t edge)
{
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    int frames = 0;
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, path, NULL), 0);
    CU_ASSERT_EQUAL(mien_reader_info(reader)->width, WIDTH);
    CU_ASSERT_EQUAL(mien_reader_info(reader)->height, HEIGHT);
    while (mien_reader_next(reader, &frame, NULL) > 0)
        frames++;
    CU_ASSERT_FATAL(frames >= 1);
    CU_ASSERT(shows(&frame.color, 0.5, 0.5, middle));
    CU_ASSERT(shows(&frame.color, x, y, edge));
    CU_ASSERT(shows(&frame.color, 1 - x, 1 - y, edge));
    mien_reader_close(&reader);
}

/* A camera that comes back wide, tall or larger is recorded in the size of before, in its shape. */
static void other_sizes_are_fitted_in(void)
{
    static const struct {
        int width, height;
        double x, y; /* a place at the edge */
        uint32_t edge;
    } sizes[] = {{1280, 480, 0.5, 0.1, 0}, /* leaves a quarter above and below */
                 {1280, 480, 0.01, 0.5, GREEN},
                 {120, 240, 0.2, 0.5, 0}, /* five sixteenths at each side */
                 {120, 240, 0.5, 0.01, GREEN},
                 {1280, 960, 0.01, 0.01, GREEN}};
    struct mien_frame first = frame_of(WIDTH, HEIGHT, RED, 5);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct recorder *recorder = start("fit.mkv", &first);
        add(recorder, frame_of(WIDTH, HEIGHT, RED, 5), &nobody);
        add(recorder, frame_of(sizes[i].width, sizes[i].height, GREEN, 6), &nobody);
        CU_ASSERT_EQUAL(recorder_stop(&recorder, NULL), 0);
        check_last("fit.mkv", GREEN, sizes[i].x, sizes[i].y, sizes[i].edge);
    }
    mien_picture_free(&first.color);
}

static void the_first_size_comes_back(void)
{
    struct mien_frame first = frame_of(WIDTH, HEIGHT, RED, 0);
    struct recorder *recorder = start("back.mkv", &first);
    for (int i = 0; i < 8; i++)
        add(recorder, frame_of(i % 2 ? WIDTH : 100 * i + 100, HEIGHT, i % 2 ? RED : GREEN, i / 8.0),
            &nobody);
    CU_ASSERT_EQUAL(recorder_stop(&recorder, NULL), 0);
    check_last("back.mkv", RED, 0.01, 0.01, RED);
    mien_picture_free(&first.color);
}

/* Whether half way down something stands on the green between two places. */
static bool is_marked(const struct mien_picture *picture, double left, double right)
{
    for (double x = left; x < right; x += 1.0 / WIDTH)
        if (!shows(picture, x, 0.5, GREEN))
            return true;
    return false;
}

/* Boxes are drawn before the picture is scaled: they stay around their faces. */
static void faces_are_marked_where_they_are(void)
{
    struct mien_frame first = frame_of(WIDTH, HEIGHT, RED, 0);
    struct recorder *recorder = start("marked.mkv", &first);
    struct mien_face face = {.id = 1,
                             .box = {320, 240, 640, 480},
                             .label = 1,
                             .probabilities = {0.1f, 0.9f},
                             .confidence = 0.9f};
    struct mien_faces faces = {.list = &face, .count = 1};
    add(recorder, frame_of(4 * WIDTH, 4 * HEIGHT, GREEN, 1), &faces);
    CU_ASSERT_EQUAL(recorder_stop(&recorder, NULL), 0);
    check_last("marked.mkv", GREEN, 0.01, 0.01, GREEN);
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, "marked.mkv", NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_reader_next(reader, &frame, NULL), 1);
    CU_ASSERT(is_marked(&frame.color, 0.24, 0.27));
    CU_ASSERT(is_marked(&frame.color, 0.73, 0.76));
    CU_ASSERT_FALSE(is_marked(&frame.color, 0, 0.23));
    CU_ASSERT_FALSE(is_marked(&frame.color, 0.28, 0.72));
    mien_reader_close(&reader);
    mien_picture_free(&first.color);
}

int main(void)
{
    const struct test tests[] = {
        {"other sizes are fitted in", other_sizes_are_fitted_in},
        {"the first size comes back", the_first_size_comes_back},
        {"faces are marked where they are", faces_are_marked_where_they_are},
        {NULL, NULL},
    };
    media_enter_folder();
    return run_tests("recorder", tests);
}
