/* Runs inside the camera machine (see run): camera/camera.h against the kernel's own uvcvideo and a
 * webcam whose frames, plug and faults we hold in hand. */
#include "camera/camera.h"
#include "mien/log.h"
#include "runner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    SECOND_MS = 1000,
    LOOK_MS = 10,
    FRAME_MS = 10000, /* a frame comes within this even on a very busy machine */
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Acts on the webcam: unplug, plug, freeze, thaw, damage. */
static void webcam(const char *what)
{
    char command[64];
    snprintf(command, sizeof command, "camera %s", what);
    CU_ASSERT_EQUAL(system(command), 0);
}

static struct mien_camera *in_use; /* what a test that failed half-way did not close */

static void close_camera(struct mien_camera **camera)
{
    mien_camera_close(camera);
    in_use = NULL;
}

static struct mien_camera *open_camera(struct mien_camera_options options)
{
    mien_camera_close(&in_use);
    struct mien_camera *camera = NULL;
    struct mien_error error = {""};
    int result = mien_camera_open(&camera, &options, &error);
    if (result)
        printf("# %s\n", error.text);
    CU_ASSERT_EQUAL_FATAL(result, 0);
    in_use = camera;
    return camera;
}

static struct mien_camera_status status_of(struct mien_camera *camera)
{
    struct mien_camera_status status;
    mien_camera_get_status(camera, &status);
    return status;
}

/* Waits for a state; returns the milliseconds it took, −1 when `limit_ms` was not enough. Naps are
 * counted instead of time: when the machine is too busy to run us, the camera's thread waits too.
 */
static int64_t wait_for(struct mien_camera *camera, enum mien_camera_state state, int limit_ms)
{
    int64_t start = now_ms();
    for (int waited = 0; status_of(camera).state != state; waited += LOOK_MS) {
        if (waited > limit_ms)
            return -1;
        sleep_ms(LOOK_MS);
    }
    return now_ms() - start;
}

/* Takes `count` frames, waiting at most `limit_ms` for each. */
static bool frames_come(struct mien_camera *camera, int count, int limit_ms)
{
    for (int i = 0; i < count; i++) {
        struct mien_frame frame;
        if (mien_camera_take(camera, &frame, limit_ms))
            return false;
        mien_camera_release(camera, &frame);
    }
    return true;
}

/* ---- what is there ---- */

static bool has_mode(const struct mien_camera_info *camera, const char *fourcc, int width,
                     double fps)
{
    for (size_t i = 0; i < camera->mode_count; i++)
        if (!strcmp(camera->modes[i].fourcc, fourcc) && camera->modes[i].width == width &&
            camera->modes[i].rate_count == 1 && camera->modes[i].rates[0] == fps)
            return true;
    return false;
}

static void lists_the_webcam_and_no_other_node(void)
{
    struct mien_camera_info cameras[4];
    CU_ASSERT_EQUAL(access("/dev/video1", F_OK), 0); /* the webcam's metadata */
    CU_ASSERT_EQUAL_FATAL(mien_camera_list(cameras, 4, NULL), 1);
    CU_ASSERT_STRING_EQUAL(cameras[0].path, "/dev/video0");
    CU_ASSERT_STRING_EQUAL(cameras[0].driver, "uvcvideo");
    CU_ASSERT_PTR_NOT_NULL(strstr(cameras[0].name, "Camera VM Webcam"));
    CU_ASSERT(has_mode(&cameras[0], "YUYV", 640, 30));
    CU_ASSERT(has_mode(&cameras[0], "YUYV", 1280, 10));
    CU_ASSERT(has_mode(&cameras[0], "MJPG", 640, 30));
    CU_ASSERT(has_mode(&cameras[0], "MJPG", 1280, 30));
}

static void expect_opened(const char *device)
{
    struct mien_camera *camera = open_camera((struct mien_camera_options){.device = device});
    CU_ASSERT_STRING_EQUAL(status_of(camera).path, "/dev/video0");
    CU_ASSERT(frames_come(camera, 2, FRAME_MS));
    close_camera(&camera);
    CU_ASSERT_PTR_NULL(camera);
}

