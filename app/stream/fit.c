#include "fit.h"

#include <errno.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <string.h>

/* The largest place of the picture's shape in the middle. */
static struct mien_picture middle_of(const struct fit *fit, const struct mien_picture *color)
{
    double scale = fmin((double)fit->width / color->width, (double)fit->height / color->height);
    struct mien_picture place = fit->picture;
    place.width = (int)fmax(1, lrint(color->width * scale));
    place.height = (int)fmax(1, lrint(color->height * scale));
    place.data += (fit->height - place.height) / 2 * place.stride +
                  4 * (ptrdiff_t)((fit->width - place.width) / 2);
    return place;
}

/* What the last size left beside the middle goes black. */
static int prepare(struct fit *fit, const struct mien_picture *color, struct mien_error *error)
{
    if (fit->scaler && fit->from_width == color->width && fit->from_height == color->height)
        return 0;
    if (!fit->picture.data) {
        int result = mien_picture_alloc(&fit->picture, MIEN_BGRX32, fit->width, fit->height, error);
        if (result)
            return result;
    }
    memset(fit->picture.data, 0, (size_t)fit->picture.stride * (size_t)fit->height);
    struct mien_picture place = middle_of(fit, color);
    sws_freeContext(fit->scaler);
    fit->scaler = sws_getContext(color->width, color->height, AV_PIX_FMT_BGR0, place.width,
                                 place.height, AV_PIX_FMT_BGR0, SWS_BILINEAR, NULL, NULL, NULL);
    if (!fit->scaler)
        return mien_error_set(error, ENOMEM, "no memory for pictures of another size");
    fit->from_width = color->width;
    fit->from_height = color->height;
    return 0;
}

int fit_picture(struct fit *fit, const struct mien_picture *color, struct mien_error *error)
{
    int result = prepare(fit, color, error);
    if (result)
        return result;
    struct mien_picture place = middle_of(fit, color);
    const uint8_t *from[4] = {color->data};
    uint8_t *to[4] = {place.data};
    int from_stride[4] = {(int)color->stride}, to_stride[4] = {(int)place.stride};
    sws_scale(fit->scaler, from, from_stride, 0, color->height, to, to_stride);
    return 0;
}

void fit_finish(struct fit *fit)
{
    sws_freeContext(fit->scaler);
    mien_picture_free(&fit->picture);
    *fit = (struct fit){0};
}
