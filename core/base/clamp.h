/* The nearest value within low…high. */
#ifndef CORE_CLAMP_H
#define CORE_CLAMP_H

static inline int clamp_int(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static inline float clamp_float(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

static inline double clamp_double(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

#endif
