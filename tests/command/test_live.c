/* mien live, run as a user runs it: without a display, on one in memory, and on an X server whose
 * screen is looked at by pixel. */
#include "draw/overlay.h"
#include "media.h"
#include "program.h"
#include "runner.h"
#include "video/video.h"

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

/* Runs `mien live` until it has written data (a minute and a half at most), then ends it by a
 * signal. */
static void run_until_rows(const char *arguments, const char *signal)
{
    media_shell(&run,
                "rm -f rows.jsonl; mien live --video portrait.jpg %s >rows.jsonl & child=$!; "
                "for i in $(seq 900); do [ -s rows.jsonl ] && break; sleep 0.1; done; "
                "kill -%s $child; wait $child; code=$?; cat rows.jsonl; exit $code",
                arguments, signal);
}

static void check_rows(void)
{
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_EQUAL(run.out[0], '{');
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "\"box\""));
    CU_ASSERT_PTR_NOT_NULL_FATAL(strrchr(run.out, '\n'));
    CU_ASSERT_STRING_EQUAL(strrchr(run.out, '\n') - 1, "}\n"); /* the last row is whole */
}

static void headless_writes_json_lines(void)
{
    run_until_rows("--headless", "TERM");
    check_rows();
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "dropped"));
}

/* Whether players can play it: ffprobe reads all its frames and has nothing to complain of. */
static void check_playable(const char *file)
{
    struct run probe;
    media_shell(&probe,
                "ffprobe -v warning -count_frames -select_streams v "
                "-show_entries stream=nb_read_frames -of csv=p=0 %s",
                file);
    CU_ASSERT_EQUAL(probe.code, 0);
    CU_ASSERT(atoi(probe.out) > 0);
    CU_ASSERT_STRING_EQUAL(probe.err, "");
}

static void window_recording_and_data_work_together(void)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    run_until_rows("--jsonl - --record both.mp4", "TERM");
    unsetenv("SDL_VIDEODRIVER");
    check_rows();
    check_playable("both.mp4");
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "from capture to screen"));
}

static bool read_face(const char *row, struct seen_face *face)
{
    const char *box = strstr(row, "\"box\":["), *label = strstr(row, "\"label\":");
    face->uncertain = strstr(row, "\"uncertain\":true") != NULL;
    return box && label &&
           sscanf(box, "\"box\":[%d,%d,%d,%d]", &face->x, &face->y, &face->width, &face->height) ==
               4 &&
           sscanf(label, "\"label\":\"%31[^\"]", face->label) == 1;
}

/* The last whole row that mien wrote. */
static bool read_last_face(struct seen_face *face)
{
    media_shell(&run, "tail -n 2 rows.jsonl | head -n 1");
    return read_face(run.out, face);
}

/* The colour that the frame of the last face has in a picture, at a place that open frames share.
 */
static bool has_box(const struct mien_picture *picture, const struct seen_face *face)
{
    uint32_t color = overlay_color(face->label);
    const uint8_t *p = picture->data + (face->y + 1) * picture->stride +
                       4 * (face->x + face->width - face->width / 8);
    for (int i = 0; i < 3; i++)
        if (abs(p[i] - (int)(color >> 8 * i & 0xFF)) > 70)
            return false;
    return true;
}

/* How many pictures of the recording have a box that some row tells of. */
static int count_marked(const char *recording, char *rows)
{
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    struct seen_face faces[50];
    int count = 0, marked = 0;
    for (char *row = strtok(rows, "\n"); row && count < 50; row = strtok(NULL, "\n"))
        count += read_face(row, &faces[count]);
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, recording, NULL), 0);
    while (mien_reader_next(reader, &frame, NULL) > 0) {
        bool found = false;
        for (int i = 0; i < count && !found; i++)
            found = has_box(&frame.color, &faces[i]);
        marked += found;
    }
    mien_reader_close(&reader);
    return marked;
}

static void records_the_faces_marked(void)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    media_shell(
        &run,
        "rm -f rows.jsonl; mien live --video portrait.jpg --jsonl rows.jsonl --record out.mp4 & "
        "child=$!; for i in $(seq 900); do "
        "[ $(cat rows.jsonl 2>/dev/null | wc -l) -ge 5 ] && break; sleep 0.1; done; "
        "kill -INT $child; wait $child; code=$?; cat rows.jsonl; exit $code");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT(count_marked("out.mp4", run.out) > 0);
    check_playable("out.mp4");
    media_shell(&run, "mien live --video portrait.jpg --record out.mp4");
    CU_ASSERT_EQUAL(run.code, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "out.mp4 exists"));
    media_shell(&run, "mien live --video portrait.jpg --record no/such/out.mp4");
    CU_ASSERT_EQUAL(run.code, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "no/such/out.mp4"));
    unsetenv("SDL_VIDEODRIVER");
}

