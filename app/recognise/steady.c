#include "steady.h"

#include <math.h>
#include <string.h>

static int greatest(const float *values, int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (values[i] > values[best])
            best = i;
    return best;
}

static bool is_doubtful(const struct steady *steady, const struct steady_options *options)
{
    return steady->probabilities[steady->label] < options->uncertain_below;
}

void steady_begin(struct steady *steady, const float *probabilities, int count, double time,
                  const struct steady_options *options)
{
    memcpy(steady->probabilities, probabilities, (size_t)count * sizeof *probabilities);
    steady->time = time;
    steady->label = steady->rival = greatest(probabilities, count);
    steady->rival_since = steady->doubted = time;
    steady->uncertain = is_doubtful(steady, options);
}

static void average(struct steady *steady, const float *probabilities, int count, double dt,
                    double time_constant)
{
    float share = time_constant > 0 ? (float)(1 - exp(-fmax(dt, 0) / time_constant)) : 1;
    for (int i = 0; i < count; i++)
        steady->probabilities[i] += share * (probabilities[i] - steady->probabilities[i]);
}

static void choose_label(struct steady *steady, int count, double time,
                         const struct steady_options *options)
{
    const float *p = steady->probabilities;
    int best = greatest(p, count);
    if (best != steady->rival) {
        steady->rival = best;
        steady->rival_since = time;
    }
    if (p[best] - p[steady->label] >= options->lead ||
        time - steady->rival_since >= options->lead_seconds)
        steady->label = best;
}

static void doubt(struct steady *steady, double time, const struct steady_options *options)
{
    float confidence = steady->probabilities[steady->label];
    if (is_doubtful(steady, options)) {
        steady->uncertain = true;
        steady->doubted = time;
    } else if (confidence >= options->uncertain_below + options->lead ||
               time - steady->doubted >= options->lead_seconds) {
        steady->uncertain = false;
    }
}

void steady_add(struct steady *steady, const float *probabilities, int count, double time,
                const struct steady_options *options)
{
    average(steady, probabilities, count, time - steady->time, options->smoothing);
    choose_label(steady, count, time, options);
    doubt(steady, time, options);
    steady->time = time;
}
