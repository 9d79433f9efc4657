/* Draws what the recogniser saw. The same code draws on the window's renderer and, for video and
 * pictures, on a software renderer over the frame's own pixels. */
#ifndef APP_OVERLAY_H
#define APP_OVERLAY_H

#include <SDL.h>
#include <stdbool.h>
#include <stdint.h>

#include "dirty_tiles.h"
#include "mien/error.h"
#include "mien/picture.h"
#include "mien/recogniser.h"
#include "screen.h"

struct overlay; /* lives on the thread of its renderer */

/* Where the picture stands on the target: target = offset + scale * picture. */
struct overlay_view {
    double scale;
    int x, y;
    bool mirror;        /* the picture is shown mirrored; text is not */
    int picture_width;  /* pixels of the picture, needed to mirror boxes */
    int picture_height; /* 0: what is left of the target */
};

/* What is said beside the faces; a NULL status says nothing. */
struct overlay_status {
    double fps;      /* pictures shown a second; 0 and no note: no status line */
    double analysed; /* of these the recogniser looks at, a second */
    double latency_p50_ms, latency_p95_ms; /* capture → shown; <0: unknown */
    uint64_t drops;
    const char *note;  /* a warning in the status line, "camera lost"; may be NULL */
    const char *toast; /* confirms what a key did; may be NULL */
    const char *hint;  /* for a picture without faces; may be NULL */
    const char *about; /* under the list of keys: what is shown here; may be NULL */
    struct screen_texts screen;
};

struct overlay_key {
    const char *keys, *what; /* "q, Esc", "quit" */
};

struct overlay_style {
    bool bars;                      /* the probabilities as bars beside each face */
    bool numbers;                   /* of the faces, in their labels */
    bool blur;                      /* canvas_draw covers the faces, for privacy; a window's picture
                                       goes through privacy_cover before it is uploaded */
    const struct overlay_key *help; /* the list of keys, ended by NULLs; NULL: not shown */
};

/* Opens the font and makes textures; draws nothing. `model` must outlive the overlay.
 * Returns 0, -ENOENT (no font), -EINVAL or -ENOMEM. */
int overlay_create(struct overlay **overlay, SDL_Renderer *renderer,
                   const struct mien_model_info *model, struct mien_error *error);
void overlay_destroy(struct overlay **overlay);

/* Faces to come are of another model, which has to outlive them. */
void overlay_use(struct overlay *overlay, const struct mien_model_info *model);

/* From now on the tiles that are drawn on are noted there; NULL: nowhere. Borrowed. */
void overlay_note(struct overlay *overlay, struct dirty *dirty);

/* Draws on the renderer's whole output, in its pixels; sizes of text and lines follow from it.
 * `faces` and `status` may be NULL. Returns 0, or -ENOMEM when nothing was drawn. */
int overlay_draw(struct overlay *overlay, const struct mien_faces *faces,
                 const struct overlay_view *view, const struct overlay_style *style,
                 const struct overlay_status *status);

/* Colour of a label's box (0xRRGGBB), for legends and tests. */
uint32_t overlay_color(const char *label);

/* Draws on pictures in memory, without a display; what it needs is kept for the next picture of
 * the same kind and size. One thread at a time. `model` must outlive it; `yuv` tells the colours
 * of pictures in planes and may be NULL where there are none. */
struct canvas;
int canvas_create(struct canvas **canvas, const struct mien_model_info *model,
                  const struct mien_yuv *yuv, struct mien_error *error);
/* `color` is MIEN_BGRX32 or MIEN_YUV420. Returns 0, -EINVAL or an error of overlay_create. */
int canvas_draw(struct canvas *canvas, struct mien_picture *color, const struct mien_faces *faces,
                const struct overlay_style *style, struct mien_error *error);
void canvas_destroy(struct canvas **canvas);

/* Makes the faces unrecognisable, also those that are not shown yet: each becomes at most 8×8
 * squares of its mean colour, a fifth larger than its box. `color` is MIEN_BGRX32 or MIEN_YUV420.
 */
void privacy_cover(struct mien_picture *color, const struct mien_faces *faces);

#endif
