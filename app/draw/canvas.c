/* The overlay on pictures in memory. */
#include <errno.h>
#include <stdlib.h>

#include "overlay.h"
#include "planes.h"

/* Pictures of red, green and blue are drawn on as they are. Those in planes get a transparent layer
 * laid over: only what is drawn on changes. */
struct canvas {
    const struct mien_model_info *model;
    struct mien_yuv yuv;
    SDL_Surface *surface; /* over the pixels of the picture being drawn, or the layer */
    SDL_Renderer *renderer;
    struct overlay *overlay;
    struct dirty dirty; /* of the layer */
};

int canvas_create(struct canvas **canvas, const struct mien_model_info *model,
                  const struct mien_yuv *yuv, struct mien_error *error)
{
    struct canvas *c = calloc(1, sizeof *c);
    if (!c)
        return mien_error_set(error, ENOMEM, "no memory to draw on");
    c->model = model;
    if (yuv)
        c->yuv = *yuv;
    *canvas = c;
    return 0;
}

static void drop_renderer(struct canvas *canvas)
{
    overlay_destroy(&canvas->overlay);
    if (canvas->renderer)
        SDL_DestroyRenderer(canvas->renderer);
    SDL_FreeSurface(canvas->surface);
    dirty_tiles_finish(&canvas->dirty);
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

/* A new layer is clear, and laying it over a picture clears it again. */
static SDL_Surface *make_surface(struct canvas *canvas, const struct mien_picture *color)
{
    if (color->pixels == MIEN_BGRX32)
        return SDL_CreateRGBSurfaceWithFormatFrom(color->data, color->width, color->height, 32,
                                                  (int)color->stride, SDL_PIXELFORMAT_RGB888);
    if (dirty_tiles_init(&canvas->dirty, color->width, color->height) < 0)
        return NULL;
    return SDL_CreateRGBSurfaceWithFormat(0, color->width, color->height, 32,
                                          SDL_PIXELFORMAT_ARGB8888);
}

static int make_renderer(struct canvas *canvas, const struct mien_picture *color,
                         struct mien_error *error)
{
    int result;
    drop_renderer(canvas);
    canvas->surface = make_surface(canvas, color);
    if (canvas->surface)
        canvas->renderer = SDL_CreateSoftwareRenderer(canvas->surface);
    if (!canvas->renderer) {
        result = mien_error_set(error, ENOMEM, "cannot draw on the picture: %s", SDL_GetError());
        goto failed;
    }
    result = overlay_create(&canvas->overlay, canvas->renderer, canvas->model, error);
    if (result)
        goto failed;
    overlay_note(canvas->overlay, canvas->dirty.tiles ? &canvas->dirty : NULL);
    return 0;
failed:
    drop_renderer(canvas);
    return result;
}

static bool fits(const struct canvas *canvas, const struct mien_picture *color)
{
    const SDL_Surface *surface = canvas->surface;
    bool layer = canvas->dirty.tiles != NULL;
    return surface && surface->w == color->width && surface->h == color->height &&
           layer == (color->pixels == MIEN_YUV420) && (layer || surface->pitch == color->stride);
}

int canvas_draw(struct canvas *canvas, struct mien_picture *color, const struct mien_faces *faces,
                const struct overlay_style *style, struct mien_error *error)
{
    if (color->pixels == MIEN_GRAY8)
        return mien_error_set(error, EINVAL, "faces are drawn on pictures in colour only");
    int result = fits(canvas, color) ? 0 : make_renderer(canvas, color, error);
    if (result)
        return result;
    if (style->blur)
        privacy_cover(color, faces);
    if (color->pixels == MIEN_BGRX32)
        canvas->surface->pixels = color->data;
    struct overlay_view view = {.scale = 1, .picture_width = color->width};
    if (overlay_draw(canvas->overlay, faces, &view, style, NULL))
        return mien_error_set(error, ENOMEM, "no memory to draw on the picture");
    if (SDL_RenderFlush(canvas->renderer))
        return mien_error_set(error, ENOMEM, "cannot draw on the picture: %s", SDL_GetError());
    if (color->pixels == MIEN_YUV420)
        planes_lay_over(color, &canvas->yuv, canvas->surface->pixels, canvas->surface->pitch / 4,
                        &canvas->dirty);
    return 0;
}
