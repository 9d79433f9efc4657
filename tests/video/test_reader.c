#include "media.h"
#include "runner.h"
#include "video/video.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TIMES_MAX = 1000 };

struct reading {
    struct mien_video_info info;
    int frames, result;
    double times[TIMES_MAX];
    int64_t losses;
};

static int read_all(const char *path, struct reading *reading)
{
    struct mien_error error = {""};
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    *reading = (struct reading){0};
    int result = mien_reader_open(&reader, path, &error);
    if (result < 0)
        return result;
    reading->info = *mien_reader_info(reader);
    while ((reading->result = mien_reader_next(reader, &frame, &error)) > 0 &&
           reading->frames < TIMES_MAX) {
        CU_ASSERT_EQUAL(frame.number, (uint64_t)reading->frames);
        reading->times[reading->frames++] = frame.time;
    }
    reading->losses = mien_reader_losses(reader);
    mien_reader_close(&reader);
    CU_ASSERT_PTR_NULL(reader);
    return 0;
}

static void counts_frames_and_times(void)
{
    struct reading reading;
    if (!media_make("-f lavfi -i testsrc2=s=320x240:r=25:d=2 -bf 2 -c:v libx264 plain.mp4"))
        return;
    CU_ASSERT_EQUAL_FATAL(read_all("plain.mp4", &reading), 0);
    CU_ASSERT_EQUAL(reading.result, 0);
    CU_ASSERT_EQUAL(reading.frames, 50);
    CU_ASSERT_EQUAL(reading.losses, 0);
    CU_ASSERT_EQUAL(reading.info.width, 320);
    CU_ASSERT_EQUAL(reading.info.height, 240);
    CU_ASSERT_EQUAL(reading.info.frames, 50);
    CU_ASSERT_DOUBLE_EQUAL(reading.info.fps, 25, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(reading.info.duration, 2, 1e-3);
    for (int i = 0; i < reading.frames; i++)
        CU_ASSERT_DOUBLE_EQUAL(reading.times[i], i / 25.0, 1e-9);
}

static void keeps_a_variable_frame_rate(void)
{
    struct reading reading;
    const double expected[] = {0, 0.12, 0.24, 0.28, 0.36, 0.48};
    if (!media_make("-f lavfi -i testsrc2=s=64x48:r=25:d=0.6 -vf "
                    "\"select='not(mod(n\\,3))+eq(n\\,7)'\" -fps_mode vfr -c:v libx264 vfr.mkv"))
        return;
    CU_ASSERT_EQUAL_FATAL(read_all("vfr.mkv", &reading), 0);
    CU_ASSERT_EQUAL_FATAL(reading.frames, 6);
    for (int i = 0; i < 6; i++)
        CU_ASSERT_DOUBLE_EQUAL(reading.times[i], expected[i], 0.0011);
}

/* ---- pixels ---- */

/* Opens a file and hands out its first frame; close the reader after use. */
static struct mien_reader *first_frame(const char *path, struct mien_frame *frame)
{
    struct mien_error error = {""};
    struct mien_reader *reader = NULL;
    if (mien_reader_open(&reader, path, &error) < 0 || mien_reader_next(reader, frame, &error) != 1)
        CU_FAIL_FATAL("no first frame");
    CU_ASSERT_EQUAL(frame->color.pixels, MIEN_BGRX32);
    CU_ASSERT_EQUAL(frame->gray.pixels, MIEN_GRAY8);
    CU_ASSERT_EQUAL(frame->color.width, frame->gray.width);
    CU_ASSERT_EQUAL(frame->color.height, frame->gray.height);
    return reader;
}

static int gray_at(const struct mien_frame *frame, int x, int y)
{
    return frame->gray.data[y * frame->gray.stride + x];
}

static bool near_color(const struct mien_frame *frame, int x, int y, int red, int green, int blue)
{
    const uint8_t *pixel = frame->color.data + y * frame->color.stride + x * 4;
    return abs(pixel[0] - blue) < 6 && abs(pixel[1] - green) < 6 && abs(pixel[2] - red) < 6;
}

static void gray_of_a_gray_picture_is_exact(void)
{
    struct mien_frame frame;
    char file[13 + 255 * 3] = "P5\n255 3 255\n";
    for (int i = 0; i < 255 * 3; i++)
        file[13 + i] = (char)(i % 255);
    media_write("ramp.pgm", file, sizeof file);
    struct mien_reader *reader = first_frame("ramp.pgm", &frame);
    CU_ASSERT_EQUAL(frame.gray.width, 255);
    for (int x = 0; x < 255; x++)
        CU_ASSERT_EQUAL(gray_at(&frame, x, 1), x);
    mien_reader_close(&reader);
}

static void gray_of_colors_is_their_luma(void)
{
    struct mien_frame frame;
    char file[13 + 64 * 4 * 3] = "P6\n64 4 0255\n";
    uint8_t *pixels = (uint8_t *)file + 13;
    for (int i = 0; i < 64 * 4; i++) {
        pixels[i * 3] = (uint8_t)(i * 7);
        pixels[i * 3 + 1] = (uint8_t)(255 - i);
        pixels[i * 3 + 2] = (uint8_t)(i * 31);
    }
    media_write("colors.ppm", file, sizeof file);
    struct mien_reader *reader = first_frame("colors.ppm", &frame);
    for (int i = 0; i < 64 * 4; i++) {
        const uint8_t *rgb = pixels + i * 3;
        double luma = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
        CU_ASSERT(fabs(gray_at(&frame, i % 64, i / 64) - luma) <= 1.5);
        CU_ASSERT(near_color(&frame, i % 64, i / 64, rgb[0], rgb[1], rgb[2]));
    }
    mien_reader_close(&reader);
}

/* A raw video of one frame whose luma is its column. */
static void write_y4m(const char *path, const char *range)
{
    char file[256 * 16 * 3 / 2 + 200];
    int head = snprintf(file, 200, "YUV4MPEG2 W256 H16 F25:1 Ip C420jpeg%s\nFRAME\n", range);
    for (int i = 0; i < 256 * 16; i++)
        file[head + i] = (char)(i % 256);
    memset(file + head + 256 * 16, 128, 256 * 16 / 2);
    media_write(path, file, (size_t)head + 256 * 16 * 3 / 2);
}

static void expands_limited_range(void)
{
    struct mien_frame frame;
    write_y4m("limited.y4m", "");
    struct mien_reader *reader = first_frame("limited.y4m", &frame);
    for (int x = 0; x < 256; x++) {
        double full = fmin(fmax((x - 16) * 255 / 219.0, 0), 255);
        CU_ASSERT(fabs(gray_at(&frame, x, 8) - full) <= 1);
        CU_ASSERT(near_color(&frame, x, 8, (int)full, (int)full, (int)full));
    }
    mien_reader_close(&reader);
}

static void keeps_full_range(void)
{
    struct mien_frame frame;
    write_y4m("full.y4m", " XCOLORRANGE=FULL");
    struct mien_reader *reader = first_frame("full.y4m", &frame);
    for (int x = 0; x < 256; x++) {
        CU_ASSERT_EQUAL(gray_at(&frame, x, 8), x);
        CU_ASSERT(near_color(&frame, x, 8, x, x, x));
    }
    mien_reader_close(&reader);
}

static void heeds_the_colour_space(void)
{
    struct mien_frame frame;
    if (!media_make("-f lavfi -i color=c=0x30C040:s=64x64:d=0.1 -vf "
                    "scale=out_color_matrix=bt709:out_range=tv -colorspace bt709 -color_range tv "
                    "-c:v libx264 -qp 0 -pix_fmt yuv420p hd.mkv"))
        return;
    struct mien_reader *reader = first_frame("hd.mkv", &frame);
    CU_ASSERT(near_color(&frame, 32, 32, 0x30, 0xC0, 0x40));
    mien_reader_close(&reader);
}

/* Which quarter of the picture is brightest: 0 top left, 1 top right, 2 bottom left, 3 right. */
static int bright_corner(const struct mien_frame *frame)
{
    int right = frame->gray.width - 4, bottom = frame->gray.height - 4;
    int values[] = {gray_at(frame, 4, 4), gray_at(frame, right, 4), gray_at(frame, 4, bottom),
                    gray_at(frame, right, bottom)};
    int best = 0;
    for (int i = 1; i < 4; i++)
        if (values[i] > values[best])
            best = i;
    CU_ASSERT(near_color(frame, best & 1 ? right : 4, best & 2 ? bottom : 4, 255, 255, 255));
    return best;
}

static void turns_as_the_metadata_says(void)
{
    /* Where the top left corner goes, as the ffmpeg program shows these files. */
    const int corner[] = {0, 2, 3, 1};
    const char *const turns[] = {
        MEDIA_TURN("upright.mp4", 0, "turned.mp4"), MEDIA_TURN("upright.mp4", 90, "turned.mp4"),
        MEDIA_TURN("upright.mp4", 180, "turned.mp4"), MEDIA_TURN("upright.mp4", 270, "turned.mp4")};
    if (!media_make("-f lavfi -i color=c=black:s=96x64:d=0.2 -vf "
                    "drawbox=w=48:h=32:c=white:t=fill -c:v libx264 -qp 0 upright.mp4"))
        return;
    for (int turn = 0; turn < 4; turn++) {
        if (!media_make(turns[turn]))
            return;
        struct mien_frame frame;
        struct mien_reader *reader = first_frame("turned.mp4", &frame);
        CU_ASSERT_EQUAL(frame.color.width, turn % 2 ? 64 : 96);
        CU_ASSERT_EQUAL(mien_reader_info(reader)->width, frame.color.width);
        CU_ASSERT_EQUAL(mien_reader_info(reader)->height, frame.color.height);
        CU_ASSERT_EQUAL(bright_corner(&frame), corner[turn]);
        mien_reader_close(&reader);
    }
}

static void reads_odd_sizes(void)
{
    struct mien_frame frame;
    if (!media_make("-f lavfi -i color=c=red:s=321x241,format=gbrp -frames:v 1 odd.png"))
        return;
    struct mien_reader *reader = first_frame("odd.png", &frame);
    CU_ASSERT_EQUAL(frame.color.width, 321);
    CU_ASSERT_EQUAL(frame.color.height, 241);
    CU_ASSERT(near_color(&frame, 320, 240, 254, 0, 0));
    CU_ASSERT(abs(gray_at(&frame, 320, 240) - 76) <= 1);
    CU_ASSERT_EQUAL(mien_reader_next(reader, &frame, NULL), 0);
    mien_reader_close(&reader);
}

static void reads_one_frame_of_a_jpeg(void)
{
    struct reading reading;
    if (!media_make("-f lavfi -i testsrc=s=75x51 -pix_fmt yuvj420p -frames:v 1 'still %03d.jpg'"))
        return;
    CU_ASSERT_EQUAL(rename("still 001.jpg", "100%d.jpg"), 0);
    CU_ASSERT_EQUAL_FATAL(read_all("100%d.jpg", &reading), 0);
    CU_ASSERT_EQUAL(reading.frames, 1);
    CU_ASSERT_EQUAL(reading.info.width, 75);
    CU_ASSERT_EQUAL(reading.times[0], 0);
}

static void reads_other_codecs(void)
{
    const char *const recipes[] = {"-pix_fmt yuv420p10le -c:v libx265 -x265-params log-level=0 ",
                                   "-c:v libvpx-vp9 -b:v 200k -cpu-used 8 ", "-c:v ffv1 ",
                                   "-c:v mjpeg "};
    const char *const files[] = {"ten-bit.mp4", "vp9.webm", "ffv1.mkv", "mjpeg.avi"};
    for (int i = 0; i < 4; i++) {
        struct reading reading;
        char arguments[300];
        snprintf(arguments, sizeof arguments, "-f lavfi -i testsrc2=s=160x120:r=10:d=1 %s%s",
                 recipes[i], files[i]);
        if (!media_make(arguments))
            continue;
        CU_ASSERT_EQUAL_FATAL(read_all(files[i], &reading), 0);
        CU_ASSERT_EQUAL(reading.frames, 10);
        CU_ASSERT_EQUAL(reading.losses, 0);
        CU_ASSERT_DOUBLE_EQUAL(reading.times[9], 0.9, 0.0011);
    }
}

/* ---- standard input ---- */

static void read_redirected(const char *path, int frames)
{
    struct reading reading;
    int saved = dup(STDIN_FILENO), file = open(path, O_RDONLY);
    dup2(file, STDIN_FILENO);
    CU_ASSERT_EQUAL(read_all("-", &reading), 0);
    CU_ASSERT_EQUAL(reading.frames, frames);
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(file);
}

static void reads_standard_input(void)
{
    if (!media_make("-f lavfi -i testsrc2=s=64x48:r=10:d=1 -c:v libx264 in.mp4") ||
        !media_make("-i in.mp4 -c copy in.mkv"))
        return;
    read_redirected("in.mp4", 10);
    struct run run;
    CU_ASSERT_EQUAL_FATAL(mkfifo("pipe", 0600), 0);
    media_shell(&run, "cat in.mkv >pipe &");
    read_redirected("pipe", 10);
}

static void *stop_soon(void *reader)
{
    usleep(50000);
    mien_reader_stop(reader);
    return NULL;
}

static void stops_while_waiting(void)
{
    struct mien_error error = {""};
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    pthread_t thread;
    int ends[2], saved = dup(STDIN_FILENO), result;
    static char file[1 << 20];
    if (!media_make("-f lavfi -i testsrc2=s=64x48:r=10:d=60 -g 10 -c:v libx264 long.mkv"))
        return;
    int in = open("long.mkv", O_RDONLY);
    ssize_t size = read(in, file, sizeof file);
    close(in);
    CU_ASSERT_FATAL(pipe(ends) == 0 && size > 4000);
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    CU_ASSERT_EQUAL(write(ends[1], file, (size_t)size * 3 / 4), size * 3 / 4);
    dup2(ends[0], STDIN_FILENO);
    /* The pipe stays open without data: only the stop ends the reading. */
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, "-", &error), 0);
    CU_ASSERT_EQUAL(pthread_create(&thread, NULL, stop_soon, reader), 0);
    while ((result = mien_reader_next(reader, &frame, &error)) > 0)
        ;
    CU_ASSERT_EQUAL(result, 0);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(mien_reader_next(reader, &frame, &error), 0);
    mien_reader_close(&reader);
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(ends[0]);
    close(ends[1]);
}

