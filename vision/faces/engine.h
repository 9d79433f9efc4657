/* Another search for faces than our own, which may live in a module. Private to vision/ and its
 * modules. */
#ifndef VISION_ENGINE_H
#define VISION_ENGINE_H

#include <stddef.h>

#include "mien/detector.h"
#include "scan.h"

enum { ENGINE_VERSION = 1 }; /* grows when this struct changes */

struct mien_face_engine {
    int version;
    const char *name; /* for messages */

    /* Takes a cascade's XML, which has been checked. Returns 0, -EINVAL or -ENOMEM. */
    int (*open)(void **cascade, const char *xml, size_t size, struct mien_error *error);

    /* What scan_find returns. Returns how many boxes were found, or -EIO or -ENOMEM. *boxes stays
     * the cascade's, until its next search. `gray` is MIEN_GRAY8. */
    int (*find)(void *cascade, const struct mien_picture *gray, const struct scan_sizes *sizes,
                int neighbours, const struct mien_box **boxes, struct mien_error *error);

    void (*close)(void *cascade); /* NULL is valid */
};

#endif
