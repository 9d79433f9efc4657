/* Finds and reads the cascades that come with OpenCV. Private to vision/faces. */
#ifndef FACES_CASCADE_SOURCE_H
#define FACES_CASCADE_SOURCE_H

#include <stddef.h>

#include "cascade.h"

/* Writes the path of a cascade of the system. Returns 0, or -ENOENT with a message that says where
 * it was looked for and which package has it. */
int cascade_source_find(const char *file, char *path, size_t size, struct mien_error *error);

/* Reads `file` in `folder`, or where the system keeps it (NULL). */
int cascade_source_read(struct cascade *cascade, const char *folder, const char *file,
                        struct mien_error *error);

#endif
