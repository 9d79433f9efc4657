/* The window on a display that exists in memory only: its keys, and what it shows after them, seen
 * in the screenshots that it saves. */
#include "draw/window.h"
#include "media.h"
#include "runner.h"
#include "video/video.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 640, HEIGHT = 480, GRAY = 0x808080 };

static const char *const labels[] = {"angry", "happy"};
static const struct mien_model_info model = {.labels = labels, .label_count = 2};

static struct mien_picture picture;
static struct mien_face face;
static struct mien_faces faces = {.list = &face, .count = 1};
static struct window *window;
static struct mien_picture seen; /* the last screenshot */
static struct mien_reader *reader;
static char folder[256]; /* of the screenshots */

static void open_window(struct window_options options)
{
    struct mien_error error = {""};
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    options.title = "test";
    options.width = WIDTH;
    options.height = HEIGHT;
    CU_ASSERT_EQUAL_FATAL(mien_picture_alloc(&picture, MIEN_BGRX32, WIDTH, HEIGHT, NULL), 0);
    for (int y = 0; y < HEIGHT; y++) /* gray, but for stripes in the face */
        for (int x = 0; x < WIDTH; x++)
            memset(picture.data + y * picture.stride + 4 * x,
                   x < 100 || x >= 200 || y < 150 || y >= 250 ? 0x80
                   : x & 1                                    ? 255
                                                              : 0,
                   4);
    face = (struct mien_face){.id = 1,
                              .box = {100, 150, 100, 100},
                              .probabilities = {0.1f, 0.9f},
                              .label = 1,
                              .confidence = 0.9f};
    CU_ASSERT_EQUAL_FATAL(window_open(&window, &options, &model, &error), 0);
    CU_ASSERT_STRING_EQUAL(error.text, "");
}

static void close_window(void)
{
    window_close(&window);
    CU_ASSERT_PTR_NULL(window);
    mien_reader_close(&reader);
    mien_picture_free(&picture);
}

static bool press(SDL_Keycode key, SDL_Keymod mod)
{
    SDL_Event event = {.key = {.type = SDL_KEYDOWN, .keysym = {.sym = key, .mod = mod}}};
    CU_ASSERT_EQUAL(SDL_PushEvent(&event), 1);
    return window_react(window);
}

static void show(void)
{
    struct overlay_status status = {.latency_p50_ms = -1};
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(window_show(window, &picture, &faces, &status, &error), 0);
}

