/* From a gray picture to faces with emotions: detection → tracks → crop → network → smoothing.
 * The one path that live, annotate and image share. */
#ifndef APP_RECOGNISER_H
#define APP_RECOGNISER_H

#include <stdint.h>

#include "mien/detector.h"
#include "mien/error.h"
#include "mien/model.h"
#include "mien/picture.h"
#include "mien/tracks.h"
#include "smoothing.h"
#include "timing.h"

enum { FACES_MAX = MIEN_TRACKS_MAX, TENTATIVE_MAX = 2 * FACES_MAX };

struct face {
    uint32_t id;                          /* stable over time; 1, 2, … */
    struct mien_box box;                  /* pixels of the picture */
    float probabilities[MIEN_LABELS_MAX]; /* 0…1, sum 1, in the order of the model's labels */
    int label;                            /* index of the label shown, with hysteresis */
    float confidence;                     /* probability of `label` */
    int uncertain;                        /* confidence is, or was just now, below the threshold */
};

/* What may be a face, but is not known well enough to be shown: to be covered. As many as there
 * are tracks and boxes that were not confirmed. */
struct tentative {
    int count;
    struct mien_box boxes[TENTATIVE_MAX];
};

struct faces {
    int count;
    struct face list[FACES_MAX];
    struct tentative tentative;
};

struct recogniser_options {
    const char *model;     /* path; NULL: the installed or built-in default */
    const char *cpu;       /* kernel level, NULL: best */
    const char *precision; /* of the network, as mien_network_options; NULL: auto */
    struct mien_detector_options detector;
    struct mien_tracks_options tracks;
    struct smoothing_options smoothing;
    double sweep;          /* seconds in which the whole picture is searched once;
                              0: 0.1; <0: the whole of every picture */
    int still;             /* unrelated pictures: no tracks, no smoothing */
    struct timing *timing; /* where detection and network add their time; NULL: nowhere */
};

/* The faces of one picture, not yet read. */
struct detections {
    size_t count;
    struct mien_track tracks[MIEN_TRACKS_MAX];
    struct tentative tentative;
};

struct recogniser; /* one thread at a time, but for the two halves of a look */

int recogniser_create(struct recogniser **recogniser, const struct recogniser_options *options,
                      struct mien_error *error);
void recogniser_destroy(struct recogniser **recogniser);
const struct mien_model_info *recogniser_model(const struct recogniser *recogniser);
/* The network's kernels and precision. */
const char *recogniser_cpu(const struct recogniser *recogniser);
const char *recogniser_precision(const struct recogniser *recogniser);

/* Numbers faces to come from the last of another recogniser's on; both are of streams. */
void recogniser_number_after(struct recogniser *recogniser, const struct recogniser *before);

/* Looks at one gray picture of a stream at `time` (seconds). Returns 0 or −errno. */
int recogniser_run(struct recogniser *recogniser, const struct mien_picture *gray, double time,
                   struct faces *faces, struct mien_error *error);

/* The two halves of it: find and read, each in the order of the pictures. While one thread finds
 * the faces of a picture, another may read those of an earlier one; what comes out is the same. */
int recogniser_detect(struct recogniser *recogniser, const struct mien_picture *gray, double time,
                      struct detections *detections, struct mien_error *error);
void recogniser_classify(struct recogniser *recogniser, const struct mien_picture *gray,
                         double time, const struct detections *detections, struct faces *faces);

#endif
