#include "picture_file.h"

#include <cairo.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>
#include <unistd.h>

#include "files/atomic_file.h"
#include "files/outputs.h"

enum { JPEG_QUALITY = 92 };

struct bytes {
    unsigned char *data;
    size_t size;
};

static bool is_jpeg(const char *path)
{
    return ends_in(path, ".jpg") || ends_in(path, ".jpeg");
}

bool picture_file_known(const char *path)
{
    return is_jpeg(path) || ends_in(path, ".png");
}

static int encode_jpeg(const struct mien_picture *color, struct bytes *out)
{
    tjhandle encoder = tjInitCompress();
    if (!encoder)
        return -ENOMEM;
    unsigned char *data = NULL;
    unsigned long size = 0;
    int failed = tjCompress2(encoder, color->data, color->width, (int)color->stride, color->height,
                             TJPF_BGRX, &data, &size, TJSAMP_444, JPEG_QUALITY, 0);
    tjDestroy(encoder);
    if (failed || !(out->data = malloc(size))) {
        tjFree(data);
        return -ENOMEM;
    }
    memcpy(out->data, data, size);
    out->size = size;
    tjFree(data);
    return 0;
}

static cairo_status_t write_stream(void *stream, const unsigned char *data, unsigned size)
{
    return fwrite(data, 1, size, stream) == size ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static int encode_png(const struct mien_picture *color, struct bytes *out)
{
    FILE *stream = open_memstream((char **)&out->data, &out->size);
    if (!stream)
        return -ENOMEM;
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        color->data, CAIRO_FORMAT_RGB24, color->width, color->height, (int)color->stride);
    cairo_status_t status = cairo_surface_write_to_png_stream(surface, write_stream, stream);
    cairo_surface_destroy(surface);
    int failed = fclose(stream) || status != CAIRO_STATUS_SUCCESS;
    return failed ? -ENOMEM : 0;
}

static int write_file(const char *path, const struct bytes *bytes, struct mien_error *error)
{
    struct atomic_files files = {0};
    struct atomic_file *file = NULL;
    struct mien_error why = {""};
    int result = atomic_files_open(&files, &file, path, &why);
    if (!result && fwrite(bytes->data, bytes->size, 1, atomic_file_stream(file)) != 1)
        result = mien_error_set(&why, errno, "%s: %s", path, strerror(errno));
    if (!result)
        result = atomic_files_commit(&files, &why);
    atomic_files_discard(&files);
    return result ? mien_error_set(error, -result, "%s", why.text) : 0;
}

int picture_file_write(const char *path, const struct mien_picture *color, bool overwrite,
                       struct mien_error *error)
{
    bool to_stdout = !strcmp(path, "-");
    if (!to_stdout && !picture_file_known(path))
        return mien_error_set(error, EINVAL, "%s: pictures are written as .png, .jpg or .jpeg",
                              path);
    if (!to_stdout && !overwrite && !access(path, F_OK))
        return mien_error_set(error, EEXIST, "%s exists already; -y overwrites it", path);
    struct bytes bytes = {0};
    int result = is_jpeg(path) ? encode_jpeg(color, &bytes) : encode_png(color, &bytes);
    result = result ? mien_error_set(error, -result, "%s: no memory to write it", path)
                    : write_file(path, &bytes, error);
    free(bytes.data);
    return result;
}
