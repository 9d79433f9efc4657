/* What the keys of the window do. */
#include "shortcut.h"
#include "window_private.h"

static void leave(struct window *window)
{
    window->leaving = true;
}

static void leave_fullscreen_or_all(struct window *window)
{
    if (SDL_GetWindowFlags(window->window) & SDL_WINDOW_FULLSCREEN)
        window_toggle_fullscreen(window);
    else
        leave(window);
}

static void toggle_mirror(struct window *window)
{
    window->mirror = !window->mirror;
    window_say(window, window->mirror ? "mirrored" : "not mirrored");
}

static void toggle_bars(struct window *window)
{
    window->style.bars = !window->style.bars;
    window_say(window, window->style.bars ? "bars shown" : "bars hidden");
}

static void toggle_blur(struct window *window)
{
    window->style.blur = !window->style.blur;
    window_say(window, window->style.blur ? "faces covered" : "faces shown");
}

static void toggle_numbers(struct window *window)
{
    window->style.numbers = !window->style.numbers;
    window_say(window, window->style.numbers ? "numbers shown" : "numbers hidden");
}

static void toggle_freeze(struct window *window)
{
    window->frozen = !window->frozen;
    window_say(window, window->frozen ? "frozen: space goes on" : "live");
}

static void ask_screenshot(struct window *window)
{
    window->screenshot_due = true;
}

static void ask_recording(struct window *window)
{
    window->record_pressed = true;
}

static void toggle_help(struct window *window);

static const struct {
    SDL_Keycode code;
    void (*press)(struct window *window);
} keys[] = {
    {SDLK_q, leave},
    {SDLK_ESCAPE, leave_fullscreen_or_all},
    {SDLK_f, window_toggle_fullscreen},
    {SDLK_m, toggle_mirror},
    {SDLK_b, toggle_bars},
    {SDLK_n, toggle_numbers},
    {SDLK_p, toggle_blur},
    {SDLK_s, ask_screenshot},
    {SDLK_r, ask_recording},
    {SDLK_SPACE, toggle_freeze},
    {SDLK_h, toggle_help},
    {SDLK_F1, toggle_help},
    {SDLK_QUESTION, toggle_help},
    {SDLK_F11, window_toggle_fullscreen},
};

static const struct overlay_key help[] = {
    {"f", "full screen"},
    {"m", "mirror the picture"},
    {"b", "bars of all emotions"},
    {"n", "numbers of the faces"},
    {"p", "cover the faces"},
    {"s", "save a screenshot"},
    {"r", "record, stop recording"},
    {"space", "freeze"},
    {"h, ?", "this help"},
    {"q, Esc", "quit"},
    {NULL, NULL},
};

static void toggle_help(struct window *window)
{
    window->style.help = window->style.help ? NULL : help;
}

static void press(struct window *window, SDL_Keysym key)
{
    if (window->exit_keys) {
        window->leaving |= shortcut_pressed(window->exit_keys, key);
        return;
    }
    if (key.sym == SDLK_SLASH && key.mod & KMOD_SHIFT)
        key.sym = SDLK_QUESTION; /* where SDL names the key, not its sign */
    if (key.mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI))
        return;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].code == key.sym)
            keys[i].press(window);
}

bool window_react(struct window *window)
{
    SDL_Event event;
    while (SDL_PollEvent(&event)) {
        if (event.type == SDL_QUIT && !window->exit_keys)
            leave(window);
        else if (event.type == SDL_KEYDOWN && !event.key.repeat)
            press(window, event.key.keysym);
    }
    return !window->leaving;
}

bool window_frozen(const struct window *window)
{
    return window->frozen;
}

bool window_record_pressed(struct window *window)
{
    bool pressed = window->record_pressed;
    window->record_pressed = false;
    return pressed;
}
