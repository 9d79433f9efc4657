/* How many faces showed which emotion in a stretch of time: numbers, no pictures. */
#ifndef APP_KIOSK_COUNTS_H
#define APP_KIOSK_COUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "mien/model.h"
#include "mien/recogniser.h"

enum { COUNTS_UNCERTAIN = MIEN_LABELS_MAX, COUNTS_KINDS }; /* after the labels */

/* Zeroed, it is empty. */
struct counts {
    int faces[COUNTS_KINDS]; /* by what each face that left showed for longest */
    struct counted {
        uint32_t id;                /* 0: a free place */
        double since;               /* seconds: when it came */
        double shown[COUNTS_KINDS]; /* seconds */
    } here[MIEN_TRACKS_MAX];
    double time;  /* of the last look */
    int visits;   /* faces that left */
    double dwell; /* seconds that these were there, together */
};

/* Takes over what a look at `time` (seconds, not decreasing) saw. */
void counts_add(struct counts *counts, const struct mien_faces *faces, double time);

/* Whether there is a face to count. */
bool counts_any(const struct counts *counts);

/* Writes one row of JSON Lines for the `seconds` that end now by the wall clock, and begins anew;
 * a face that is still there is counted in the next row too. */
void counts_write(struct counts *counts, FILE *file, const struct mien_model_info *model,
                  double seconds);

#endif