static void files_that_exist_are_kept(void)
{
    static const char *const outputs[] = {"--jsonl kept.jsonl", "--jsonl copy.jpg -y",
                                          "--record copy.jpg -y", "--record one -y --jsonl one"};
    media_shell(&run, "echo kept >kept.jsonl; cp portrait.jpg copy.jpg");
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        media_shell(&run, "mien live --headless --video copy.jpg --seconds 0.2 %s", outputs[i]);
        CU_ASSERT_EQUAL(run.code, 1);
    }
    media_shell(&run, "cmp portrait.jpg copy.jpg && cat kept.jsonl && ! [ -e one ]");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_STRING_EQUAL(run.out, "kept\n");
    media_shell(&run, "mien live --headless --video copy.jpg --seconds 0.2 --jsonl kept.jsonl -y; "
                      "! grep kept kept.jsonl");
    CU_ASSERT_EQUAL(run.code, 0);
}

/* Of a script that starts a program as $child, with its messages in log: shown if it fails. */
static void run_beside(const char *script)
{
    media_shell(&run, PROGRAM_WORDS "%s; code=$?; cat log >&2; exit $code", script);
    if (run.code)
        tell(run.err);
    CU_ASSERT_EQUAL(run.code, 0);
}

static void settings_change_while_it_runs(void)
{
    run_beside("echo '{}' >live.json; rm -f rows.jsonl; rows() { [ -s rows.jsonl ]; }\n"
               "mien live --config live.json --headless --video portrait.jpg --jsonl rows.jsonl "
               "2>log & child=$!; until_ rows && echo '{' >live.json &&"
               "until_ logs 'live.json:2:1.*the settings stay' &&"
               "echo '{\"tracking\": {\"min_hits\": 3}}' >live.json && until_ logs 'read again' &&"
               "{ : >rows.jsonl; until_ rows; } && : >log && kill -HUP $child &&"
               "until_ logs 'read again' && kill -TERM $child && wait $child");
}

static void a_camera_is_waited_for_where_changed_settings_find_none(void)
{
    run_beside("rm -f camera-*\n"
               "camera() { echo '{\"camera\": {\"device\": \"/dev/null\", \"fps\": '$1'}}' "
               ">live.json; }; camera 30\n"
               "mien-faked live --config live.json --headless >rows.jsonl 2>log & child=$!\n"
               "until_ logs Faked && : >camera-busy && camera 15 && until_ logs 'next try in' &&"
               ": >log && rm camera-busy && until_ logs Faked && kill $child && wait $child &&"
               "logs 'pictures a second'");
}

static void a_camera_that_sends_nothing_is_told(void)
{
    media_shell(&run, ": >camera-silent; mien-faked live --headless --device /dev/null "
                      "--seconds 0.5 --record silent.mp4; code=$?; rm camera-silent; "
                      "[ -e silent.mp4 ] || exit $code");
    CU_ASSERT_EQUAL(run.code, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "silent.mp4: not recorded"));
    media_shell(&run, "{ sleep 1; : >camera-silent; } & SDL_VIDEODRIVER=dummy mien-faked live "
                      "--device /dev/null --seconds 7; code=$?; rm camera-silent; exit $code");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_PTR_NULL(strstr(run.err, "-1"));
}

static void a_terminal_that_closes_ends_it(void)
{
    media_shell(&run, "command -v script");
    if (run.code) {
        skip_test("the script program is not installed");
        return;
    }
    media_shell(
        &run, "rm -f rows.jsonl; script -qc 'echo $$ >pid; exec env --default-signal=HUP mien live "
              "--headless --video portrait.jpg --jsonl rows.jsonl' /dev/null & terminal=$!\n"
              "for i in $(seq 900); do [ -s rows.jsonl ] && break; sleep 0.1; done\n"
              "kill -KILL $terminal; for i in $(seq 900); do kill -0 $(cat pid) || exit 0; sleep "
              "0.1; done 2>/dev/null; kill $(cat pid); exit 1");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void ends_after_its_seconds(void)
{
    media_shell(&run, "mien live --headless --video portrait.jpg --seconds 0.5");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "pictures a second"));
}