/* Presses a key, shows the picture, saves it with the key s, and reads the file. */
static void look_after(SDL_Keycode key)
{
    struct run run;
    glob_t found;
    struct mien_frame frame;
    media_shell(&run, "rm -f mien-*.png");
    CU_ASSERT(press(key, KMOD_NONE));
    CU_ASSERT(press(SDLK_s, KMOD_NONE));
    show();
    CU_ASSERT_EQUAL_FATAL(glob("mien-*.png", 0, NULL, &found), 0);
    mien_reader_close(&reader);
    CU_ASSERT_EQUAL_FATAL(mien_reader_open(&reader, found.gl_pathv[0], NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_reader_next(reader, &frame, NULL), 1);
    seen = frame.color;
    globfree(&found);
}

static void look(void)
{
    look_after(SDLK_x); /* which does nothing */
}

/* The pixel where the window shows this place of the picture. */
static uint32_t pixel(double x, double y)
{
    double scale = (double)seen.width / WIDTH;
    const uint8_t *p =
        seen.data + (int)(y * scale + 0.5) * seen.stride + 4 * (int)(x * scale + 0.5);
    return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static bool is_near(uint32_t a, uint32_t b, int tolerance)
{
    for (int shift = 0; shift < 24; shift += 8)
        if (abs((int)(a >> shift & 0xFF) - (int)(b >> shift & 0xFF)) > tolerance)
            return false;
    return true;
}

static void shows_the_face_in_its_box(void)
{
    open_window((struct window_options){0});
    look();
    CU_ASSERT(is_near(pixel(150, 151), overlay_color("happy"), 3));
    CU_ASSERT(is_near(pixel(101, 200), overlay_color("happy"), 3));
    CU_ASSERT(is_near(pixel(300, 200), GRAY, 3));
    close_window();
}

static void mirror_key_turns_picture_and_box(void)
{
    open_window((struct window_options){.mirror = true});
    look();
    CU_ASSERT(is_near(pixel(WIDTH - 150, 151), overlay_color("happy"), 3));
    CU_ASSERT(is_near(pixel(150, 151), GRAY, 3));
    CU_ASSERT(press(SDLK_m, KMOD_NONE));
    look();
    CU_ASSERT(is_near(pixel(150, 151), overlay_color("happy"), 3));
    CU_ASSERT(is_near(pixel(WIDTH - 150, 151), GRAY, 3));
    close_window();
}

static void bars_key_shows_and_hides_bars(void)
{
    open_window((struct window_options){0});
    look();
    CU_ASSERT(is_near(pixel(211, 165), GRAY, 3));
    CU_ASSERT(press(SDLK_b, KMOD_NONE));
    look();
    CU_ASSERT_FALSE(is_near(pixel(211, 165), GRAY, 30));
    CU_ASSERT(press(SDLK_b, KMOD_NONE));
    look();
    CU_ASSERT(is_near(pixel(211, 165), GRAY, 3));
    close_window();
}

static void privacy_key_covers_the_face(void)
{
    open_window((struct window_options){0});
    look();
    int stripes = 0, covered = 0;
    for (int x = 120; x < 180; x++)
        stripes += !is_near(pixel(x, 200), 0x7F7F7F, 40);
    CU_ASSERT(press(SDLK_p, KMOD_NONE));
    look();
    for (int x = 120; x < 180; x++)
        covered += is_near(pixel(x, 200), 0x7F7F7F, 12);
    CU_ASSERT(stripes > 20);
    CU_ASSERT_EQUAL(covered, 60);
    close_window();
}

/* What the place of toasts looks like, as a number; *letters: how many of its pixels are as light
 * as text. */
static uint32_t look_at_toast(int *letters)
{
    uint32_t hash = 2166136261u;
    *letters = 0;
    for (int y = 0; y < HEIGHT / 8; y++)
        for (int x = WIDTH / 6; x < WIDTH * 5 / 6; x++) {
            hash = (hash ^ pixel(x, y)) * 16777619u;
            *letters += is_near(pixel(x, y), 0xF4F4F4, 40);
        }
    return hash;
}

static void each_key_is_confirmed(void)
{
    static const SDL_Keycode ways[] = {SDLK_m, SDLK_b, SDLK_p,     SDLK_SPACE,
                                       SDLK_f, SDLK_f, SDLK_SPACE, SDLK_m};
    uint32_t before = 0;
    int letters;
    open_window((struct window_options){0});
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        look_after(ways[i]);
        uint32_t now = look_at_toast(&letters);
        CU_ASSERT(letters > 50);
        CU_ASSERT_NOT_EQUAL(now, before); /* each says something else */
        before = now;
    }
    close_window();
}

/* Where the key s saves, also that is confirmed: in the pictures after the saved one. So is that it
 * could not. */
static void a_screenshot_is_confirmed(void)
{
    int letters;
    struct run run;
    open_window((struct window_options){0});
    look(); /* over the word that greets */
    uint32_t greeting = look_at_toast(&letters);
    look();
    uint32_t saved = look_at_toast(&letters);
    CU_ASSERT(letters > 50);
    CU_ASSERT_NOT_EQUAL(saved, greeting);
    CU_ASSERT_EQUAL(mkdir("gone", 0700), 0);
    CU_ASSERT_EQUAL(chdir("gone"), 0);
    CU_ASSERT_EQUAL(rmdir("../gone"), 0);
    CU_ASSERT(press(SDLK_s, KMOD_NONE));
    show();
    CU_ASSERT_EQUAL(chdir(folder), 0);
    media_shell(&run, "rm mien-*.png"); /* only the one of look() */
    CU_ASSERT_EQUAL(run.code, 0);
    look();
    uint32_t failed = look_at_toast(&letters);
    CU_ASSERT(letters > 50);
    CU_ASSERT_NOT_EQUAL(failed, saved);
    close_window();
}

static void help_keys_show_and_hide_the_keys(void)
{
    static const struct {
        SDL_Keycode key;
        SDL_Keymod mod;
    } ways[] = {{SDLK_h, KMOD_NONE}, {SDLK_SLASH, KMOD_LSHIFT}, {SDLK_QUESTION, KMOD_NONE}};
    open_window((struct window_options){0});
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        CU_ASSERT(press(ways[i].key, ways[i].mod));
        look();
        CU_ASSERT_FALSE(is_near(pixel(WIDTH / 2, HEIGHT / 2), GRAY, 30));
        CU_ASSERT(press(ways[i].key, ways[i].mod));
        look();
        CU_ASSERT(is_near(pixel(WIDTH / 2, HEIGHT / 2), GRAY, 3));
    }
    close_window();
}

static void space_freezes(void)
{
    open_window((struct window_options){0});
    CU_ASSERT_FALSE(window_frozen(window));
    CU_ASSERT(press(SDLK_SPACE, KMOD_NONE));
    CU_ASSERT(window_frozen(window));
    CU_ASSERT(press(SDLK_SPACE, KMOD_NONE));
    CU_ASSERT_FALSE(window_frozen(window));
    close_window();
}

static void tells_of_the_record_key_once(void)
{
    open_window((struct window_options){0});
    CU_ASSERT_FALSE(window_record_pressed(window));
    CU_ASSERT(press(SDLK_r, KMOD_NONE));
    CU_ASSERT(window_record_pressed(window));
    CU_ASSERT_FALSE(window_record_pressed(window));
    close_window();
}

