/* What is known of the values in a channel of a map, and how they become bytes.
 *
 * No picture is looked at: a batch-norm carries the mean and the deviation that its input had in
 * training, a relu cuts off what is below zero, an addition adds. A value beyond DEVIATIONS of them
 * is taken for the largest that a byte can say. */
#ifndef CORE_CHANNELS_H
#define CORE_CHANNELS_H

#include <stdint.h>

#include "layers.h"

/* Measured on FER2013 validation: docs/network-speed.md. */
enum { CHANNEL_DEVIATIONS = 12 };

struct channel {
    float mean, deviation, low, high; /* infinite where nothing is known */
    float step;                       /* value = (byte - zero) * step */
    uint8_t zero;                     /* the byte that stands for 0 */
};

/* Each tells what becomes of `count` channels. */
void channels_forget(struct channel *channels, int count);
void channels_normalise(struct channel *channels, const struct layer *batch_norm);
void channels_rectify(struct channel *channels, int count);
void channels_add(struct channel *channels, const struct channel *others, int count);

/* Chooses step and zero of each; returns 0 where a channel's range is not known well enough. */
int channels_scale(struct channel *channels, int count);

#endif