static void opens_by_path_number_link_or_none(void)
{
    static const char link[] = "/dev/v4l/by-id/usb-Camera_VM_Webcam-index0";
    mkdir("/dev/v4l", 0755);
    mkdir("/dev/v4l/by-id", 0755);
    CU_ASSERT_EQUAL(symlink("../../video0", link), 0); /* what udev would do */
    struct mien_camera_info found;
    CU_ASSERT_EQUAL(mien_camera_list(&found, 1, NULL), 1);
    CU_ASSERT_STRING_EQUAL(found.by_id, link);
    expect_opened("/dev/video0");
    expect_opened("0");
    expect_opened(link);
    expect_opened(NULL);
}

static void metadata_node_is_refused(void)
{
    struct mien_camera *camera = NULL;
    struct mien_camera_options options = {.device = "1"};
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(mien_camera_open(&camera, &options, &error), -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/dev/video1"));
}

static void expect_mode(struct mien_camera_options wish, const char *fourcc, int width, int height,
                        double fps)
{
    struct mien_camera *camera = open_camera(wish);
    struct mien_camera_status status = status_of(camera);
    CU_ASSERT_STRING_EQUAL(status.fourcc, fourcc);
    CU_ASSERT_EQUAL(status.width, width);
    CU_ASSERT_EQUAL(status.height, height);
    CU_ASSERT_DOUBLE_EQUAL(status.fps, fps, 0.01);
    close_camera(&camera);
}

static void chooses_the_format_by_size_and_rate(void)
{
    expect_mode((struct mien_camera_options){0}, "YUYV", 640, 480, 30);
    expect_mode((struct mien_camera_options){.width = 1280, .height = 720}, "MJPG", 1280, 720, 30);
    expect_mode((struct mien_camera_options){.width = 1280, .height = 720, .fps = 10}, "YUYV", 1280,
                720, 10);
    expect_mode((struct mien_camera_options){.format = "MJPG"}, "MJPG", 640, 480, 30);
    /* What the camera has not: it comes as near as it can, and we say what it is. */
    expect_mode((struct mien_camera_options){.width = 1900, .height = 1000, .fps = 60}, "MJPG",
                1280, 720, 30);
    expect_mode((struct mien_camera_options){.format = "NV12"}, "YUYV", 640, 480, 30);
}

static void busy_camera_is_named(void)
{
    struct mien_camera *first = open_camera((struct mien_camera_options){0}), *second = NULL;
    struct mien_camera_options options = {0};
    struct mien_error error = {""};
    CU_ASSERT(frames_come(first, 1, FRAME_MS));
    CU_ASSERT_EQUAL(mien_camera_open(&second, &options, &error), -EBUSY);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/dev/video0 is in use by test_camera (process "));
    CU_ASSERT(frames_come(first, 10, FRAME_MS));
    close_camera(&first);
}

static void missing_permission_names_the_group(void)
{
    struct mien_camera *camera = NULL;
    struct mien_camera_options options = {0};
    struct mien_error error = {""};
    chmod("/dev/video0", 0600);
    chmod("/dev/video1", 0600);
    CU_ASSERT_EQUAL_FATAL(seteuid(65534), 0);
    CU_ASSERT_EQUAL(mien_camera_open(&camera, &options, &error), -EACCES);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "group `video`"));
    CU_ASSERT_EQUAL_FATAL(seteuid(0), 0);
}

/* ---- pixels ---- */

struct source { /* the raw YUYV frames that the webcam was made of */
    const uint8_t *data;
    size_t size, frame_size;
    int width, height, count;
};

static struct source open_source(int width, int height)
{
    char path[256];
    struct stat status;
    struct source source = {.width = width, .height = height};
    source.frame_size = (size_t)width * (size_t)height * 2;
    snprintf(path, sizeof path, "%s/%dx%d.yuyv", getenv("CAMERA_FRAMES"), width, height);
    int fd = open(path, O_RDONLY);
    CU_ASSERT_FATAL(fd >= 0 && fstat(fd, &status) == 0);
    source.size = (size_t)status.st_size;
    source.count = (int)(source.size / source.frame_size);
    source.data = mmap(NULL, source.size, PROT_READ, MAP_SHARED, fd, 0);
    CU_ASSERT_FATAL(source.data != MAP_FAILED && source.count > 10);
    close(fd);
    return source;
}

