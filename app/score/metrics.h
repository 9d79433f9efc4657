/* How well answers match the truth: accuracy, precision, recall and F1 per class, confusion
 * matrix, and expected calibration error (Guo et al. 2017, 15 equal bins). */
#ifndef APP_METRICS_H
#define APP_METRICS_H

#include <stdint.h>

#include "mien/model.h"

enum { METRICS_BINS = 15 };

struct metrics_class {
    double precision, recall, f1; /* 0…1; 0 where nothing was predicted or nothing was there */
    int64_t support;              /* pictures of this class */
};

struct metrics_bin {
    int64_t count;
    double confidence, accuracy; /* means of the answers in the bin */
};

struct metrics {
    int classes;
    int64_t count;
    int64_t confusion[MIEN_LABELS_MAX][MIEN_LABELS_MAX]; /* [truth][answer] */
    double accuracy;
    double macro_precision, macro_recall, macro_f1; /* over what occurs as truth or answer */
    double ece;
    struct metrics_class per_class[MIEN_LABELS_MAX];
    struct metrics_bin bins[METRICS_BINS];
};

/* Computes everything from `count` answers: truth[i] in 0…classes-1, probabilities[i * classes…].
 */
void metrics_compute(struct metrics *metrics, int classes, int64_t count, const uint8_t *truth,
                     const float *probabilities);

#endif
