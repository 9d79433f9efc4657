#include "rival.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "faces/cascade_file.h"
#include "opencv/engine.h"

enum { BYTES_MAX = 16 << 20 };

int rival_open(struct rival **rival, const char *path, struct mien_error *error)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(BYTES_MAX);
    int status = -EIO;
    if (file && bytes) {
        size_t size = fread(bytes, 1, BYTES_MAX, file);
        status = mien_opencv_engine.open((void **)rival, bytes, size, error);
    }
    if (file)
        fclose(file);
    free(bytes);
    return status;
}

int rival_find(struct rival *rival, const struct mien_picture *gray, const struct scan_sizes *sizes,
               int neighbours, const struct mien_box **boxes, struct mien_error *error)
{
    return mien_opencv_engine.find(rival, gray, sizes, neighbours, boxes, error);
}

void rival_close(struct rival *rival)
{
    mien_opencv_engine.close(rival);
}

int own_read(struct cascade *cascade, const char *path, struct mien_error *error)
{
    struct cascade_file file;
    int status = cascade_file_read(&file, path, error);
    if (status < 0)
        return status;
    status = cascade_file_stumps(&file, cascade, error);
    cascade_file_free(&file);
    return status;
}
