/* Numbers that follow from a face's probabilities; docs/data.md says what they mean. */
#ifndef APP_DERIVED_H
#define APP_DERIVED_H

#include <stdbool.h>

#include "mien/model.h"

struct derived {
    double valence, arousal; /* −1…1 */
    double disagreement;     /* 0…1 */
};

/* Whether all the model's labels are words whose places in valence and arousal are known. */
bool derived_known(const struct mien_model_info *model);

/* Means over the labels' places, weighted by the probabilities; and how far these are spread: their
 * entropy, of which 1 is the most there can be. */
struct derived derived_of(const struct mien_model_info *model, const float *probabilities);

#endif
