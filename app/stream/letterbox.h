/* Pictures of any size, whole and in their shape, in the middle of one of a fixed size. */
#ifndef APP_LETTERBOX_H
#define APP_LETTERBOX_H

#include "mien/error.h"
#include "mien/picture.h"

struct SwsContext;

/* A zeroed one, but for the size, is fine. */
struct letterbox {
    int width, height;           /* pixels, of what comes out */
    struct mien_picture picture; /* MIEN_BGRX32: the last one that came out */
    struct SwsContext *scaler;
    int from_width, from_height; /* that it was made for */
};

/* Fills fit->picture with a MIEN_BGRX32 picture, black where that has another shape. Returns 0 or
 * -ENOMEM. */
int letterbox_picture(struct letterbox *letterbox, const struct mien_picture *color,
                      struct mien_error *error);
void letterbox_finish(struct letterbox *letterbox);

#endif
