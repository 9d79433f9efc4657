/* Probabilities of one face over time, made steady enough to read: an exponential average, and a
 * label that does not flicker between two that are about equal. */
#ifndef APP_STEADY_H
#define APP_STEADY_H

#include "mien/model.h"

struct steady {
    float probabilities[MIEN_LABELS_MAX];
    int label;          /* the one shown; it may be a little behind the greatest */
    double time;        /* seconds, of the last value */
    int rival;          /* leads over `label`, but neither far nor for long; or `label` itself */
    double rival_since; /* seconds */
};

/* The first value, taken as it is. */
void steady_begin(struct steady *steady, const float *probabilities, int count, double time);

/* A later value; `time_constant` in seconds, 0: no averaging. */
void steady_add(struct steady *steady, const float *probabilities, int count, double time,
                double time_constant);

#endif
