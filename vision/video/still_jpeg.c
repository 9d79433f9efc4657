/* JPEG, by libjpeg-turbo. Its luma is the gray picture. */
#include <turbojpeg.h>

#include "private.h"
#include "still_kinds.h"

struct jpeg {
    tjhandle turbo;
    const uint8_t *data;
    size_t size;
    int width, height;
    struct turn turn;
};

static bool read_header(struct jpeg *jpeg)
{
    int sampling, space;
    if (tjDecompressHeader3(jpeg->turbo, jpeg->data, jpeg->size, &jpeg->width, &jpeg->height,
                            &sampling, &space))
        return false;
    return space == TJCS_YCbCr || space == TJCS_GRAY;
}

/* What the decoder warns of may have left wrong pixels: FFmpeg is to judge. */
static bool decode(const struct jpeg *jpeg, struct mien_picture *to)
{
    int pixels = to->pixels == MIEN_GRAY8 ? TJPF_GRAY : TJPF_BGRX;
    return !tjDecompress2(jpeg->turbo, jpeg->data, jpeg->size, to->data, to->width, (int)to->stride,
                          to->height, pixels, TJFLAG_LIMITSCANS);
}

static bool decode_turned(const struct jpeg *jpeg, enum mien_pixels pixels,
                          struct mien_picture *shown)
{
    struct mien_picture stored;
    bool swapped = jpeg->turn.transpose;
    if (mien_picture_alloc(&stored, pixels, jpeg->width, jpeg->height, NULL))
        return false;
    bool done = decode(jpeg, &stored);
    if (done && (swapped || jpeg->turn.flip_x || jpeg->turn.flip_y)) {
        done = !mien_picture_alloc(shown, pixels, swapped ? jpeg->height : jpeg->width,
                                   swapped ? jpeg->width : jpeg->height, NULL);
        if (done)
            turn_picture(shown, &stored, jpeg->turn);
    } else if (done) {
        *shown = stored;
        return true;
    }
    mien_picture_free(&stored);
    return done;
}

static bool read_jpeg(struct jpeg *jpeg, struct mien_still *still, bool in_color)
{
    if (!read_header(jpeg) || !decode_turned(jpeg, MIEN_GRAY8, &still->gray))
        return false;
    if (!in_color || decode_turned(jpeg, MIEN_BGRX32, &still->color))
        return true;
    mien_picture_free(&still->gray);
    return false;
}

bool still_jpeg(struct mien_still *still, const uint8_t *data, size_t size, bool in_color)
{
    if (size < 4 || data[0] != 0xff || data[1] != 0xd8 || !video_jpeg_is_whole(data, size))
        return false;
    int orientation = still_orientation(data, size);
    struct jpeg jpeg = {tjInitDecompress(), data, size, 0, 0, turn_of_exif(orientation)};
    bool done = orientation >= 0 && jpeg.turbo && read_jpeg(&jpeg, still, in_color);
    if (jpeg.turbo)
        tjDestroy(jpeg.turbo);
    return done;
}
