/* Made-up pictures of a camera: a face picture, several times over a noisy wall, moving slowly. */
#ifndef APP_SCENE_H
#define APP_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camera/convert.h"
#include "mien/error.h"
#include "mien/picture.h"

enum { SCENE_PICTURES = 4, SCENE_FACES_MAX = 16 };

/* As a camera sends them, one after the other and then from the start again. */
struct scene {
    struct mien_convert_format format;
    uint8_t *data[SCENE_PICTURES];
    size_t sizes[SCENE_PICTURES];
};

/* Reads a picture and cuts out its largest face with some room around it (MIEN_BGRX32; the
 * caller's, to be freed). `path` NULL: the bundled portrait. Returns 0, -ENOENT (no face, or no
 * such file) or what mien_reader_open does. */
int scene_read_face(struct mien_picture *face, const char *path, struct mien_error *error);

/* Pictures of 16:9 with this height and 0…SCENE_FACES_MAX faces, as MJPEG or else as YUYV.
 * Returns 0 or -ENOMEM; scene_finish is due in any case. */
int scene_init(struct scene *scene, const struct mien_picture *face, int height, int faces,
               bool mjpeg, struct mien_error *error);
void scene_finish(struct scene *scene);

#endif