static void standard_input_plays_once(void)
{
    if (!media_make("-f lavfi -i testsrc2=s=320x240:r=30 -t 0.5 -c:v ffv1 short.mkv"))
        return;
    media_shell(&run, "cat short.mkv | mien live --headless --video -");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "pictures a second"));
    CU_ASSERT_PTR_NULL(strstr(run.err, "error"));
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

static void a_recording_grown_too_large_is_told(void)
{
    media_shell(&run, "cp portrait.jpg large.mkv; "
                      "(ulimit -f 8; exec mien live --video portrait.jpg --headless --seconds 60 "
                      "-y --record large.mkv >/dev/null); code=$?; "
                      "cmp large.mkv portrait.jpg && exit $code");
    CU_ASSERT_EQUAL(run.code, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "large.mkv: File too large"));
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
        "--size 640",       "--size 0x0",
        "--size 640x480x2", "--fps 0",
        "--seconds -1",     "--seconds 3minutes",
        "portrait.jpg",     "--video portrait.jpg --device 0",
        "--mirror=yes",     "--video portrait.jpg --headless --precision fp64",
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

/* The portrait, 512×600, fills the window's 720 rows; that stands in the middle of the screen. */
static SDL_Rect box_on_screen(const struct seen_face *face)
{
    double scale = 720.0 / 600;
    int left = (SCREEN_WIDTH - (int)(512 * scale)) / 2, top = (SCREEN_HEIGHT - 720) / 2;
    return (SDL_Rect){left + (int)(face->x * scale + 0.5), top + (int)(face->y * scale + 0.5),
                      (int)(face->width * scale + 0.5), (int)(face->height * scale + 0.5)};
}

/* Waits until nearly the whole outline is there, a minute and a half at most. */
static bool wait_for_box(const struct screen *screen, struct seen_face *face)
{
    for (int i = 0; i < 900; i++) {
        usleep(100000);
        if (!read_last_face(face))
            continue;
        SDL_Rect box = box_on_screen(face);
        uint32_t color = overlay_color(face->label);
        if (count_outline(screen, box, color) >= 4 * (box.w / 8 - box.w / 16) * 9 / 10)
            return true;
    }
    return false;
}

static void window_shows_a_box_where_the_face_is(void)
{
    struct screen screen;
    struct seen_face face = {0};
    if (!open_screen(&screen))
        return;
    /* Libraries of OpenGL and D-Bus leak, which the sanitizer would count as ours. */
    media_write("leaks.txt", "leak:libdbus\n", 13);
    setenv("LSAN_OPTIONS", "suppressions=leaks.txt:print_suppressions=0", 0);
    setenv("SDL_RENDER_DRIVER", "software", 1);
    const char *words[] = {"mien",    "live",       "--video", "portrait.jpg",
                           "--jsonl", "rows.jsonl", NULL};
    unlink("rows.jsonl");
    pid_t child = spawn(words);
    CU_ASSERT(wait_for_box(&screen, &face));
    CU_ASSERT(abs(face.x + face.width / 2 - 265) < 20); /* her nose */
    CU_ASSERT(abs(face.y + face.height / 2 - 220) < 25);
    kill(child, SIGTERM);
    int status;
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close_screen(&screen);
}

/* ---- the record key ---- */

static int count_color(const struct screen *screen, SDL_Rect rect, uint32_t color)
{
    int count = 0;
    for (int y = rect.y; y < rect.y + rect.h; y++)
        for (int x = rect.x; x < rect.x + rect.w; x++)
            count += pixel(screen, x, y) == color;
    return count;
}

/* A gray picture of 640×480 makes a window of 960×720 in the middle of the screen. */
static const SDL_Rect toast_place = {330, 45, 620, 90}, status_place = {160, 700, 800, 60};

/* The status line says that it records, in its own colour; waits a minute and a half at most. */
static bool wait_for_note(const struct screen *screen, bool recording)
{
    for (int i = 0; i < 900; i++, usleep(100000))
        if ((count_color(screen, status_place, 0xE69F00) > 10) == recording)
            return true;
    return false;
}

/* Whether a toast is shown within the two seconds of its life. */
static bool see_toast(const struct screen *screen)
{
    for (int i = 0; i < 200; i++, usleep(10000))
        if (count_color(screen, toast_place, 0xF4F4F4) > 50)
            return true;
    return false;
}

static bool wait_until_toast_is_gone(const struct screen *screen)
{
    for (int i = 0; i < 900; i++, usleep(100000))
        if (pixel(screen, 640, 500) == 0x808080 && !count_color(screen, toast_place, 0xF4F4F4))
            return true;
    return false;
}

/* Each recording has a name of its own second. A machine that is away for two seconds misses a
 * toast: a few tries. */
