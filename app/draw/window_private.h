/* The window's state, which its drawing and its keys share. Private to app/draw/. */
#ifndef APP_WINDOW_PRIVATE_H
#define APP_WINDOW_PRIVATE_H

#include <SDL.h>

#include "window.h"

struct window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture; /* of the size of the last picture */
    SDL_Texture *scene;   /* what is to be turned, if it is */
    int width, height;    /* of the texture */
    struct overlay *overlay;
    struct overlay_style style;
    char *exit_keys; /* NULL: the usual keys */
    bool cover;
    int rotate;
    bool mirror, frozen, leaving, screenshot_due, record_pressed;
    char toast[160];
    double toast_ends;
    char driver[64]; /* SDL's, of video and of drawing */
};

/* As the key does: tells the user too. */
void window_toggle_fullscreen(struct window *window);

#endif
