#include "window.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "mien/log.h"
#include "picture_file.h"
#include "window_private.h"

#define TOAST_SECONDS 2.0

enum { LEAST_WIDTH = 320, LEAST_HEIGHT = 240 }; /* in which the list of keys can be read */

/* ---- opening ---- */

/* Small pictures get a larger window, large ones one that fits the screen. A window that is to
 * fill the screen has its size from the start: where no window manager runs, nobody else does it.
 */
static void first_size(const struct window_options *options, int *width, int *height)
{
    SDL_Rect screen = {0, 0, 1280, 800};
    if (options->fullscreen && !SDL_GetDisplayBounds(0, &screen)) {
        *width = screen.w;
        *height = screen.h;
        return;
    }
    SDL_GetDisplayUsableBounds(0, &screen);
    double scale = SDL_max(1.0, 720.0 / options->height);
    scale = SDL_min(scale, 0.9 * screen.w / options->width);
    scale = SDL_min(scale, 0.9 * screen.h / options->height);
    *width = SDL_max(LEAST_WIDTH, (int)(options->width * scale));
    *height = SDL_max(LEAST_HEIGHT, (int)(options->height * scale));
}

/* SDL falls back to drivers that show nothing; those are for tests, which name them. */
static bool shows_nothing(void)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    return !getenv("SDL_VIDEODRIVER") && driver &&
           (!strcmp(driver, "offscreen") || !strcmp(driver, "dummy"));
}

static int start_display(struct mien_error *error)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_APP_NAME, "mien");
    if (!SDL_Init(SDL_INIT_VIDEO) && !shows_nothing())
        return 0;
    const char *why = SDL_GetError();
    return mien_error_set(error, ENODEV,
                          "no display to open a window on%s%.200s%s; `mien live --headless` prints "
                          "what it sees, `mien annotate` draws on recordings",
                          *why ? " (" : "", why, *why ? ")" : "");
}

