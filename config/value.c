/* Values of options: from text, to text, and what is allowed, in words. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "options.h"

const struct group *group_of(const struct option *option)
{
    const struct group *group = groups;
    while (strcmp(group->name, option->group))
        group++;
    return group;
}

bool is_setting(const struct option *option)
{
    return group_of(option)->setting && option->type != OPTION_SIZE;
}

bool takes_option(enum mien_command command, const struct option *option)
{
    return option->commands & 1u << command || (command == MIEN_CONFIG && is_setting(option));
}

bool option_flag(const struct option *option, char *flag, size_t size)
{
    if (option->flag)
        snprintf(flag, size, "%s", option->flag);
    else
        snprintf(flag, size, "%s-%s", option->group, option->name);
    for (char *c = flag; *c; c++)
        if (*c == '_')
            *c = '-';
    return *flag != '\0';
}

void option_variable(const struct option *option, char *variable, size_t size)
{
    snprintf(variable, size, "MIEN_%s_%s", option->group, option->name);
    for (char *c = variable; *c; c++)
        *c = (char)toupper((unsigned char)*c);
}

/* ---- what is allowed ---- */

/* "a, b or c"; an empty word is told at the end. */
static void words_allowed(const struct option *option, char *text, size_t size)
{
    size_t used = 0;
    bool none = !*option->choice(0);
    for (int i = none; option->choice(i) && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 i == none               ? ""
                                 : option->choice(i + 1) ? ", "
                                                         : " or ",
                                 option->choice(i));
    if (none && used < size)
        snprintf(text + used, size - used, "; or an empty text");
}

static void range_allowed(const struct option *option, char *text, size_t size)
{
    snprintf(text, size, "%s from %g to %.10g",
             option->type == OPTION_INT ? "a whole number" : "a number", option->low, option->high);
}

void option_allowed(const struct option *option, char *allowed, size_t size)
{
    if (option->allowed)
        snprintf(allowed, size, "%s", option->allowed);
    else if (option->choice)
        words_allowed(option, allowed, size);
    else if (option->type == OPTION_BOOL)
        snprintf(allowed, size, "true or false");
    else if (option->type == OPTION_SIZE)
        snprintf(allowed, size, "WIDTHxHEIGHT, such as 1280x720, each from %g to %g", option->low,
                 option->high);
    else if (option->type == OPTION_TEXT)
        snprintf(allowed, size, "a text of at most %zu bytes, in UTF-8", option->size - 1);
    else if (option->type == OPTION_WORD)
        snprintf(allowed, size, "a text that is not empty");
    else
        range_allowed(option, allowed, size);
}

/* ---- from text ---- */

static const char *digits(const char *text)
{
    while (isdigit((unsigned char)*text))
        text++;
    return text;
}

bool is_number(const char *text)
{
    text += *text == '-';
    const char *end = digits(text);
    if (end == text || (*text == '0' && end > text + 1))
        return false;
    if (*end == '.') {
        text = end + 1;
        end = digits(text);
        if (end == text)
            return false;
    }
    if (*end == 'e' || *end == 'E') {
        text = end + 1 + (end[1] == '-' || end[1] == '+');
        end = digits(text);
        if (end == text)
            return false;
    }
    return !*end;
}

static bool in_range(const struct option *option, const char *text, double *value)
{
    if (!is_number(text))
        return false;
    *value = strtod(text, NULL);
    return *value >= option->low && *value <= option->high;
}

static int set_number(const struct option *option, void *field, const char *text)
{
    double value;
    if (!in_range(option, text, &value))
        return -EINVAL;
    if (option->type == OPTION_NUMBER)
        *(double *)field = value;
    else if (value != floor(value))
        return -EINVAL;
    else
        *(int *)field = (int)value;
    return 0;
}

static int set_size(const struct option *option, int *field, const char *text)
{
    int parts[2], used = 0;
    if (text[strspn(text, "0123456789x")] ||
        sscanf(text, "%5dx%5d%n", &parts[0], &parts[1], &used) != 2 || text[used])
        return -EINVAL;
    for (int i = 0; i < 2; i++)
        if (parts[i] < option->low || parts[i] > option->high)
            return -EINVAL;
    memcpy(field, parts, sizeof parts);
    return 0;
}

static int set_bool(bool *field, const char *text)
{
    bool yes = !strcmp(text, "true") || !strcmp(text, "1");
    if (!yes && strcmp(text, "false") && strcmp(text, "0"))
        return -EINVAL;
    *field = yes;
    return 0;
}

bool option_has_choice(const struct option *option, const char *text)
{
    for (int i = 0; option->choice && option->choice(i); i++)
        if (!strcmp(option->choice(i), text))
            return true;
    return false;
}

static bool matches(const char *pattern, const char *text)
{
    regex_t expression;
    if (regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB))
        return false;
    int result = regexec(&expression, text, 0, NULL, 0);
    regfree(&expression);
    return !result;
}

static bool is_utf8(const char *text)
{
    size_t length = 1;
    for (; *text && length; text += length)
        length = mien_utf8_length(text);
    return length > 0;
}

static bool may_be(const struct option *option, const char *text)
{
    return (!option->choice || option_has_choice(option, text)) &&
           (!option->pattern || matches(option->pattern, text));
}

/* Names of files may be in any encoding; what is shown or sent is UTF-8. */
static int set_text(const struct option *option, char *field, const char *text)
{
    bool file = option->argument && !strcmp(option->argument, "FILE");
    if (strlen(text) >= option->size || (!file && !is_utf8(text)) || !may_be(option, text))
        return -EINVAL;
    strcpy(field, text);
    return 0;
}

static int set_word(const struct option *option, const char **field, const char *text)
{
    if (!*text || !may_be(option, text))
        return -EINVAL;
    *field = text;
    return 0;
}

int option_set(const struct option *option, struct mien_config *config, const char *text)
{
    void *field = (char *)config + option->offset;
    switch (option->type) {
    case OPTION_BOOL:
        return set_bool(field, text);
    case OPTION_TEXT:
        return set_text(option, field, text);
    case OPTION_WORD:
        return set_word(option, field, text);
    case OPTION_SIZE:
        return set_size(option, field, text);
    default:
        return set_number(option, field, text);
    }
}

void mien_config_defaults(struct mien_config *config)
{
    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < option_count; i++)
        if (options[i].initial)
            option_set(&options[i], config, options[i].initial);
}

/* ---- comparing ---- */

static bool same(const struct option *option, const struct mien_config *a,
                 const struct mien_config *b)
{
    const void *left = (const char *)a + option->offset, *right = (const char *)b + option->offset;
    return option->type == OPTION_TEXT ? !strcmp(left, right) : !memcmp(left, right, option->size);
}

bool mien_config_same(const struct mien_config *a, const struct mien_config *b, const char *group)
{
    for (size_t i = 0; i < option_count; i++)
        if (!strcmp(options[i].group, group) && !same(&options[i], a, b))
            return false;
    return true;
}
