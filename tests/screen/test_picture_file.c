/* Pictures written and read back. */
#include "draw/picture_file.h"
#include "media.h"
#include "runner.h"
#include "video/video.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { WIDTH = 61, HEIGHT = 35 }; /* odd, so that rows have a tail */

static const uint8_t colors[2][4] = {{200, 40, 90, 0}, {30, 180, 220, 0}};

/* The left half in one colour, the right half in the other. */
static struct mien_picture two_colors(void)
{
    struct mien_picture picture = {0};
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&picture, MIEN_BGRX32, WIDTH, HEIGHT, NULL), 0);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            memcpy(picture.data + y * picture.stride + 4 * x, colors[x > WIDTH / 2], 4);
    return picture;
}

static void check_pixel(const struct mien_picture *picture, int x, int y, int tolerance)
{
    const uint8_t *found = picture->data + y * picture->stride + 4 * x;
    const uint8_t *meant = colors[x > WIDTH / 2];
    for (int i = 0; i < 3; i++)
        CU_ASSERT(abs(found[i] - meant[i]) <= tolerance);
}

static void check_file(const char *path, int tolerance)
{
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, path, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_reader_next(reader, &frame, NULL), 1);
    CU_ASSERT_EQUAL(frame.color.width, WIDTH);
    CU_ASSERT_EQUAL(frame.color.height, HEIGHT);
    check_pixel(&frame.color, 3, 3, tolerance);
    check_pixel(&frame.color, WIDTH - 1, HEIGHT - 1, tolerance);
    mien_reader_close(&reader);
}

static void png_keeps_every_pixel(void)
{
    struct mien_picture picture = two_colors();
    CU_ASSERT_EQUAL(picture_file_write("a.png", &picture, false, NULL), 0);
    check_file("a.png", 1);
    mien_picture_free(&picture);
}

static void jpeg_keeps_the_colors(void)
{
    struct mien_picture picture = two_colors();
    CU_ASSERT_EQUAL(picture_file_write("a.JPG", &picture, false, NULL), 0);
    check_file("a.JPG", 8);
    CU_ASSERT_EQUAL(picture_file_write("b.jpeg", &picture, false, NULL), 0);
    mien_picture_free(&picture);
}

static void overwrites_only_when_told(void)
{
    struct mien_picture picture = two_colors();
    struct mien_error error = {""};
    media_write("kept.png", "precious", 8);
    CU_ASSERT_EQUAL(picture_file_write("kept.png", &picture, false, &error), -EEXIST);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "kept.png"));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "-y"));
    struct run run;
    media_shell(&run, "cat kept.png");
    CU_ASSERT_STRING_EQUAL(run.out, "precious");
    CU_ASSERT_EQUAL(picture_file_write("kept.png", &picture, true, &error), 0);
    check_file("kept.png", 1);
    mien_picture_free(&picture);
}

static void says_why_it_cannot_write(void)
{
    struct mien_picture picture = two_colors();
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(picture_file_write("no/such/a.png", &picture, true, &error), -ENOENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "no/such/a.png"));
    CU_ASSERT_EQUAL(picture_file_write("a.gif", &picture, true, &error), -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, ".png"));
    CU_ASSERT_EQUAL(access("a.gif", F_OK), -1);
    CU_ASSERT_FALSE(picture_file_known(".png"));
    mien_picture_free(&picture);
}

/* As on a full disk: files end after some bytes. */
static int write_limited(const char *path, const struct mien_picture *picture)
{
    struct rlimit old, limit;
    getrlimit(RLIMIT_FSIZE, &old);
    limit = (struct rlimit){16, old.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    int result = picture_file_write(path, picture, true, NULL);
    setrlimit(RLIMIT_FSIZE, &old);
    return result;
}

static void a_full_disk_leaves_all_as_it_was(void)
{
    struct mien_picture picture = two_colors();
    struct run run;
    media_write("before.png", "precious", 8);
    CU_ASSERT_EQUAL(write_limited("before.png", &picture), -EFBIG);
    CU_ASSERT_EQUAL(write_limited("never.jpg", &picture), -EFBIG);
    media_shell(&run, "cat before.png; ls | grep -e never -e part");
    CU_ASSERT_STRING_EQUAL(run.out, "precious");
    mien_picture_free(&picture);
}

static void a_device_stays_one(void)
{
    struct mien_picture picture = two_colors();
    if (symlink("/dev/full", "full.png")) {
        skip_test("no symbolic links here");
        return;
    }
    CU_ASSERT_EQUAL(picture_file_write("full.png", &picture, true, NULL), -ENOSPC);
    CU_ASSERT_EQUAL(access("full.png", F_OK), 0);
    mien_picture_free(&picture);
}

int main(void)
{
    const struct test tests[] = {
        {"png keeps every pixel", png_keeps_every_pixel},
        {"jpeg keeps the colors", jpeg_keeps_the_colors},
        {"overwrites only when told", overwrites_only_when_told},
        {"says why it cannot write", says_why_it_cannot_write},
        {"a full disk leaves all as it was", a_full_disk_leaves_all_as_it_was},
        {"a device stays one", a_device_stays_one},
        {NULL, NULL},
    };
    media_enter_folder();
    return run_tests("picture_file", tests);
}
