/* Pictures that are read without FFmpeg, against how FFmpeg reads them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media.h"
#include "runner.h"
#include "video/still_kinds.h"
#include "video/video.h"

enum { FILE_SIZE_MAX = 1 << 20, DAMAGES = 1000 };

struct bytes {
    uint8_t *data;
    size_t size;
};

static struct bytes load(const char *path)
{
    struct bytes bytes = {malloc(FILE_SIZE_MAX), 0};
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    bytes.size = fread(bytes.data, 1, FILE_SIZE_MAX, file);
    fclose(file);
    return bytes;
}

/* The mean and the largest difference of bytes that are seen. */
struct difference {
    double mean;
    int largest;
};

static struct difference difference_of(const struct mien_picture *a, const struct mien_picture *b)
{
    struct difference difference = {0, 0};
    int step = a->pixels == MIEN_BGRX32 ? 4 : 1;
    CU_ASSERT_EQUAL_FATAL(a->pixels, b->pixels);
    CU_ASSERT_EQUAL_FATAL(a->width, b->width);
    CU_ASSERT_EQUAL_FATAL(a->height, b->height);
    for (int y = 0; y < a->height; y++)
        for (int x = 0; x < a->width * step; x++) {
            int d = step == 4 && x % 4 == 3
                        ? 0
                        : abs(a->data[y * a->stride + x] - b->data[y * b->stride + x]);
            difference.mean += d;
            difference.largest = d > difference.largest ? d : difference.largest;
        }
    difference.mean /= (double)a->width * a->height * step;
    return difference;
}

/* Whether FFmpeg is not needed for it and would not read it otherwise: its gray picture differs by
 * `most` at most, its colours by as much as the ways to enlarge them do. */
static void check_like_ffmpeg(const char *path, int most)
{
    struct mien_still still;
    struct mien_frame frame;
    struct mien_reader *reader = NULL;
    tell(path);
    CU_ASSERT_EQUAL_FATAL(mien_still_read(&still, path, true, NULL), 0);
    CU_ASSERT_PTR_NULL(still.reader);
    CU_ASSERT_FALSE(still.damaged);
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, path, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_reader_next(reader, &frame, NULL), 1);
    struct difference gray = difference_of(&still.gray, &frame.gray);
    struct difference color = difference_of(&still.color, &frame.color);
    char words[100];
    snprintf(words, sizeof words, "gray %.3f (%d), colour %.3f (%d)", gray.mean, gray.largest,
             color.mean, color.largest);
    tell(words);
    CU_ASSERT(gray.largest <= most);
    CU_ASSERT(color.mean < 6);
    mien_reader_close(&reader);
    mien_still_free(&still);
    CU_ASSERT_EQUAL_FATAL(mien_still_read(&still, path, false, NULL), 0);
    CU_ASSERT_PTR_NULL(still.color.data);
    CU_ASSERT_PTR_NOT_NULL(still.gray.data);
    mien_still_free(&still);
}

/* A file of this kind of each pixel format. */
static void check_formats(const char *const *formats, const char *kind, int most)
{
    for (; *formats; formats++) {
        char arguments[200];
        snprintf(arguments, sizeof arguments,
                 "-f lavfi -i testsrc2=s=75x51 -pix_fmt %s -q:v 2 -frames:v 1 %s.%s", *formats,
                 *formats, kind);
        if (!media_make(arguments))
            return;
        check_like_ffmpeg(strrchr(arguments, ' ') + 1, most);
    }
}

static void reads_jpeg_like_ffmpeg(void)
{
    static const char *const formats[] = {"yuvj420p", "yuvj422p", "yuvj444p", "gray", NULL};
    check_formats(formats, "jpg", 2);
}

static void reads_png_like_ffmpeg(void)
{
    static const char *const formats[] = {"rgb24", "rgba", "gray", "ya8", "pal8", NULL};
    check_formats(formats, "png", 1);
}

/* Puts EXIF with an orientation behind the start of a JPEG. */
static void write_turned(const char *path, const struct bytes *jpeg, int orientation, bool big)
{
    uint8_t head[38] = {0xff, 0xd8, 0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f'};
    static const uint8_t small_end[] = {'I', 'I',  42, 0, 8, 0, 0, 0, 1,
                                        0,   0x12, 1,  3, 0, 1, 0, 0, 0},
                         big_end[] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1};
    memcpy(head + 12, big ? big_end : small_end, sizeof big_end);
    head[big ? 31 : 30] = (uint8_t)orientation;
    struct bytes turned = {malloc(sizeof head + jpeg->size), sizeof head + jpeg->size - 2};
    memcpy(turned.data, head, sizeof head);
    memcpy(turned.data + sizeof head, jpeg->data + 2, jpeg->size - 2);
    media_write(path, turned.data, turned.size);
    free(turned.data);
}