static void record_until_both_are_said(const struct screen *screen)
{
    bool said[2] = {false, false};
    for (int i = 0; i < 10 && !(said[0] && said[1] && i % 2); i++) {
        bool recording = i % 2 == 0;
        CU_ASSERT_FATAL(wait_until_toast_is_gone(screen));
        media_shell(&run, "xdotool key r");
        said[recording] |= see_toast(screen);
        CU_ASSERT_FATAL(wait_for_note(screen, recording));
    }
    CU_ASSERT(said[true]);
    CU_ASSERT(said[false]);
}

/* In a window that people look at: begun and ended with r, or ended with q. */
static void keys_record_and_quit(void)
{
    struct screen screen;
    if (!media_make("-f lavfi -i color=0x808080:s=640x480 -frames:v 1 gray.png") ||
        !open_screen(&screen))
        return;
    media_shell(&run, "command -v xdotool");
    if (run.code) {
        skip_test("xdotool is not installed");
        close_screen(&screen);
        return;
    }
    const char *words[] = {"mien", "live", "--video", "gray.png", NULL};
    pid_t child = spawn(words);
    record_until_both_are_said(&screen);
    CU_ASSERT(wait_until_toast_is_gone(&screen));
    media_shell(&run, "rm mien-*.mp4; xdotool key r");
    CU_ASSERT(wait_for_note(&screen, true));
    sleep(1);
    media_shell(&run, "xdotool key q");
    int status;
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    media_shell(&run, "mv mien-*.mp4 key.mp4");
    CU_ASSERT_EQUAL(run.code, 0);
    check_playable("key.mp4");
    close_screen(&screen);
}

/* Something is shown; waits a minute and a half at most. */
static bool wait_for_picture(const struct screen *screen)
{
    for (int i = 0; i < 900; i++, usleep(100000))
        if (pixel(screen, SCREEN_WIDTH / 2, SCREEN_HEIGHT / 2))
            return true;
    return false;
}

/* The disk is full, as far as mien can tell, a few seconds after the key. */
static void a_recording_of_the_key_that_fails_leaves_the_picture(void)
{
    struct screen screen;
    int status;
    if (!media_make("-f lavfi -i testsrc2=s=640x480:r=30 -vf noise=alls=60:allf=t -t 2 -c:v ffv1 "
                    "noise.mkv") ||
        !open_screen(&screen))
        return;
    media_shell(&run, "command -v xdotool");
    if (run.code) {
        skip_test("xdotool is not installed");
        close_screen(&screen);
        return;
    }
    const char *words[] = {"sh", "-c",
                           "trap '' XFSZ; ulimit -f 12000; exec mien live --video noise.mkv", NULL};
    pid_t child = spawn(words);
    CU_ASSERT_FATAL(wait_for_picture(&screen));
    media_shell(&run, "xdotool key r");
    CU_ASSERT(wait_for_note(&screen, true));
    CU_ASSERT(wait_for_note(&screen, false));
    CU_ASSERT_EQUAL(waitpid(child, &status, WNOHANG), 0);
    media_shell(&run, "xdotool key q");
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close_screen(&screen);
}

int main(void)
{
    const struct test tests[] = {
        {"headless writes json lines", headless_writes_json_lines},
        {"window, recording and data work together", window_recording_and_data_work_together},
        {"records the faces marked", records_the_faces_marked},
        {"files that exist are kept", files_that_exist_are_kept},
        {"settings change while it runs", settings_change_while_it_runs},
        {"a camera is waited for where changed settings find none",
         a_camera_is_waited_for_where_changed_settings_find_none},
        {"a camera that sends nothing is told", a_camera_that_sends_nothing_is_told},
        {"a terminal that closes ends it", a_terminal_that_closes_ends_it},
        {"ends after its seconds", ends_after_its_seconds},
        {"standard input plays once", standard_input_plays_once},
        {"a reader that leaves ends it", a_reader_that_leaves_ends_it},
        {"no display is a clear error", no_display_is_a_clear_error},
        {"no camera is a clear error", no_camera_is_a_clear_error},
        {"a recording grown too large is told", a_recording_grown_too_large_is_told},
        {"bad inputs are told", bad_inputs_are_told},
        {"wrong arguments are told", wrong_arguments_are_told},
        {"window shows a box where the face is", window_shows_a_box_where_the_face_is},
        {"keys record and quit", keys_record_and_quit},
        {"a recording of the key that fails leaves the picture",
         a_recording_of_the_key_that_fails_leaves_the_picture},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("live", tests);
}
