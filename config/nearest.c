#include "nearest.h"

#include <string.h>

#include "options.h"

enum { NAME_MAX_LENGTH = 40 };

static int least(int a, int b, int c)
{
    int m = a < b ? a : b;
    return m < c ? m : c;
}

/* Levenshtein's edit distance, one row at a time; of long names only the beginning counts. */
static int distance(const char *a, const char *b)
{
    int row[NAME_MAX_LENGTH + 1];
    int width = (int)strnlen(b, NAME_MAX_LENGTH), height = (int)strnlen(a, NAME_MAX_LENGTH);
    for (int j = 0; j <= width; j++)
        row[j] = j;
    for (int i = 1; i <= height; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= width; j++) {
            int above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[width];
}

const char *nearest_group(const char *name)
{
    const char *best = options[0].group;
    for (size_t i = 0; i < option_count; i++)
        if (distance(name, options[i].group) < distance(name, best))
            best = options[i].group;
    return best;
}

const char *nearest_option(const char *group, const char *name)
{
    const char *best = NULL;
    for (size_t i = 0; i < option_count; i++)
        if (!strcmp(options[i].group, group) &&
            (!best || distance(name, options[i].name) < distance(name, best)))
            best = options[i].name;
    return best ? best : "";
}
