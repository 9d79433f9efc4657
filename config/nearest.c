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
    const char *best = NULL;
    for (size_t i = 0; i < group_count; i++)
        if (groups[i].setting && (!best || distance(name, groups[i].name) < distance(name, best)))
            best = groups[i].name;
    return best;
}

const char *nearest_setting(const char *group, const char *name)
{
    const char *best = "";
    for (size_t i = 0; i < option_count; i++)
        if (is_setting(&options[i]) && !strcmp(options[i].group, group) &&
            (!*best || distance(name, options[i].name) < distance(name, best)))
            best = options[i].name;
    return best;
}

const char *nearest_flag(enum mien_command command, const char *name)
{
    static _Thread_local char best[OPTION_NAME_MAX];
    char flag[OPTION_NAME_MAX];
    int least_distance = 2 * NAME_MAX_LENGTH;
    for (size_t i = 0; i < option_count; i++) {
        if (!takes_option(command, &options[i]) || !option_flag(&options[i], flag, sizeof flag))
            continue;
        int d = distance(name, flag);
        if (d < least_distance) {
            least_distance = d;
            strcpy(best, flag);
        }
    }
    return best;
}

const char *nearest_variable(const char *name)
{
    static _Thread_local char best[OPTION_NAME_MAX];
    char variable[OPTION_NAME_MAX];
    int least_distance = 2 * NAME_MAX_LENGTH;
    for (size_t i = 0; i < option_count; i++) {
        if (!is_setting(&options[i]))
            continue;
        option_variable(&options[i], variable, sizeof variable);
        int d = distance(name, variable);
        if (d < least_distance) {
            least_distance = d;
            strcpy(best, variable);
        }
    }
    return best;
}
