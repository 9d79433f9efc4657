/* What is wrong with a cascade, and where. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cascade_reader.h"
#include "faces/vision_config.h"

/* The place as a path without the two outermost elements, such as "stages/0/stageThreshold". */
static void name_place(const struct cascade_reader *reader, char *path, size_t size)
{
    size_t used = 0;
    path[0] = '\0';
    for (int i = 2; i < reader->depth && used < size; i++) {
        const struct cascade_level *level = &reader->levels[i];
        used += (size_t)snprintf(path + used, size - used, "/");
        if (used < size && !strcmp(level->name, "_"))
            used += (size_t)snprintf(path + used, size - used, "%d", level->index);
        else if (used < size)
            used += (size_t)snprintf(path + used, size - used, "%s", level->name);
    }
}

/* expat 2.9 counts lines in 64 bits. Distributions mend older ones, which have this too. */
static unsigned long line_of(const struct cascade_reader *reader)
{
#if MIEN_EXPAT_LINES_64 || XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
    return (unsigned long)XML_GetCurrentLineNumber64(reader->parser);
#else
    return (unsigned long)XML_GetCurrentLineNumber(reader->parser);
#endif
}

int cascade_refuse(struct cascade_reader *reader, int code, const char *format, ...)
{
    char path[128], reason[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    name_place(reader, path, sizeof path);
    reader->status = -code;
    XML_StopParser(reader->parser, XML_FALSE);
    return mien_error_set(reader->error, code, "%s, line %lu%s%s: %s", reader->name,
                          line_of(reader), *path ? ", " : "", *path ? path + 1 : "", reason);
}
