/* The window: shows pictures with their faces, and does what the keys say. */
#ifndef APP_WINDOW_H
#define APP_WINDOW_H

#include <stdbool.h>

#include "mien/error.h"
#include "mien/model.h"
#include "mien/picture.h"
#include "overlay.h"

struct window; /* main thread only */

struct window_options {
    const char *title;
    int width, height; /* of the pictures to come, for the window's first size */
    bool mirror, bars, blur, fullscreen;
    bool cover; /* pictures of another shape than the window fill it, and are cut; else they are
                   whole, with dark edges */
    int rotate; /* of everything, clockwise: 0, 90, 180, 270 */
    const char *exit_keys; /* NULL: the usual keys; else all are locked but these (shortcut.h) */
};

/* Returns 0 or -ENODEV (no display) or an error of overlay_create. `model` must outlive it. */
int window_open(struct window **window, const struct window_options *options,
                const struct mien_model_info *model, struct mien_error *error);
void window_close(struct window **window);

/* Takes over other options, but for title and size. */
void window_apply(struct window *window, const struct window_options *options);

/* Faces to come are of another model, which has to outlive them. */
void window_use(struct window *window, const struct mien_model_info *model);

/* Shows a picture (MIEN_BGRX32; NULL: a dark screen) with its faces; takes a screenshot if one is
 * due. The toast of `status` is the window's own. Returns 0 or -EIO. */
int window_show(struct window *window, const struct mien_picture *color,
                const struct mien_faces *faces, struct overlay_status *status,
                struct mien_error *error);

/* The two halves of it. */
int window_draw(struct window *window, const struct mien_picture *color,
                const struct mien_faces *faces, struct overlay_status *status,
                struct mien_error *error);
void window_present(struct window *window);

/* Who shows it: "x11, opengl". Static until the window is closed. */
const char *window_driver(const struct window *window);

/* Does what was asked for since the last call; false when the user wants to leave. */
bool window_react(struct window *window);

/* The user stopped the picture. */
bool window_frozen(const struct window *window);

/* Whether the key that starts and ends a recording was pressed since the last call. */
bool window_record_pressed(struct window *window);

/* What is drawn now; the user's keys change it. */
const struct overlay_style *window_style(const struct window *window);

/* Shows a line for a moment. */
void window_say(struct window *window, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