static void leaves_on_q_and_escape_only(void)
{
    static const SDL_Keycode ways[] = {SDLK_q, SDLK_ESCAPE};
    for (int i = 0; i < 2; i++) {
        open_window((struct window_options){0});
        CU_ASSERT(press(SDLK_x, KMOD_NONE));
        CU_ASSERT(press(SDLK_q, KMOD_LCTRL));
        CU_ASSERT_FALSE(press(ways[i], KMOD_NONE));
        close_window();
    }
    open_window((struct window_options){0});
    SDL_PushEvent(&(SDL_Event){.type = SDL_QUIT});
    CU_ASSERT_FALSE(window_react(window));
    close_window();
}

static void a_kiosk_has_one_way_out(void)
{
    open_window((struct window_options){.fullscreen = true, .exit_keys = "Ctrl+Shift+F4"});
    SDL_Event event = {.type = SDL_QUIT};
    CU_ASSERT_EQUAL(SDL_PushEvent(&event), 1);
    CU_ASSERT(window_react(window));
    static const SDL_Keycode locked[] = {SDLK_q, SDLK_ESCAPE, SDLK_f, SDLK_r, SDLK_s, SDLK_F4};
    for (size_t i = 0; i < sizeof locked / sizeof *locked; i++)
        CU_ASSERT(press(locked[i], KMOD_NONE));
    CU_ASSERT(press(SDLK_F4, KMOD_LCTRL));
    CU_ASSERT(press(SDLK_F4, KMOD_LCTRL | KMOD_LSHIFT | KMOD_LALT));
    CU_ASSERT_FALSE(window_record_pressed(window) || window_frozen(window));
    CU_ASSERT_FALSE(SDL_IsScreenSaverEnabled());
    CU_ASSERT_EQUAL(SDL_ShowCursor(SDL_QUERY), SDL_DISABLE);
    CU_ASSERT_FALSE(press(SDLK_F4, KMOD_RCTRL | KMOD_LSHIFT | KMOD_NUM));
    close_window();
}

static void a_kiosk_may_have_no_way_out(void)
{
    open_window((struct window_options){.exit_keys = ""});
    CU_ASSERT(press(SDLK_q, KMOD_NONE));
    CU_ASSERT(press(SDLK_UNKNOWN, KMOD_NONE));
    struct window_options other = {.exit_keys = "Ctrl+Alt+Q", .mirror = true, .bars = true};
    window_apply(window, &other);
    CU_ASSERT(window_style(window)->bars);
    CU_ASSERT_FALSE(press(SDLK_q, KMOD_LCTRL | KMOD_RALT));
    close_window();
}

static void pictures_may_change_their_size(void)
{
    open_window((struct window_options){0});
    show();
    struct mien_picture whole = picture;
    picture.width = 320; /* now the left half, twice as tall as wide: bars at the sides */
    look();
    uint32_t dark = pixel(10, 100), middle = pixel(WIDTH / 2, 20);
    picture = whole;
    CU_ASSERT(is_near(dark, 0x101216, 3));
    CU_ASSERT(is_near(middle, GRAY, 3) || is_near(middle, 0x111418, 90));
    close_window();
}

static void a_lost_picture_leaves_a_dark_screen(void)
{
    open_window((struct window_options){0});
    struct overlay_status status = {.hint = "camera lost"};
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(window_show(window, NULL, NULL, &status, &error), 0);
    close_window();
}

static void no_display_is_a_clear_error(void)
{
    struct mien_error error = {""};
    struct window *none = NULL;
    struct window_options options = {.title = "test", .width = WIDTH, .height = HEIGHT};
    setenv("SDL_VIDEODRIVER", "no-such-driver", 1);
    CU_ASSERT_EQUAL(window_open(&none, &options, &model, &error), -ENODEV);
    CU_ASSERT_PTR_NULL(none);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "--headless"));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "annotate"));
}

int main(void)
{
    const struct test tests[] = {
        {"shows the face in its box", shows_the_face_in_its_box},
        {"mirror key turns picture and box", mirror_key_turns_picture_and_box},
        {"bars key shows and hides bars", bars_key_shows_and_hides_bars},
        {"privacy key covers the face", privacy_key_covers_the_face},
        {"each key is confirmed", each_key_is_confirmed},
        {"a screenshot is confirmed", a_screenshot_is_confirmed},
        {"help keys show and hide the keys", help_keys_show_and_hide_the_keys},
        {"space freezes", space_freezes},
        {"tells of the record key once", tells_of_the_record_key_once},
        {"leaves on q and escape only", leaves_on_q_and_escape_only},
        {"a kiosk has one way out", a_kiosk_has_one_way_out},
        {"a kiosk may have no way out", a_kiosk_may_have_no_way_out},
        {"pictures may change their size", pictures_may_change_their_size},
        {"a lost picture leaves a dark screen", a_lost_picture_leaves_a_dark_screen},
        {"no display is a clear error", no_display_is_a_clear_error},
        {NULL, NULL},
    };
    media_enter_folder();
    if (!getcwd(folder, sizeof folder))
        return 99;
    return run_tests("window", tests);
}
