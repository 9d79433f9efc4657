#include "cascade_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cascade_file.h"
#include "faces/vision_config.h"

/* Where systems keep OpenCV's cascades, after the place found when mien was built. */
static const char *const places[] = {
    MIEN_CASCADE_FOLDER,
    "/usr/share/opencv4/haarcascades",
    "/usr/local/share/opencv4/haarcascades",
    "/usr/share/opencv/haarcascades",
};

int cascade_source_find(const char *file, char *path, size_t size, struct mien_error *error)
{
    char looked_in[256] = "";
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, size, "%s/%s", places[i], file);
        if (access(path, R_OK) == 0)
            return 0;
        if (i > 0 && !strcmp(places[i], places[0]))
            continue;
        size_t used = strlen(looked_in);
        snprintf(looked_in + used, sizeof looked_in - used, "%s%s", used ? ", " : "", places[i]);
    }
    return mien_error_set(error, ENOENT,
                          "there is no %s in %s; install the package opencv-data, or name "
                          "a cascade",
                          file, looked_in);
}

int cascade_source_read(struct cascade *cascade, const char *folder, const char *file,
                        struct mien_error *error)
{
    char path[1024];
    int status = 0;
    if (folder)
        snprintf(path, sizeof path, "%s/%s", folder, file);
    else
        status = cascade_source_find(file, path, sizeof path, error);
    struct cascade_file read;
    if (status == 0)
        status = cascade_file_read(&read, path, error);
    if (status < 0)
        return status;
    status = cascade_file_stumps(&read, cascade, error);
    cascade_file_free(&read);
    return status;
}