/* ---- bad input ---- */

static void check_refused(const char *path, int code, const char *words)
{
    struct mien_error error = {""};
    struct mien_reader *reader = NULL;
    CU_ASSERT_EQUAL(mien_reader_open(&reader, path, &error), code);
    CU_ASSERT_PTR_NULL(reader);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, path));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, words));
}

static void refuses_what_is_no_video(void)
{
    const char text[] = "These are only words, line by line.\nNo picture is in them.\n";
    media_write("words.mp4", text, sizeof text - 1);
    media_write("words.txt", text, sizeof text - 1);
    media_write("empty.mp4", "", 0);
    check_refused("not-there.mp4", -ENOENT, "No such file");
    check_refused("words.mp4", -EINVAL, "no video or picture that FFmpeg knows");
    check_refused("words.txt", -EINVAL, "");
    check_refused("empty.mp4", -EINVAL, "");
    if (media_make("-f lavfi -i sine=d=0.2 sound.wav"))
        check_refused("sound.wav", -EINVAL, "no video");
}

static void follows_no_playlist_to_the_network(void)
{
    const char list[] = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n"
                        "#EXT-X-ENDLIST\n";
    media_write("list.m3u8", list, sizeof list - 1);
    struct mien_reader *reader = NULL;
    CU_ASSERT(mien_reader_open(&reader, "list.m3u8", NULL) < 0);
}

