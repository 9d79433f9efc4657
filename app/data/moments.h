/* The beginnings and ends of spans in the order of time, as formats want them that list events. */
#ifndef APP_MOMENTS_H
#define APP_MOMENTS_H

#include "timeline.h"

struct moment {
    int64_t ms;
    size_t number; /* 2 × span, and 1 more for its end */
};

int64_t moment_ms(double seconds);

/* A span that rounds to no time at all would be refused by those who read it. */
bool moment_is_visible(const struct timeline_span *span);

/* Those of the visible spans, to be freed; NULL: no memory. */
struct moment *moments_of(const struct timeline *timeline, size_t *count);

#endif
