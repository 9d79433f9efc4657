/* JPEG is decoded once, into planes: Y is the gray picture, and the colours come from all three. */
#include "jpeg.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

struct jpeg_decoder {
    tjhandle turbo;
    int width, height;
    int sampling;       /* of the last picture's colours */
    int stride;         /* of each plane: enough for any chroma subsampling */
    uint8_t *planes[3]; /* in one block */
};

int jpeg_decoder_create(struct jpeg_decoder **decoder, int width, int height,
                        struct mien_error *error)
{
    struct jpeg_decoder *new = calloc(1, sizeof *new);
    if (!new)
        return mien_error_set(error, ENOMEM, "no memory for the JPEG decoder");
    new->width = width;
    new->height = height;
    new->stride = (width + 63) / 64 * 64;
    new->turbo = tjInitDecompress();
    size_t plane = (size_t) new->stride *(size_t)(height + 1); /* 4:2:0 rounds the height up */
    new->planes[0] = aligned_alloc(64, 3 * plane / 64 * 64 + 64);
    if (!new->turbo || !new->planes[0]) {
        jpeg_decoder_destroy(&new);
        return mien_error_set(error, ENOMEM, "no memory for the JPEG decoder");
    }
    new->planes[1] = new->planes[0] + plane;
    new->planes[2] = new->planes[1] + plane;
    *decoder = new;
    return 0;
}

void jpeg_decoder_destroy(struct jpeg_decoder **decoder)
{
    if (!*decoder)
        return;
    if ((*decoder)->turbo)
        tjDestroy((*decoder)->turbo);
    free((*decoder)->planes[0]);
    free(*decoder);
    *decoder = NULL;
}

/* Many webcams send a few stray bytes before a marker, which harm nothing; all else that the
 * decoder warns of (such as an early end) leaves wrong pixels. */
static bool is_harmless(tjhandle turbo)
{
    return tjGetErrorCode(turbo) == TJERR_WARNING &&
           strstr(tjGetErrorStr2(turbo), "extraneous bytes");
}

static int read_header(struct jpeg_decoder *decoder, const uint8_t *data, size_t size)
{
    int width, height, space;
    if (tjDecompressHeader3(decoder->turbo, data, size, &width, &height, &decoder->sampling,
                            &space) ||
        width != decoder->width || height != decoder->height ||
        (space != TJCS_YCbCr && space != TJCS_GRAY))
        return -EBADMSG;
    return 0;
}

int jpeg_decoder_run(struct jpeg_decoder *decoder, const uint8_t *data, size_t size)
{
    int strides[3] = {decoder->stride, decoder->stride, decoder->stride};
    if (read_header(decoder, data, size))
        return -EBADMSG;
    if (tjDecompressToYUVPlanes(decoder->turbo, data, size, decoder->planes, decoder->width,
                                strides, decoder->height, TJFLAG_LIMITSCANS) &&
        !is_harmless(decoder->turbo))
        return -EBADMSG;
    return 0;
}

int jpeg_decoder_run_gray(struct jpeg_decoder *decoder, const uint8_t *data, size_t size,
                          struct mien_picture *gray)
{
    if (read_header(decoder, data, size))
        return -EBADMSG;
    if (tjDecompress2(decoder->turbo, data, size, gray->data, gray->width, (int)gray->stride,
                      gray->height, TJPF_GRAY, TJFLAG_LIMITSCANS) &&
        !is_harmless(decoder->turbo))
        return -EBADMSG;
    return 0;
}

const uint8_t *jpeg_decoder_luma(const struct jpeg_decoder *decoder, size_t *stride)
{
    *stride = (size_t)decoder->stride;
    return decoder->planes[0];
}

int jpeg_decoder_paint(struct jpeg_decoder *decoder, struct mien_picture *color)
{
    int strides[3] = {decoder->stride, decoder->stride, decoder->stride};
    return tjDecodeYUVPlanes(decoder->turbo, (const uint8_t **)decoder->planes, strides,
                             decoder->sampling, color->data, decoder->width, (int)color->stride,
                             decoder->height, TJPF_BGRX, 0)
               ? -EBADMSG
               : 0;
}
