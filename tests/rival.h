/* OpenCV, as our own search is compared with it: it reads a cascade's file itself. */
#ifndef TESTS_RIVAL_H
#define TESTS_RIVAL_H

#include "faces/cascade.h"
#include "faces/scan.h"

struct rival; /* OpenCV with a cascade */

int rival_open(struct rival **rival, const char *path, struct mien_error *error);
int rival_find(struct rival *rival, const struct mien_picture *gray, const struct scan_sizes *sizes,
               int neighbours, const struct mien_box **boxes, struct mien_error *error);
void rival_close(struct rival *rival); /* NULL is valid */

/* The cascade's numbers by our own reader, to be released with cascade_free. */
int own_read(struct cascade *cascade, const char *path, struct mien_error *error);

#endif
