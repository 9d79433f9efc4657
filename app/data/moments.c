#include "moments.h"

#include <math.h>
#include <stdlib.h>

int64_t moment_ms(double seconds)
{
    return llround(seconds * 1000);
}

bool moment_is_visible(const struct timeline_span *span)
{
    return moment_ms(span->end) > moment_ms(span->start);
}

static int compare(const void *one, const void *other)
{
    const struct moment *a = one, *b = other;
    if (a->ms != b->ms)
        return a->ms < b->ms ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

struct moment *moments_of(const struct timeline *timeline, size_t *count)
{
    struct moment *moments = calloc(2 * timeline->span_count + 1, sizeof *moments);
    *count = 0;
    for (size_t i = 0; i < timeline->span_count && moments; i++) {
        const struct timeline_span *span = &timeline->spans[i];
        if (!moment_is_visible(span))
            continue;
        moments[(*count)++] = (struct moment){moment_ms(span->start), 2 * i};
        moments[(*count)++] = (struct moment){moment_ms(span->end), 2 * i + 1};
    }
    if (moments)
        qsort(moments, *count, sizeof *moments, compare);
    return moments;
}
