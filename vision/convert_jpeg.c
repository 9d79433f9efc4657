/* JPEG is decoded once, into planes: Y is the gray picture, and the colours come from all three. */
#include "convert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

struct jpeg_decoder {
    tjhandle turbo;
    int width, height;
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

int jpeg_decoder_run(struct jpeg_decoder *decoder, const uint8_t *data, size_t size,
                     const uint8_t **luma, size_t *stride, struct mien_picture *color)
{
    int width, height, sampling, space;
    if (tjDecompressHeader3(decoder->turbo, data, size, &width, &height, &sampling, &space) ||
        width != decoder->width || height != decoder->height ||
        (space != TJCS_YCbCr && space != TJCS_GRAY))
        return -EBADMSG;
    int strides[3] = {decoder->stride, decoder->stride, decoder->stride};
    if (tjDecompressToYUVPlanes(decoder->turbo, data, size, decoder->planes, width, strides, height,
                                TJFLAG_LIMITSCANS) &&
        !is_harmless(decoder->turbo))
        return -EBADMSG;
    if (tjDecodeYUVPlanes(decoder->turbo, (const uint8_t **)decoder->planes, strides, sampling,
                          color->data, width, (int)color->stride, height, TJPF_BGRX, 0))
        return -EBADMSG;
    *luma = decoder->planes[0];
    *stride = (size_t)decoder->stride;
    return 0;
}
