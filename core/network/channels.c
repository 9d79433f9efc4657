#include "channels.h"

#include <float.h>
#include <math.h>

static void limit(struct channel *channel, float low, float high)
{
    channel->low = fmaxf(channel->low, low);
    channel->high = fmaxf(fminf(channel->high, high), channel->low);
}

void channels_forget(struct channel *channels, int count)
{
    for (int i = 0; i < count; i++)
        channels[i] = (struct channel){0, INFINITY, -INFINITY, INFINITY, 1, 0};
}

/* What the batch-norm knows of its input narrows the input's range; the rest is arithmetic. */
void channels_normalise(struct channel *channels, const struct layer *batch_norm)
{
    for (int i = 0; i < batch_norm->output.channels; i++) {
        struct channel *channel = &channels[i];
        float mean = batch_norm->mean[i], deviation = sqrtf(batch_norm->variance[i]);
        limit(channel, mean - CHANNEL_DEVIATIONS * deviation,
              mean + CHANNEL_DEVIATIONS * deviation);
        float factor = batch_norm->weight[i] / sqrtf(batch_norm->variance[i] + batch_norm->epsilon);
        float low = (channel->low - mean) * factor + batch_norm->bias[i];
        float high = (channel->high - mean) * factor + batch_norm->bias[i];
        channel->low = fminf(low, high);
        channel->high = fmaxf(low, high);
        channel->mean = batch_norm->bias[i];
        channel->deviation = fabsf(factor) * deviation;
    }
}

void channels_rectify(struct channel *channels, int count)
{
    for (int i = 0; i < count; i++) {
        channels[i].low = fmaxf(channels[i].low, 0);
        channels[i].high = fmaxf(channels[i].high, 0);
    }
}

/* As if both were independent of each other. */
void channels_add(struct channel *channels, const struct channel *others, int count)
{
    for (int i = 0; i < count; i++) {
        struct channel *channel = &channels[i];
        channel->mean += others[i].mean;
        channel->deviation = hypotf(channel->deviation, others[i].deviation);
        channel->low += others[i].low;
        channel->high += others[i].high;
        limit(channel, channel->mean - CHANNEL_DEVIATIONS * channel->deviation,
              channel->mean + CHANNEL_DEVIATIONS * channel->deviation);
    }
}

/* Zero is always among the values: padding is made of it. */
int channels_scale(struct channel *channels, int count)
{
    for (int i = 0; i < count; i++) {
        struct channel *channel = &channels[i];
        float low = fminf(channel->low, 0), high = fmaxf(channel->high, 0);
        float step = (high - low) / 255;
        if (!isfinite(step) || (step > 0 && step < FLT_MIN))
            return 0;
        channel->step = step > 0 ? step : 1;
        channel->zero = (uint8_t)lrintf(-low / channel->step);
    }
    return 1;
}