static void close_source(struct source *source)
{
    munmap((void *)source->data, source->size);
}

/* Limited to full range, as BT.601 has it. */
static int gray_of(uint8_t luma)
{
    int gray = (int)((luma - 16) * 255.0 / 219 + 0.5);
    return luma <= 16 ? 0 : gray > 255 ? 255 : gray;
}

/* Mean difference of a frame's gray from source frame `index`; stops early at `limit`. */
static double difference(const struct source *source, int index, const struct mien_frame *frame,
                         double limit)
{
    const uint8_t *luma = source->data + (size_t)index * source->frame_size;
    double pixels = source->width * source->height, sum = 0;
    for (int y = 0; y < source->height && sum <= limit * pixels; y++) {
        const uint8_t *row = frame->gray.data + y * frame->gray.stride;
        for (int x = 0; x < source->width; x++, luma += 2)
            sum += abs(row[x] - gray_of(*luma));
    }
    return sum / pixels;
}

/* The source frame that this one is most like, and how much it differs. */
static int find_frame(const struct source *source, const struct mien_frame *frame, double *differs)
{
    int best = -1;
    *differs = 256;
    for (int i = 0; i < source->count; i++) {
        double here = difference(source, i, frame, *differs);
        if (here < *differs) {
            *differs = here;
            best = i;
        }
    }
    return best;
}

/* Mean difference of the colours from the source's, by the textbook formula. */
static double color_difference(const struct source *source, int index,
                               const struct mien_frame *frame)
{
    double sum = 0;
    for (int y = 0; y < source->height; y++)
        for (int x = 0; x < source->width; x++) {
            size_t pair = (size_t)y * (size_t)source->width + (size_t)(x & ~1);
            const uint8_t *yuyv = source->data + (size_t)index * source->frame_size + 2 * pair;
            double luma = 1.164 * (yuyv[x % 2 * 2] - 16), u = yuyv[1] - 128, v = yuyv[3] - 128;
            double wanted[3] = {luma + 2.017 * u, luma - 0.392 * u - 0.813 * v, luma + 1.596 * v};
            const uint8_t *color = frame->color.data + y * frame->color.stride + 4 * x;
            for (int i = 0; i < 3; i++) {
                double clipped = wanted[i] < 0 ? 0 : wanted[i] > 255 ? 255 : wanted[i];
                sum += clipped > color[i] ? clipped - color[i] : color[i] - clipped;
            }
        }
    return sum / (3.0 * source->width * source->height);
}

/* Every frame must be one that was sent (mean difference of gray at most `tolerance`). */
static void check_pixels(const char *format, int width, int height, double tolerance)
{
    struct source source = open_source(width, height);
    struct mien_camera *camera = open_camera(
        (struct mien_camera_options){.width = width, .height = height, .format = format});
    int64_t before_ns = 0, before_number = -1;
    double worst = 0, worst_color = 0;
    int seen[1024] = {0}, distinct = 0;
    for (int i = 0; i < 25; i++) {
        struct mien_frame frame;
        CU_ASSERT_EQUAL_FATAL(mien_camera_take(camera, &frame, FRAME_MS), 0);
        CU_ASSERT_EQUAL_FATAL(frame.gray.width, width);
        CU_ASSERT_EQUAL_FATAL(frame.gray.height, height);
        double differs;
        int index = find_frame(&source, &frame, &differs);
        distinct += seen[index % 1024]++ == 0;
        worst = differs > worst ? differs : worst;
        double color = i < 3 ? color_difference(&source, index, &frame) : 0;
        worst_color = color > worst_color ? color : worst_color;
        CU_ASSERT((int64_t)frame.number > before_number);
        CU_ASSERT(frame.captured_ns > before_ns);
        before_number = (int64_t)frame.number;
        before_ns = frame.captured_ns;
        mien_camera_release(camera, &frame);
    }
    printf("# %s %d×%d: %d different frames, gray differs by %.3f at most, colour by %.3f\n",
           format, width, height, distinct, worst, worst_color);
    CU_ASSERT(worst <= tolerance);
    CU_ASSERT(worst_color <= 2 + tolerance);
    CU_ASSERT(distinct >= 5);
    CU_ASSERT_EQUAL(status_of(camera).corrupt, 0);
    close_camera(&camera);
    close_source(&source);
}

