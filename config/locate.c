#include "locate.h"

static const char *skip_space(const char *p)
{
    while (*p && (unsigned char)*p <= ' ')
        p++;
    return p;
}

static const char *skip_string(const char *p)
{
    for (p++; *p && *p != '"'; p++)
        if (*p == '\\' && p[1])
            p++;
    return *p ? p + 1 : p;
}

/* Past one value: brackets are counted, and what stands in strings does not count. */
static const char *skip_value(const char *p)
{
    int depth = 0;
    for (p = skip_space(p); *p; p = skip_space(p)) {
        if (*p == '"')
            p = skip_string(p);
        else if (*p == '{' || *p == '[')
            depth++, p++;
        else if (*p == '}' || *p == ']') {
            if (!depth)
                return p;
            depth--, p++;
        } else if (*p == ',' && !depth)
            return p;
        else
            p++;
    }
    return p;
}

const char *locate_member(const char *object, int index, const char **value)
{
    const char *p = skip_space(object + 1);
    for (;; p = skip_space(p + 1)) {
        const char *key = p;
        p = skip_space(skip_string(p));
        *value = *p == ':' ? skip_space(p + 1) : p;
        if (index-- == 0)
            return key;
        p = skip_value(*value);
        if (*p != ',')
            return key;
    }
}

void locate_line(const char *text, const char *place, int *line, int *column)
{
    *line = *column = 1;
    for (; text < place; text++) {
        (*column)++;
        if (*text == '\n')
            (*line)++, *column = 1;
    }
}