static void cut_file(const char *path, double share)
{
    struct stat status;
    CU_ASSERT_EQUAL(stat(path, &status), 0);
    CU_ASSERT_EQUAL(truncate(path, (off_t)((double)status.st_size * share)), 0);
}

static void counts_what_a_cut_file_lacks(void)
{
    struct reading reading;
    if (!media_make("-f lavfi -i testsrc2=s=320x240:r=25:d=4 -g 25 -c:v libx264 -movflags "
                    "+faststart cut.mp4"))
        return;
    cut_file("cut.mp4", 0.5);
    CU_ASSERT_EQUAL_FATAL(read_all("cut.mp4", &reading), 0);
    CU_ASSERT(reading.frames > 20 && reading.frames < 80);
    CU_ASSERT(reading.losses + reading.frames >= 100);
}

static void survives_damage(void)
{
    struct reading reading;
    if (!media_make("-f lavfi -i testsrc2=s=320x240:r=25:d=2 -g 10 -c:v mpeg4 -q:v 2 broken.avi"))
        return;
    struct stat status;
    CU_ASSERT_EQUAL(stat("broken.avi", &status), 0);
    FILE *file = fopen("broken.avi", "r+");
    for (long place = status.st_size / 3; place < status.st_size / 2; place += 61) {
        fseek(file, place, SEEK_SET);
        fputc((int)(place * 7 & 255), file);
    }
    fclose(file);
    CU_ASSERT_EQUAL_FATAL(read_all("broken.avi", &reading), 0);
    CU_ASSERT(reading.frames >= 30);
    CU_ASSERT(reading.losses > 0);
}

