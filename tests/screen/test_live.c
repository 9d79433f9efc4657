/* mien live, run as a user runs it: without a display, on one in memory, and on an X server whose
 * screen is looked at by pixel. */
#include "media.h"
#include "overlay.h"
#include "program.h"
#include "runner.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct run run;

static void headless_writes_json_lines(void)
{
    media_shell(&run, "mien live --headless --video portrait.jpg --seconds 2");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_EQUAL(run.out[0], '{');
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "\"box\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "dropped"));
}

static void window_and_data_work_together(void)
{
    media_shell(&run, "SDL_VIDEODRIVER=dummy mien live --video portrait.jpg --seconds 2 --jsonl -");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_EQUAL(run.out[0], '{');
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "from capture to screen"));
}

static void signals_end_it_cleanly(void)
{
    static const char *const names[] = {"INT", "TERM"};
    for (int i = 0; i < 2; i++) {
        media_shell(&run,
                    "mien live --headless --video portrait.jpg --jsonl rows.jsonl & child=$!; "
                    "for i in $(seq 100); do [ -s rows.jsonl ] && break; sleep 0.1; done; "
                    "kill -%s $child; wait $child",
                    names[i]);
        CU_ASSERT_EQUAL(run.code, 0);
        media_shell(&run, "tail -n 1 rows.jsonl; rm rows.jsonl");
        CU_ASSERT_EQUAL(run.out[0], '{');
        CU_ASSERT_EQUAL(run.out[strlen(run.out) - 2], '}');
    }
}

static void a_reader_that_leaves_ends_it(void)
{
    media_shell(&run, "{ mien live --headless --video portrait.jpg; echo $? >code; } | head -n 1; "
                      "exit $(cat code)");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_EQUAL(run.out[0], '{');
}

static void no_display_is_a_clear_error(void)
{
    media_shell(&run, "SDL_VIDEODRIVER=x11 mien live --video portrait.jpg");
    CU_ASSERT_EQUAL(run.code, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "--headless"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "annotate"));
}

static void no_camera_is_a_clear_error(void)
{
    media_shell(&run, "mien live --device /dev/no-such-camera");
    CU_ASSERT_EQUAL(run.code, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "/dev/no-such-camera"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "mien devices"));
}

static void bad_inputs_are_told(void)
{
    media_write("garbage.mp4", "garbage", 7);
    media_shell(&run, "mien live --headless --video garbage.mp4");
    CU_ASSERT_EQUAL(run.code, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "garbage.mp4"));
    media_shell(&run, "mien live --headless --video portrait.jpg --model missing.safetensors");
    CU_ASSERT_EQUAL(run.code, 2);
    media_shell(&run, "mien live --headless --video portrait.jpg --jsonl no/such/rows.jsonl");
    CU_ASSERT_EQUAL(run.code, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "no/such/rows.jsonl"));
}

static void wrong_arguments_are_told(void)
{
    static const char *const arguments[] = {
        "--size 640",   "--size 0x0",         "--size 640x480x2", "--fps 0",
        "--seconds -1", "--seconds 3minutes", "portrait.jpg",     "--video portrait.jpg --device 0",
    };
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        media_shell(&run, "mien live %s", arguments[i]);
        CU_ASSERT_EQUAL(run.code, 1);
        CU_ASSERT_STRING_NOT_EQUAL(run.err, "");
    }
}

/* ---- an X server whose screen is a file ---- */

enum { SCREEN_WIDTH = 1280, SCREEN_HEIGHT = 800 };

struct screen {
    pid_t server;
    const uint8_t *file; /* XWD: a header of big-endian words, colours, pixels */
    size_t size;
};

static pid_t spawn(const char *const *words)
{
    pid_t child = fork();
    if (child)
        return child;
    execvp(words[0], (char *const *)words);
    _exit(127);
}

/* The server tells its number when it is ready; 0: it did not start. */
static int start_server(struct screen *screen)
{
    int ends[2];
    char number[16] = "", fd[16];
    if (pipe(ends))
        return -1;
    snprintf(fd, sizeof fd, "%d", ends[1]);
    const char *words[] = {"Xvfb",   "-displayfd", fd,          "-screen", "0", "1280x800x24",
                           "-fbdir", ".",          "-nolisten", "tcp",     NULL};
    screen->server = spawn(words);
    close(ends[1]);
    ssize_t count = read(ends[0], number, sizeof number - 1);
    close(ends[0]);
    if (count <= 0) {
        waitpid(screen->server, NULL, 0);
        return -1;
    }
    char display[32];
    snprintf(display, sizeof display, ":%d", atoi(number));
    setenv("DISPLAY", display, 1);
    return 0;
}

