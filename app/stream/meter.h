/* How often and how late: rates and percentiles over the last seconds. */
#ifndef APP_METER_H
#define APP_METER_H

enum { METER_SAMPLES = 256 };

/* A zeroed one is empty. One thread. */
struct meter {
    struct {
        double time, value;
    } ring[METER_SAMPLES];
    unsigned count; /* samples ever added */
};

/* `time` in seconds, not decreasing; `value` in any unit. */
void meter_add(struct meter *meter, double time, double value);

/* Samples a second over the last two seconds before `now`. */
double meter_rate(const struct meter *meter, double now);

/* The value that a share (0…1) of the samples of the last five seconds does not exceed, to whole
 * units up to 999; -1 when there are none. */
double meter_percentile(const struct meter *meter, double now, double share);

#endif
