/* Draws what the recogniser saw. The same code draws on the window's renderer and, for video and
 * pictures, on a software renderer over the frame's own pixels. */
#ifndef APP_OVERLAY_H
#define APP_OVERLAY_H

#include <SDL.h>
#include <stdbool.h>
#include <stdint.h>

#include "mien/error.h"
#include "mien/picture.h"
#include "recogniser.h"

struct overlay; /* lives on the thread of its renderer */

/* Where the picture stands on the target: target = offset + scale * picture. */
struct overlay_view {
    double scale;
    int x, y;
    bool mirror;       /* the picture is shown mirrored; text is not */
    int picture_width; /* pixels of the picture, needed to mirror boxes */
};

/* Numbers of the status line; a NULL status draws none. */
struct overlay_status {
    double fps;
    double latency_p50_ms, latency_p95_ms; /* capture → shown; <0: unknown */
    uint64_t drops;
    const char *note; /* for example "camera lost"; may be NULL */
};

struct overlay_style {
    bool bars; /* the probabilities as bars beside each face */
    bool help; /* the list of keys */
    bool blur; /* cover faces, for privacy */
};

int overlay_create(struct overlay **overlay, SDL_Renderer *renderer,
                   const struct mien_model_info *model, struct mien_error *error);
void overlay_destroy(struct overlay **overlay);

void overlay_draw(struct overlay *overlay, const struct faces *faces,
                  const struct overlay_view *view, const struct overlay_style *style,
                  const struct overlay_status *status);

/* Colour of a label's box (0xRRGGBB), for legends and tests. */
uint32_t overlay_color(const char *label);

/* Draws on a picture in memory (MIEN_BGRX32): makes a software renderer over its pixels, kept in
 * *canvas for the next picture of the same memory. */
struct canvas;
int canvas_create(struct canvas **canvas, const struct mien_model_info *model,
                  struct mien_error *error);
int canvas_draw(struct canvas *canvas, struct mien_picture *color, const struct faces *faces,
                const struct overlay_style *style, struct mien_error *error);
void canvas_destroy(struct canvas **canvas);

#endif
