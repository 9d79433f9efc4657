#include "mien/smoothing.h"

#include <math.h>
#include <string.h>

struct mien_smoothing_options mien_smoothing_defaults(void)
{
    return (struct mien_smoothing_options){
        .time_constant = 0.3, .hysteresis = 0.1, .hysteresis_seconds = 0.4, .uncertain_below = 0.4};
}

static int greatest(const float *values, int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (values[i] > values[best])
            best = i;
    return best;
}

static bool is_doubtful(const struct mien_smoothing *smoothing,
                        const struct mien_smoothing_options *options)
{
    return smoothing->probabilities[smoothing->label] < options->uncertain_below;
}

void mien_smoothing_begin(struct mien_smoothing *smoothing, const float *probabilities, int count,
                          double time, const struct mien_smoothing_options *options)
{
    memcpy(smoothing->probabilities, probabilities, (size_t)count * sizeof *probabilities);
    smoothing->time = time;
    smoothing->label = smoothing->rival = greatest(probabilities, count);
    smoothing->rival_since = smoothing->doubted = time;
    smoothing->uncertain = is_doubtful(smoothing, options);
}

static void average(struct mien_smoothing *smoothing, const float *probabilities, int count,
                    double dt, double time_constant)
{
    float share = time_constant > 0 ? (float)(1 - exp(-fmax(dt, 0) / time_constant)) : 1;
    for (int i = 0; i < count; i++)
        smoothing->probabilities[i] += share * (probabilities[i] - smoothing->probabilities[i]);
}

static void choose_label(struct mien_smoothing *smoothing, int count, double time,
                         const struct mien_smoothing_options *options)
{
    const float *p = smoothing->probabilities;
    int best = greatest(p, count);
    if (best != smoothing->rival) {
        smoothing->rival = best;
        smoothing->rival_since = time;
    }
    if (p[best] - p[smoothing->label] >= options->hysteresis ||
        time - smoothing->rival_since >= options->hysteresis_seconds)
        smoothing->label = best;
}

static void doubt(struct mien_smoothing *smoothing, double time,
                  const struct mien_smoothing_options *options)
{
    float confidence = smoothing->probabilities[smoothing->label];
    if (is_doubtful(smoothing, options)) {
        smoothing->uncertain = true;
        smoothing->doubted = time;
    } else if (confidence >= options->uncertain_below + options->hysteresis ||
               time - smoothing->doubted >= options->hysteresis_seconds) {
        smoothing->uncertain = false;
    }
}

void mien_smoothing_add(struct mien_smoothing *smoothing, const float *probabilities, int count,
                        double time, const struct mien_smoothing_options *options)
{
    average(smoothing, probabilities, count, time - smoothing->time, options->time_constant);
    choose_label(smoothing, count, time, options);
    doubt(smoothing, time, options);
    smoothing->time = time;
}