/* Pixels that libswscale cannot read. */
static void names_the_file_whose_pictures_it_cannot_convert(void)
{
    static const char pixels[64 * 48 * 3 / 2];
    struct mien_reader *reader = NULL;
    struct mien_error error = {""};
    struct mien_frame frame;
    media_write("y411.raw", pixels, sizeof pixels);
    if (!media_make("-f rawvideo -pix_fmt uyyvyy411 -s 64x48 -i y411.raw -c copy y411.nut"))
        return;
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, "y411.nut", &error), 0);
    CU_ASSERT_EQUAL(mien_reader_next(reader, &frame, &error), -EINVAL);
    CU_ASSERT_STRING_EQUAL(error.text,
                           "y411.nut: pictures in the format uyyvyy411 cannot be converted");
    mien_reader_close(&reader);
}

/* ---- a part of it ---- */

static uint64_t digest(const struct mien_picture *picture)
{
    uint64_t sum = 14695981039346656037u;
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++)
            sum = (sum ^ picture->data[y * picture->stride + x]) * 1099511628211u;
    return sum;
}

/* Number, time and content of each frame. */
struct seen {
    int count;
    uint64_t numbers[200], digests[200];
    double times[200];
};

static void see(const char *path, const struct mien_selection *selection, struct seen *seen)
{
    struct mien_error error = {""};
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    *seen = (struct seen){0};
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, path, &error), 0);
    CU_ASSERT_EQUAL(mien_reader_select(reader, selection, &error), 0);
    while (mien_reader_next(reader, &frame, &error) > 0 && seen->count < 200) {
        seen->numbers[seen->count] = frame.number;
        seen->times[seen->count] = frame.time;
        seen->digests[seen->count++] = digest(&frame.gray);
    }
    CU_ASSERT_EQUAL(mien_reader_losses(reader), 0);
    mien_reader_close(&reader);
}