static void turns_as_exif_says(void)
{
    if (!media_make("-f lavfi -i testsrc2=s=75x51 -pix_fmt yuvj444p -q:v 2 -frames:v 1 up.jpg"))
        return;
    struct bytes jpeg = load("up.jpg");
    for (int orientation = 0; orientation <= 9; orientation++)
        for (int big = 0; big < 2; big++) {
            char name[40];
            snprintf(name, sizeof name, "%d-%d.jpg", orientation, big);
            write_turned(name, &jpeg, orientation, big);
            check_like_ffmpeg(name, 2);
        }
    free(jpeg.data);
}

static void check_left_to_ffmpeg(const char *path, bool damaged)
{
    struct mien_still still;
    tell(path);
    CU_ASSERT_EQUAL_FATAL(mien_still_read(&still, path, true, NULL), 0);
    CU_ASSERT_PTR_NOT_NULL(still.reader);
    CU_ASSERT_EQUAL(still.damaged, damaged);
    CU_ASSERT_PTR_NOT_NULL(still.color.data);
    mien_still_free(&still);
}

static void leaves_the_unusual_to_ffmpeg(void)
{
    static const char comment[] = "\xff\xd8\xff\xfe\0\x0c"
                                  "CS=ITU601";
    if (!media_make("-f lavfi -i testsrc2=s=75x51 -frames:v 1 a.bmp -pix_fmt rgb48 -frames:v 1 "
                    "deep.png -plays 0 -frames:v 2 -f apng moving.png -frames:v 1 b.jpg"))
        return;
    struct bytes jpeg = load("b.jpg");
    check_left_to_ffmpeg("a.bmp", false);
    check_left_to_ffmpeg("deep.png", false);
    check_left_to_ffmpeg("moving.png", false);
    media_write("cut.jpg", jpeg.data, jpeg.size / 2);
    check_left_to_ffmpeg("cut.jpg", true);
    uint8_t *video = malloc(jpeg.size + sizeof comment);
    memcpy(video, comment, sizeof comment);
    memcpy(video + sizeof comment, jpeg.data + 2, jpeg.size - 2);
    media_write("video.jpg", video, jpeg.size + sizeof comment - 2);
    check_left_to_ffmpeg("video.jpg", false);
    free(video);
    free(jpeg.data);
}

static void tells_what_cannot_be_read(void)
{
    struct mien_still still;
    struct mien_error error = {""};
    CU_ASSERT(mien_still_read(&still, "nowhere.jpg", true, &error) < 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "nowhere.jpg"));
    media_write("words.png", "no picture", 10);
    CU_ASSERT(mien_still_read(&still, "words.png", true, &error) < 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "words.png"));
    CU_ASSERT(mien_still_read(&still, ".", true, &error) < 0);
}

/* Decodes a copy that ends where its memory does. */
static bool decodes(const uint8_t *data, size_t size)
{
    struct mien_still still = {.damaged = false};
    uint8_t *copy = malloc(size + !size);
    memcpy(copy, data, size);
    bool done = still_jpeg(&still, copy, size, true) || still_png(&still, copy, size, true);
    CU_ASSERT_EQUAL(done, still.gray.data && still.color.data);
    mien_still_free(&still);
    free(copy);
    return done;
}

static void check_hostile(const char *path)
{
    struct bytes file = load(path);
    CU_ASSERT(decodes(file.data, file.size));
    for (size_t size = 0; size < file.size; size++)
        CU_ASSERT_FALSE(decodes(file.data, size));
    srand(1);
    for (int i = 0; i < DAMAGES; i++) {
        size_t at = (size_t)rand() % file.size;
        uint8_t was = file.data[at];
        file.data[at] = (uint8_t)rand();
        decodes(file.data, file.size);
        file.data[at] = was;
    }
    free(file.data);
}

static void survives_hostile_files(void)
{
    if (!media_make("-f lavfi -i testsrc2=s=24x16 -frames:v 1 -pix_fmt rgb24 s.png -frames:v 1 "
                    "-pix_fmt pal8 p.png -frames:v 1 -pix_fmt yuvj420p s.jpg"))
        return;
    struct bytes jpeg = load("s.jpg");
    write_turned("t.jpg", &jpeg, 6, true);
    free(jpeg.data);
    check_hostile("s.png");
    check_hostile("p.png");
    check_hostile("t.jpg");
}

int main(void)
{
    const struct test tests[] = {
        {"reads JPEG like FFmpeg", reads_jpeg_like_ffmpeg},
        {"reads PNG like FFmpeg", reads_png_like_ffmpeg},
        {"turns as EXIF says", turns_as_exif_says},
        {"leaves the unusual to FFmpeg", leaves_the_unusual_to_ffmpeg},
        {"tells what cannot be read", tells_what_cannot_be_read},
        {"survives hostile files", survives_hostile_files},
        {NULL, NULL},
    };
    media_enter_folder();
    return run_tests("still", tests);
}
