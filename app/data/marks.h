/* Boxes and labels as a soft subtitle track in ASS, for videos that are not drawn into. */
#ifndef APP_MARKS_H
#define APP_MARKS_H

#include <stddef.h>

#include "mien/error.h"
#include "mien/recogniser.h"

enum { MARKS_MAX = 2 * MIEN_TRACKS_MAX, MARK_BYTES = 320 };

/* The track's header, in pixels of a picture of this size. */
void marks_header(char *text, size_t size, int width, int height);

/* The events of a picture: a frame and a label for each face, as lines of ASS without times. */
struct marks {
    int count;
    char events[MARKS_MAX][MARK_BYTES];
};

void marks_of(struct marks *marks, const struct mien_model_info *model,
              const struct mien_faces *faces, int width, int height);

#endif
