/* Writes pictures for people: PNG and JPEG. */
#ifndef APP_PICTURE_FILE_H
#define APP_PICTURE_FILE_H

#include <stdbool.h>

#include "mien/error.h"
#include "mien/picture.h"

/* Whether the name ends in .png, .jpg or .jpeg. */
bool picture_file_known(const char *path);

/* Writes `color` (MIEN_BGRX32) as JPEG or PNG by the name's ending; "-" is standard output, as
 * PNG. Without `overwrite` a file that exists is left alone; with it, until the new one is
 * complete. After an error nothing half-written stays behind. Returns 0, -EEXIST, -EINVAL (another
 * ending), -ENOMEM or what the system said. */
int picture_file_write(const char *path, const struct mien_picture *color, bool overwrite,
                       struct mien_error *error);

#endif
