#include "letterbox.h"

#include <errno.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <string.h>

/* The largest place of the picture's shape in the middle. */
static struct mien_picture middle_of(const struct letterbox *letterbox,
                                     const struct mien_picture *color)
{
    double scale =
        fmin((double)letterbox->width / color->width, (double)letterbox->height / color->height);
    struct mien_picture place = letterbox->picture;
    place.width = (int)fmax(1, lrint(color->width * scale));
    place.height = (int)fmax(1, lrint(color->height * scale));
    place.data += (letterbox->height - place.height) / 2 * place.stride +
                  4 * (ptrdiff_t)((letterbox->width - place.width) / 2);
    return place;
}

/* What the last size left beside the middle goes black. */
static int prepare(struct letterbox *letterbox, const struct mien_picture *color,
                   struct mien_error *error)
{
    if (letterbox->scaler && letterbox->from_width == color->width &&
        letterbox->from_height == color->height)
        return 0;
    if (!letterbox->picture.data) {
        int result = mien_picture_alloc(&letterbox->picture, MIEN_BGRX32, letterbox->width,
                                        letterbox->height, error);
        if (result)
            return result;
    }
    memset(letterbox->picture.data, 0,
           (size_t)letterbox->picture.stride * (size_t)letterbox->height);
    struct mien_picture place = middle_of(letterbox, color);
    sws_freeContext(letterbox->scaler);
    letterbox->scaler =
        sws_getContext(color->width, color->height, AV_PIX_FMT_BGR0, place.width, place.height,
                       AV_PIX_FMT_BGR0, SWS_BILINEAR, NULL, NULL, NULL);
    if (!letterbox->scaler)
        return mien_error_set(error, ENOMEM, "no memory for pictures of another size");
    letterbox->from_width = color->width;
    letterbox->from_height = color->height;
    return 0;
}

int letterbox_picture(struct letterbox *letterbox, const struct mien_picture *color,
                      struct mien_error *error)
{
    int result = prepare(letterbox, color, error);
    if (result)
        return result;
    struct mien_picture place = middle_of(letterbox, color);
    const uint8_t *from[4] = {color->data};
    uint8_t *to[4] = {place.data};
    int from_stride[4] = {(int)color->stride}, to_stride[4] = {(int)place.stride};
    sws_scale(letterbox->scaler, from, from_stride, 0, color->height, to, to_stride);
    return 0;
}

void letterbox_finish(struct letterbox *letterbox)
{
    sws_freeContext(letterbox->scaler);
    mien_picture_free(&letterbox->picture);
    *letterbox = (struct letterbox){0};
}