static bool open_screen(struct screen *screen)
{
    struct stat about;
    if (start_server(screen)) {
        skip_test("Xvfb is not installed, or does not start");
        return false;
    }
    int fd = open("Xvfb_screen0", O_RDONLY);
    CU_ASSERT_FATAL(fd >= 0 && !fstat(fd, &about));
    screen->size = (size_t)about.st_size;
    screen->file = mmap(NULL, screen->size, PROT_READ, MAP_SHARED, fd, 0);
    CU_ASSERT_FATAL(screen->file != MAP_FAILED);
    close(fd);
    return true;
}

static void close_screen(struct screen *screen)
{
    munmap((void *)screen->file, screen->size);
    kill(screen->server, SIGTERM);
    waitpid(screen->server, NULL, 0);
    unsetenv("DISPLAY");
}

static uint32_t header(const struct screen *screen, int word)
{
    uint32_t value;
    memcpy(&value, screen->file + 4 * word, 4);
    return ntohl(value);
}

static uint32_t pixel(const struct screen *screen, int x, int y)
{
    size_t at = header(screen, 0) + 12 * header(screen, 19) + (size_t)y * header(screen, 12) +
                4 * (size_t)x;
    uint32_t value = 0;
    if (at + 4 <= screen->size)
        memcpy(&value, screen->file + at, 4);
    return value & 0xFFFFFF;
}

/* How much of the box's outline the screen has: each side's eighths at its ends, in colour. */
static int count_outline(const struct screen *screen, SDL_Rect box, uint32_t color)
{
    int count = 0;
    for (int i = box.w / 16; i < box.w / 8; i++) {
        count += pixel(screen, box.x + i, box.y + 1) == color;
        count += pixel(screen, box.x + box.w - i, box.y + box.h - 2) == color;
        count += pixel(screen, box.x + 1, box.y + i) == color;
        count += pixel(screen, box.x + box.w - 2, box.y + box.h - i) == color;
    }
    return count;
}

/* The portrait fills the window's height, and the window stands in the middle of the screen. */
static SDL_Rect box_on_screen(struct seen_face face)
{
    struct run probe;
    int width = 0, height = 0;
    media_shell(&probe, "ffprobe -v error -show_entries stream=width,height -of csv=p=0 "
                        "portrait.jpg");
    CU_ASSERT_EQUAL_FATAL(sscanf(probe.out, "%d,%d", &width, &height), 2);
    double scale = 720.0 / height; /* what the window opens with when 720 rows fit the screen */
    int left = (SCREEN_WIDTH - (int)(width * scale)) / 2, top = (SCREEN_HEIGHT - 720) / 2;
    return (SDL_Rect){left + (int)(face.x * scale + 0.5), top + (int)(face.y * scale + 0.5),
                      (int)(face.width * scale + 0.5), (int)(face.height * scale + 0.5)};
}

static void window_shows_a_box_where_the_face_is(void)
{
    struct screen screen;
    struct seen_face face = program_face();
    uint32_t color = face.uncertain ? 0xFFFFFF : overlay_color(face.label);
    SDL_Rect box = box_on_screen(face);
    if (!open_screen(&screen))
        return;
    const char *words[] = {"mien", "live", "--video", "portrait.jpg", NULL};
    pid_t child = spawn(words);
    int best = 0, wanted = 4 * (box.w / 8 - box.w / 16) * 9 / 10;
    for (int i = 0; i < 300 && best < wanted; i++) { /* at most 30 s */
        usleep(100000);
        int found = count_outline(&screen, box, color);
        best = found > best ? found : best;
    }
    CU_ASSERT(best >= wanted);
    kill(child, SIGTERM);
    int status;
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close_screen(&screen);
}

int main(void)
{
    const struct test tests[] = {
        {"headless writes json lines", headless_writes_json_lines},
        {"window and data work together", window_and_data_work_together},
        {"signals end it cleanly", signals_end_it_cleanly},
        {"a reader that leaves ends it", a_reader_that_leaves_ends_it},
        {"no display is a clear error", no_display_is_a_clear_error},
        {"no camera is a clear error", no_camera_is_a_clear_error},
        {"bad inputs are told", bad_inputs_are_told},
        {"wrong arguments are told", wrong_arguments_are_told},
        {"window shows a box where the face is", window_shows_a_box_where_the_face_is},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("live", tests);
}