/* The frames of a part are those of the whole that have their numbers. */
static void check_part(const char *path, const struct seen *whole, struct mien_selection selection,
                       int first, int step, int count)
{
    static struct seen part;
    see(path, &selection, &part);
    if (part.count != count) {
        char line[200];
        snprintf(line, sizeof line, "%s from %g to %g fps %g every %d: %d frames, not %d", path,
                 selection.from, selection.to, selection.fps, selection.every, part.count, count);
        tell(line);
    }
    CU_ASSERT_EQUAL_FATAL(part.count, count);
    for (int i = 0; i < count; i++) {
        uint64_t number = (uint64_t)(first + i * step);
        CU_ASSERT_EQUAL(part.numbers[i], number);
        CU_ASSERT_DOUBLE_EQUAL(part.times[i], whole->times[number], 1e-9);
        CU_ASSERT_EQUAL(part.digests[i], whole->digests[number]);
    }
}

static void reads_a_part(void)
{
    static struct seen whole;
    const char *const names[] = {"part.mp4", "part.mkv", "part.ts"};
    for (int i = 0; i < 3; i++) {
        char line[200];
        snprintf(line, sizeof line,
                 "-f lavfi -i testsrc2=s=64x48:r=25:d=4 -c:v libx264 -bf 2 -g 30 %s", names[i]);
        if (!media_make(line))
            return;
        see(names[i], &(struct mien_selection){0}, &whole);
        CU_ASSERT_EQUAL_FATAL(whole.count, 100);
        check_part(names[i], &whole, (struct mien_selection){.every = 3}, 0, 3, 34);
        check_part(names[i], &whole, (struct mien_selection){.fps = 5}, 0, 5, 20);
        check_part(names[i], &whole, (struct mien_selection){.fps = 60}, 0, 1, 100);
        check_part(names[i], &whole, (struct mien_selection){.from = 1.8, .to = 2.4}, 45, 1, 15);
        check_part(names[i], &whole, (struct mien_selection){.from = 2, .fps = 2.5}, 50, 10, 5);
        check_part(names[i], &whole, (struct mien_selection){.to = 0.2}, 0, 1, 5);
    }
}