static int make_window(struct window *window, const struct window_options *options,
                       struct mien_error *error)
{
    int width, height;
    first_size(options, &width, &height);
    uint32_t flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI |
                     (options->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    window->window = SDL_CreateWindow(options->title, SDL_WINDOWPOS_CENTERED,
                                      SDL_WINDOWPOS_CENTERED, width, height, flags);
    if (window->window)
        window->renderer = SDL_CreateRenderer(window->window, -1, 0);
    if (!window->renderer)
        return mien_error_set(error, ENODEV, "no window: %s", SDL_GetError());
    SDL_SetWindowMinimumSize(window->window, LEAST_WIDTH, LEAST_HEIGHT);
    SDL_ShowCursor(options->fullscreen ? SDL_DISABLE : SDL_ENABLE);
    SDL_RendererInfo info = {.name = "?"};
    SDL_GetRendererInfo(window->renderer, &info);
    snprintf(window->driver, sizeof window->driver, "%s, %s", SDL_GetCurrentVideoDriver(),
             info.name);
    return 0;
}

/* Nobody is to reach another window, or to see the screen go dark. */
static void lock(struct window *window)
{
    SDL_SetWindowAlwaysOnTop(window->window, SDL_TRUE);
    SDL_SetWindowKeyboardGrab(window->window, SDL_TRUE);
    SDL_DisableScreenSaver();
}

void window_toggle_fullscreen(struct window *window)
{
    bool full = SDL_GetWindowFlags(window->window) & SDL_WINDOW_FULLSCREEN;
    if (SDL_SetWindowFullscreen(window->window, full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP)) {
        window_say(window, "full screen: %s", SDL_GetError());
        return;
    }
    SDL_ShowCursor(full ? SDL_ENABLE : SDL_DISABLE);
    window_say(window, full ? "in a window" : "full screen");
}

void window_apply(struct window *window, const struct window_options *options)
{
    bool full = SDL_GetWindowFlags(window->window) & SDL_WINDOW_FULLSCREEN;
    window->mirror = options->mirror;
    window->style.bars = options->bars;
    window->style.blur = options->blur;
    window->cover = options->cover;
    window->rotate = options->rotate;
    if (full != options->fullscreen)
        window_toggle_fullscreen(window);
    free(window->exit_keys);
    window->exit_keys = options->exit_keys ? strdup(options->exit_keys) : NULL;
}

void window_use(struct window *window, const struct mien_model_info *model)
{
    overlay_use(window->overlay, model);
}

int window_open(struct window **window, const struct window_options *options,
                const struct mien_model_info *model, struct mien_error *error)
{
    struct window *w = calloc(1, sizeof *w);
    if (!w)
        return mien_error_set(error, ENOMEM, "no memory for a window");
    int result = start_display(error);
    if (!result)
        result = make_window(w, options, error);
    if (!result)
        result = overlay_create(&w->overlay, w->renderer, model, error);
    if (result) {
        window_close(&w);
        return result;
    }
    window_apply(w, options);
    if (options->exit_keys)
        lock(w);
    else
        window_say(w, "h shows the keys");
    *window = w;
    return 0;
}

void window_close(struct window **window)
{
    struct window *w = *window;
    if (!w)
        return;
    overlay_destroy(&w->overlay);
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    if (w->scene)
        SDL_DestroyTexture(w->scene);
    if (w->renderer)
        SDL_DestroyRenderer(w->renderer);
    if (w->window)
        SDL_DestroyWindow(w->window);
    SDL_Quit();
    free(w->exit_keys);
    free(w);
    *window = NULL;
}

/* ---- showing ---- */

void window_say(struct window *window, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(window->toast, sizeof window->toast, format, arguments);
    va_end(arguments);
    window->toast_ends = clock_seconds() + TOAST_SECONDS;
}

const struct overlay_style *window_style(const struct window *window)
{
    return &window->style;
}

static int fit_texture(struct window *window, const struct mien_picture *color)
{
    if (window->texture && window->width == color->width && window->height == color->height)
        return 0;
    if (window->texture)
        SDL_DestroyTexture(window->texture);
    window->texture = SDL_CreateTexture(window->renderer, SDL_PIXELFORMAT_RGB888,
                                        SDL_TEXTUREACCESS_STREAMING, color->width, color->height);
    if (!window->texture)
        return -EIO;
    SDL_SetTextureScaleMode(window->texture, SDL_ScaleModeLinear);
    window->width = color->width;
    window->height = color->height;
    return 0;
}

/* Copies the picture into the texture; faces are covered before they get there. */
static int upload(struct window *window, const struct mien_picture *color,
                  const struct mien_faces *faces)
{
    void *pixels;
    int pitch;
    if (fit_texture(window, color) || SDL_LockTexture(window->texture, NULL, &pixels, &pitch))
        return -EIO;
    struct mien_picture copy = {MIEN_BGRX32, color->width, color->height, pitch, pixels};
    mien_picture_copy(&copy, color, NULL);
    if (window->style.blur && faces)
        privacy_cover(&copy, faces);
    SDL_UnlockTexture(window->texture);
    return 0;
}

/* The largest place of the picture's shape in the middle of the screen, or the smallest around it.
 */
static struct overlay_view fit_view(struct window *window, int width, int height)
{
    int wide = width, high = height;
    SDL_GetRendererOutputSize(window->renderer, &wide, &high);
    double across = (double)wide / width, down = (double)high / height;
    double scale = window->cover ? SDL_max(across, down) : SDL_min(across, down);
    return (struct overlay_view){.scale = scale,
                                 .x = (int)floor((wide - width * scale) / 2),
                                 .y = (int)floor((high - height * scale) / 2),
                                 .mirror = window->mirror,
                                 .picture_width = width,
                                 .picture_height = height};
}

/* ---- screens that hang on their side ---- */

/* All is drawn on a scene of the turned shape, which is then turned. */
static int begin_scene(struct window *window)
{
    int wide, high, has_width = 0, has_height = 0;
    if (!window->rotate)
        return 0;
    SDL_GetRendererOutputSize(window->renderer, &wide, &high);
    bool aside = window->rotate % 180 != 0;
    int width = aside ? high : wide, height = aside ? wide : high;
    if (window->scene)
        SDL_QueryTexture(window->scene, NULL, NULL, &has_width, &has_height);
    if (has_width != width || has_height != height) {
        if (window->scene)
            SDL_DestroyTexture(window->scene);
        window->scene = SDL_CreateTexture(window->renderer, SDL_PIXELFORMAT_RGB888,
                                          SDL_TEXTUREACCESS_TARGET, width, height);
    }
    return window->scene && !SDL_SetRenderTarget(window->renderer, window->scene) ? 0 : -EIO;
}

static void end_scene(struct window *window)
{
    int wide, high, width, height;
    if (!window->rotate)
        return;
    SDL_SetRenderTarget(window->renderer, NULL);
    SDL_GetRendererOutputSize(window->renderer, &wide, &high);
    SDL_QueryTexture(window->scene, NULL, NULL, &width, &height);
    SDL_Rect place = {(wide - width) / 2, (high - height) / 2, width, height};
    SDL_RenderClear(window->renderer);
    SDL_RenderCopyEx(window->renderer, window->scene, NULL, &place, window->rotate, NULL,
                     SDL_FLIP_NONE);
}

/* Named by the time it was taken, in the current folder. */
static void take_screenshot(struct window *window)
{
    struct mien_picture picture = {0};
    struct mien_error error = {""};
    int width, height;
    char path[64];
    time_t now = time(NULL);
    struct tm local;
    strftime(path, sizeof path, "mien-%Y%m%d-%H%M%S.png", localtime_r(&now, &local));
    SDL_GetRendererOutputSize(window->renderer, &width, &height);
    int result = mien_picture_alloc(&picture, MIEN_BGRX32, width, height, &error);
    if (!result && SDL_RenderReadPixels(window->renderer, NULL, SDL_PIXELFORMAT_RGB888,
                                        picture.data, (int)picture.stride))
        result = mien_error_set(&error, EIO, "no screenshot: %s", SDL_GetError());
    if (!result)
        result = picture_file_write(path, &picture, true, &error);
    mien_picture_free(&picture);
    if (result)
        window_say(window, "%.120s", error.text);
    else
        window_say(window, "saved %s", path);
}

int window_draw(struct window *window, const struct mien_picture *color,
                const struct mien_faces *faces, struct overlay_status *status,
                struct mien_error *error)
{
    if (begin_scene(window))
        return mien_error_set(error, EIO, "the screen cannot be turned: %s", SDL_GetError());
    struct overlay_view view =
        fit_view(window, color ? color->width : 640, color ? color->height : 480);
    SDL_SetRenderDrawColor(window->renderer, 16, 18, 22, 255);
    SDL_RenderClear(window->renderer);
    if (color) {
        if (upload(window, color, faces))
            return mien_error_set(error, EIO, "the picture cannot be shown: %s", SDL_GetError());
        SDL_Rect place = {view.x, view.y, (int)(color->width * view.scale + 0.5),
                          (int)(color->height * view.scale + 0.5)};
        SDL_RenderCopyEx(window->renderer, window->texture, NULL, &place, 0, NULL,
                         view.mirror ? SDL_FLIP_HORIZONTAL : SDL_FLIP_NONE);
    }
    status->toast = clock_seconds() < window->toast_ends ? window->toast : NULL;
    if (overlay_draw(window->overlay, faces, &view, &window->style, status))
        mien_log(MIEN_LOG_DEBUG, "no memory to mark a picture; the next one tries again");
    end_scene(window);
    if (window->screenshot_due)
        take_screenshot(window);
    window->screenshot_due = false;
    return 0;
}

const char *window_driver(const struct window *window)
{
    return window->driver;
}

void window_present(struct window *window)
{
    SDL_RenderPresent(window->renderer);
}

int window_show(struct window *window, const struct mien_picture *color,
                const struct mien_faces *faces, struct overlay_status *status,
                struct mien_error *error)
{
    int result = window_draw(window, color, faces, status, error);
    if (!result)
        window_present(window);
    return result;
}
