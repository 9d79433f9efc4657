#include "row.h"

#include <string.h>

void row_put(struct sink *sink, const char *text, size_t size)
{
    struct row row = {.size = size};
    if (!sink)
        return;
    if (size > sizeof row.text) {
        sink_drop(sink);
        return;
    }
    memcpy(row.text, text, size);
    sink_put(sink, &row);
}
