/* The overlay on pictures in memory. */
#include <errno.h>
#include <stdlib.h>

#include "overlay.h"

struct canvas {
    const struct mien_model_info *model;
    SDL_Surface *surface; /* over the pixels of the picture being drawn */
    SDL_Renderer *renderer;
    struct overlay *overlay;
};

int canvas_create(struct canvas **canvas, const struct mien_model_info *model,
                  struct mien_error *error)
{
    struct canvas *c = calloc(1, sizeof *c);
    if (!c)
        return mien_error_set(error, ENOMEM, "no memory to draw on");
    c->model = model;
    *canvas = c;
    return 0;
}

static void drop_renderer(struct canvas *canvas)
{
    overlay_destroy(&canvas->overlay);
    if (canvas->renderer)
        SDL_DestroyRenderer(canvas->renderer);
    SDL_FreeSurface(canvas->surface);
    canvas->renderer = NULL;
    canvas->surface = NULL;
}

void canvas_destroy(struct canvas **canvas)
{
    if (!*canvas)
        return;
    drop_renderer(*canvas);
    free(*canvas);
    *canvas = NULL;
}

static int make_renderer(struct canvas *canvas, struct mien_picture *color,
                         struct mien_error *error)
{
    drop_renderer(canvas);
    int result;
    canvas->surface = SDL_CreateRGBSurfaceWithFormatFrom(
        color->data, color->width, color->height, 32, (int)color->stride, SDL_PIXELFORMAT_RGB888);
    if (canvas->surface)
        canvas->renderer = SDL_CreateSoftwareRenderer(canvas->surface);
    if (!canvas->renderer) {
        result = mien_error_set(error, ENOMEM, "cannot draw on the picture: %s", SDL_GetError());
        goto failed;
    }
    result = overlay_create(&canvas->overlay, canvas->renderer, canvas->model, error);
    if (!result)
        return 0;
failed:
    drop_renderer(canvas);
    return result;
}

int canvas_draw(struct canvas *canvas, struct mien_picture *color, const struct faces *faces,
                const struct overlay_style *style, struct mien_error *error)
{
    if (color->pixels != MIEN_BGRX32)
        return mien_error_set(error, EINVAL, "faces are drawn on pictures in colour only");
    SDL_Surface *surface = canvas->surface;
    if (!surface || surface->w != color->width || surface->h != color->height ||
        surface->pitch != color->stride) {
        int result = make_renderer(canvas, color, error);
        if (result)
            return result;
    }
    canvas->surface->pixels = color->data;
    if (style->blur)
        privacy_cover(color, faces);
    struct overlay_view view = {.scale = 1, .picture_width = color->width};
    overlay_draw(canvas->overlay, faces, &view, style, NULL);
    SDL_RenderFlush(canvas->renderer);
    return 0;
}
