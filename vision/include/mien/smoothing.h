/* Probabilities of one face over time, made steady enough to read: an exponential average, and a
 * label that does not flicker between two that are about equal. */
#ifndef MIEN_SMOOTHING_H
#define MIEN_SMOOTHING_H

#include <stdbool.h>

#include "mien/model.h"
#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The default comes after the semicolon. */
struct mien_smoothing_options {
    double time_constant; /* seconds, time constant of the average; 0.3, 0: none */
    double hysteresis; /* another label is shown at once when it leads by this much, 0…1; 0.1 … */
    double hysteresis_seconds; /* … or has led by less for this long; 0.4 */
    double uncertain_below; /* confidence under which the label is uncertain; it is sure again when
                               the confidence is above by `hysteresis`, or at all for
                               `hysteresis_seconds`; 0.4 */
};

/* What is used where nothing else is asked for: to begin with, and change. */
MIEN_API struct mien_smoothing_options mien_smoothing_defaults(void);

/* One face's: made by mien_smoothing_begin. Fields are for reading. */
struct mien_smoothing {
    float probabilities[MIEN_LABELS_MAX]; /* averaged */
    int label;          /* the one shown; it may be a little behind the greatest */
    double time;        /* seconds, of the last value */
    int rival;          /* leads over `label`, but neither far nor for long; or `label` itself */
    double rival_since; /* seconds */
    bool uncertain;     /* the label */
    double doubted;     /* seconds, when the confidence was last under the threshold */
};

/* The first value, taken as it is. */
MIEN_API void mien_smoothing_begin(struct mien_smoothing *smoothing, const float *probabilities,
                                   int count, double time,
                                   const struct mien_smoothing_options *options);

/* A later value. */
MIEN_API void mien_smoothing_add(struct mien_smoothing *smoothing, const float *probabilities,
                                 int count, double time,
                                 const struct mien_smoothing_options *options);

#ifdef __cplusplus
}
#endif
#endif