static void refuses_a_part_that_is_not_there(void)
{
    struct mien_error error = {""};
    struct mien_reader *reader = NULL;
    if (!media_make("-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v libx264 short.mp4"))
        return;
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, "short.mp4", &error), 0);
    struct mien_selection late = {.from = 5}, none = {.from = 0.5, .to = 0.4};
    CU_ASSERT_EQUAL(mien_reader_select(reader, &late, &error), -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "short.mp4: it ends at 1.00 s"));
    CU_ASSERT_EQUAL(mien_reader_select(reader, &none, &error), -EINVAL);
    mien_reader_close(&reader);
}

int main(void)
{
    const struct test tests[] = {
        {"reads a part", reads_a_part},
        {"refuses a part that is not there", refuses_a_part_that_is_not_there},
        {"counts frames and times", counts_frames_and_times},
        {"keeps a variable frame rate", keeps_a_variable_frame_rate},
        {"gray of a gray picture is exact", gray_of_a_gray_picture_is_exact},
        {"gray of colors is their luma", gray_of_colors_is_their_luma},
        {"expands limited range", expands_limited_range},
        {"keeps full range", keeps_full_range},
        {"heeds the colour space", heeds_the_colour_space},
        {"turns as the metadata says", turns_as_the_metadata_says},
        {"reads odd sizes", reads_odd_sizes},
        {"reads one frame of a jpeg", reads_one_frame_of_a_jpeg},
        {"reads other codecs", reads_other_codecs},
        {"reads standard input", reads_standard_input},
        {"stops while waiting", stops_while_waiting},
        {"refuses what is no video", refuses_what_is_no_video},
        {"follows no playlist to the network", follows_no_playlist_to_the_network},
        {"counts what a cut file lacks", counts_what_a_cut_file_lacks},
        {"survives damage", survives_damage},
        {"names the file whose pictures it cannot convert",
         names_the_file_whose_pictures_it_cannot_convert},
        {NULL, NULL},
    };
    media_enter_folder();
    return run_tests("reader", tests);
}
