/* Which of the faces found in a recording are wanted: those in a part of the picture, the largest.
 */
#ifndef APP_CHOICE_H
#define APP_CHOICE_H

#include <stdbool.h>

#include "mien/error.h"
#include "mien/faces.h"

/* One number of a region. */
struct choice_length {
    double value;
    bool percent; /* of the picture's width or height; else pixels */
};

/* Zeros: all faces. */
struct choice {
    struct choice_length region[4]; /* left, top, width, height; no width: the whole picture */
    int most;                       /* so many of the largest in each picture; 0: all */
};

/* Of texts that the table of options has found right; NULL: not given. */
struct choice choice_of(const char *region, const char *faces);

/* Leaves the others out. They join the tentative boxes, so that they are still covered where faces
 * are. Returns 0 or -ENOMEM. */
int choice_apply(const struct choice *choice, int width, int height, struct mien_faces *faces,
                 struct mien_error *error);

#endif