static void yuyv_480_pixels_are_exact(void)
{
    check_pixels("YUYV", 640, 480, 0);
}

static void yuyv_720_pixels_are_exact(void)
{
    check_pixels("YUYV", 1280, 720, 0);
}

static void mjpeg_480_pixels_are_near(void)
{
    check_pixels("MJPG", 640, 480, 1.5);
}

static void mjpeg_720_pixels_are_near(void)
{
    check_pixels("MJPG", 1280, 720, 1.5);
}

/* The webcam has no YU12: libv4l2 makes it. */
static void converted_pixels_are_near(void)
{
    check_pixels("YU12", 640, 480, 1.5);
}

/* ---- pace ---- */

/* Of all that came while it slept it gets the last one. */
static void slow_reader_gets_fresh_frames(void)
{
    struct mien_camera *camera = open_camera((struct mien_camera_options){0});
    CU_ASSERT(frames_come(camera, 1, FRAME_MS));
    for (int i = 0; i < 3; i++) {
        sleep_ms(700);
        struct mien_frame frame;
        uint64_t came = status_of(camera).captured;
        CU_ASSERT_EQUAL(mien_camera_take(camera, &frame, FRAME_MS), 0);
        CU_ASSERT(frame.number + 1 >= came);
        mien_camera_release(camera, &frame);
    }
    CU_ASSERT(status_of(camera).dropped > 3);
    close_camera(&camera);
}

/* Two frames held: the third and later ones still arrive, and the held ones keep still. */
static void held_frames_keep_still(void)
{
    struct mien_camera *camera = open_camera((struct mien_camera_options){0});
    struct mien_frame held[2];
    CU_ASSERT_EQUAL_FATAL(mien_camera_take(camera, &held[0], FRAME_MS), 0);
    CU_ASSERT_EQUAL_FATAL(mien_camera_take(camera, &held[1], FRAME_MS), 0);
    size_t size = (size_t)held[0].gray.stride * (size_t)held[0].gray.height;
    uint8_t *copy = malloc(size);
    memcpy(copy, held[0].gray.data, size);
    uint64_t before = status_of(camera).captured;
    for (int waited = 0; waited < FRAME_MS && status_of(camera).captured <= before + 5;
         waited += 50)
        sleep_ms(50);
    CU_ASSERT(status_of(camera).captured > before + 5);
    CU_ASSERT_EQUAL(memcmp(copy, held[0].gray.data, size), 0);
    mien_camera_release(camera, &held[0]);
    mien_camera_release(camera, &held[1]);
    CU_ASSERT(frames_come(camera, 5, FRAME_MS));
    free(copy);
    close_camera(&camera);
}

/* ---- faults ---- */

/* uvcvideo itself throws short raw frames away (its parameter `nodrop`); a cut JPEG comes through.
 * In both cases what is delivered is whole. */
static void check_damage(const char *format, bool told, double tolerance)
{
    struct source source = open_source(640, 480);
    struct mien_camera *camera = open_camera((struct mien_camera_options){.format = format});
    CU_ASSERT(frames_come(camera, 5, FRAME_MS));
    webcam("damage");
    for (int i = 0; i < 30; i++) {
        struct mien_frame frame;
        CU_ASSERT_EQUAL_FATAL(mien_camera_take(camera, &frame, FRAME_MS), 0);
        double differs;
        find_frame(&source, &frame, &differs);
        CU_ASSERT(differs <= tolerance);
        mien_camera_release(camera, &frame);
    }
    uint64_t corrupt = status_of(camera).corrupt; /* a busy machine passes over some of the ten */
    CU_ASSERT(told ? corrupt > 0 && corrupt <= 10 : corrupt == 0);
    CU_ASSERT_EQUAL(status_of(camera).reopened, 0);
    close_camera(&camera);
    close_source(&source);
}

