/* Pictures of any size, whole and in their shape, in the middle of one of a fixed size. */
#ifndef APP_FIT_H
#define APP_FIT_H

#include "mien/error.h"
#include "mien/picture.h"

struct SwsContext;

/* A zeroed one, but for the size, is fine. */
struct fit {
    int width, height;           /* pixels, of what comes out */
    struct mien_picture picture; /* MIEN_BGRX32: the last one that came out */
    struct SwsContext *scaler;
    int from_width, from_height; /* that it was made for */
};

/* Fills fit->picture with a MIEN_BGRX32 picture, black where that has another shape. Returns 0 or
 * -ENOMEM. */
int fit_picture(struct fit *fit, const struct mien_picture *color, struct mien_error *error);
void fit_finish(struct fit *fit);

#endif
