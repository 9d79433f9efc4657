#include "meter.h"

void meter_add(struct meter *meter, double time, double value)
{
    unsigned at = meter->count++ % METER_SAMPLES;
    meter->ring[at].time = time;
    meter->ring[at].value = value;
}

static unsigned kept(const struct meter *meter)
{
    return meter->count < METER_SAMPLES ? meter->count : METER_SAMPLES;
}

double meter_rate(const struct meter *meter, double now)
{
    unsigned count = 0;
    double first = now;
    for (unsigned i = 0; i < kept(meter); i++) {
        double time = meter->ring[i].time;
        if (now - time > 2)
            continue;
        count++;
        first = time < first ? time : first;
    }
    return count > 1 && now > first ? (count - 1) / (now - first) : 0;
}

double meter_percentile(const struct meter *meter, double now, double share)
{
    enum { BINS = 1000 };
    unsigned short bins[BINS] = {0};
    unsigned count = 0, below = 0;
    for (unsigned i = 0; i < kept(meter); i++) {
        if (now - meter->ring[i].time > 5)
            continue;
        double value = meter->ring[i].value;
        bins[value < 0 ? 0 : value > BINS - 1 ? BINS - 1 : (int)(value + 0.5)]++;
        count++;
    }
    for (int bin = 0; bin < BINS && count; bin++) {
        below += bins[bin];
        if (below >= share * count)
            return bin;
    }
    return -1;
}