static void damaged_frames_are_dropped(void)
{
    check_damage("YUYV", false, 0);
    check_damage("MJPG", true, 1.5);
}

static void unplugged_camera_comes_back(void)
{
    struct mien_camera *camera = open_camera((struct mien_camera_options){0});
    struct mien_frame frame;
    CU_ASSERT(frames_come(camera, 5, FRAME_MS));
    webcam("unplug");
    int64_t lost = wait_for(camera, MIEN_CAMERA_LOST, SECOND_MS);
    printf("# LOST %d ms after the node was gone\n", (int)lost);
    CU_ASSERT(lost >= 0);
    while (!mien_camera_take(camera, &frame, 0)) /* the last one may still lie there */
        mien_camera_release(camera, &frame);
    /* By then the next try of its own is 7 s away: it must notice the new node. */
    CU_ASSERT_EQUAL(mien_camera_take(camera, &frame, 8 * SECOND_MS), -ETIMEDOUT);
    webcam("plug");
    int64_t back = wait_for(camera, MIEN_CAMERA_RUNNING, 5 * SECOND_MS);
    printf("# RUNNING %d ms after the node was there\n", (int)back);
    CU_ASSERT(back >= 0);
    CU_ASSERT(frames_come(camera, 10, FRAME_MS));
    CU_ASSERT_EQUAL(status_of(camera).reopened, 1);
    close_camera(&camera);
}

/* The next one in the same place may be another one. */
static void camera_may_come_back_with_another_size(void)
{
    struct mien_camera *camera = open_camera((struct mien_camera_options){0});
    struct mien_frame frame;
    CU_ASSERT(frames_come(camera, 3, FRAME_MS));
    webcam("unplug");
    CU_ASSERT(wait_for(camera, MIEN_CAMERA_LOST, SECOND_MS) >= 0);
    webcam("plug 1280x720");
    CU_ASSERT(wait_for(camera, MIEN_CAMERA_RUNNING, 5 * SECOND_MS) >= 0);
    CU_ASSERT_EQUAL(status_of(camera).width, 1280);
    CU_ASSERT_EQUAL(status_of(camera).height, 720);
    CU_ASSERT_STRING_EQUAL(status_of(camera).fourcc, "MJPG");
    struct source source = open_source(1280, 720);
    double differs = 256;
    for (int i = 0; i < 5; i++) { /* the first may be from before */
        CU_ASSERT_EQUAL_FATAL(mien_camera_take(camera, &frame, FRAME_MS), 0);
        if (frame.gray.width == 1280)
            find_frame(&source, &frame, &differs);
        mien_camera_release(camera, &frame);
    }
    CU_ASSERT(differs <= 1.5);
    close_source(&source);
    close_camera(&camera);
    webcam("unplug");
    webcam("plug");
}

static void closing_a_lost_camera_is_quick(void)
{
    struct mien_camera *camera = open_camera((struct mien_camera_options){0});
    webcam("unplug");
    CU_ASSERT(wait_for(camera, MIEN_CAMERA_LOST, SECOND_MS) >= 0);
    sleep_ms(4 * SECOND_MS); /* by now it waits for seconds between its tries */
    int64_t start = now_ms();
    close_camera(&camera);
    CU_ASSERT(now_ms() - start < 500);
    webcam("plug");
}

static void frozen_camera_stalls_and_thaws(void)
{
    struct mien_camera *camera = open_camera((struct mien_camera_options){0});
    CU_ASSERT(frames_come(camera, 5, FRAME_MS));
    webcam("freeze");
    int64_t stalled = wait_for(camera, MIEN_CAMERA_STALLED, 3 * SECOND_MS);
    printf("# STALLED after %d ms\n", (int)stalled);
    CU_ASSERT(stalled > 1500);
    webcam("thaw");
    CU_ASSERT(wait_for(camera, MIEN_CAMERA_RUNNING, 2 * SECOND_MS) >= 0);
    CU_ASSERT_EQUAL(status_of(camera).reopened, 0);
    close_camera(&camera);
}

static void camera_frozen_for_long_is_reopened(void)
{
    struct mien_camera *camera = open_camera((struct mien_camera_options){0});
    CU_ASSERT(frames_come(camera, 5, FRAME_MS));
    webcam("freeze");
    sleep_ms(7 * SECOND_MS);
    CU_ASSERT(status_of(camera).state != MIEN_CAMERA_RUNNING);
    webcam("thaw");
    CU_ASSERT(wait_for(camera, MIEN_CAMERA_RUNNING, 20 * SECOND_MS) >= 0);
    CU_ASSERT(frames_come(camera, 10, FRAME_MS));
    CU_ASSERT(status_of(camera).reopened >= 1);
    close_camera(&camera);
}

/* ---- endurance ---- */

static int count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static long resident_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (fscanf(file, "%*d %ld", &pages) != 1)
        pages = -1;
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void pulling_the_plug_leaks_nothing(void)
{
    const char *wish = getenv("MIEN_CYCLES");
    int cycles = wish ? atoi(wish) : 20, descriptors = 0, failures = 0;
    long memory = 0;
    struct mien_camera *camera = open_camera((struct mien_camera_options){0});
    for (int i = 0; i < cycles + 2 && failures == 0; i++) {
        failures += !frames_come(camera, 3, 15 * SECOND_MS);
        if (i == 2) { /* the first rounds warm up allocator and libraries */
            descriptors = count_descriptors();
            memory = resident_kib();
        }
        webcam("unplug");
        failures += wait_for(camera, MIEN_CAMERA_LOST, SECOND_MS) < 0;
        webcam("plug");
    }
    failures += !frames_come(camera, 3, 15 * SECOND_MS);
    printf("# %d cycles: descriptors %d → %d, memory %ld → %ld KiB\n", cycles, descriptors,
           count_descriptors(), memory, resident_kib());
    CU_ASSERT_EQUAL(failures, 0);
    CU_ASSERT_EQUAL(count_descriptors(), descriptors);
    CU_ASSERT(resident_kib() < memory + 1024);
    CU_ASSERT_EQUAL(status_of(camera).reopened, (uint64_t)cycles + 2);
    close_camera(&camera);
}

int main(void)
{
    static const struct test tests[] = {
        {"lists the webcam and no other node", lists_the_webcam_and_no_other_node},
        {"opens by path, number, link or none", opens_by_path_number_link_or_none},
        {"a metadata node is refused", metadata_node_is_refused},
        {"chooses the format by size and rate", chooses_the_format_by_size_and_rate},
        {"a busy camera is named", busy_camera_is_named},
        {"a missing permission names the group", missing_permission_names_the_group},
        {"YUYV 640×480 pixels are exact", yuyv_480_pixels_are_exact},
        {"YUYV 1280×720 pixels are exact", yuyv_720_pixels_are_exact},
        {"MJPEG 640×480 pixels are near", mjpeg_480_pixels_are_near},
        {"MJPEG 1280×720 pixels are near", mjpeg_720_pixels_are_near},
        {"pixels converted by libv4l2 are near", converted_pixels_are_near},
        {"a slow reader gets fresh frames", slow_reader_gets_fresh_frames},
        {"held frames keep still", held_frames_keep_still},
        {"damaged frames are dropped", damaged_frames_are_dropped},
        {"an unplugged camera comes back", unplugged_camera_comes_back},
        {"a camera may come back with another size", camera_may_come_back_with_another_size},
        {"closing a lost camera is quick", closing_a_lost_camera_is_quick},
        {"a frozen camera stalls and thaws", frozen_camera_stalls_and_thaws},
        {"a camera frozen for long is reopened", camera_frozen_for_long_is_reopened},
        {"pulling the plug leaks nothing", pulling_the_plug_leaks_nothing},
        {NULL, NULL},
    };
    mien_log_set_level(MIEN_LOG_DEBUG);
    return run_tests("camera", tests);
}
