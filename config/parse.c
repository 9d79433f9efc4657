/* JSON text laid over a configuration; every error tells its place. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "locate.h"
#include "nearest.h"
#include "options.h"

struct source {
    const char *name, *text;
    struct mien_error *error;
};

static int wrong(const struct source *s, const char *place, const char *group, const char *name,
                 const char *what)
{
    int line, column;
    locate_line(s->text, place, &line, &column);
    return mien_error_set(s->error, EINVAL, "%s:%d:%d: %s%s%s%s", s->name, line, column, group,
                          *name ? "." : "", name, what);
}

static const struct option *find(const char *group, const char *name)
{
    for (size_t i = 0; i < option_count; i++)
        if (!strcmp(options[i].group, group) && !strcmp(options[i].name, name))
            return &options[i];
    return NULL;
}

static bool is_group(const char *group)
{
    for (size_t i = 0; i < option_count; i++)
        if (!strcmp(options[i].group, group))
            return true;
    return false;
}

static int unknown(const struct source *s, const char *place, const char *group, const char *name)
{
    char what[128];
    snprintf(what, sizeof what, ": unknown key; the nearest known one is %s",
             *name ? nearest_option(group, name) : nearest_group(group));
    return wrong(s, place, group, name, what);
}

/* A JSON value as the text that option_set reads; NULL for one of the wrong type. */
static const char *as_text(const cJSON *item, const struct option *option, char *buffer,
                           size_t size)
{
    if (option->type == OPTION_TEXT)
        return cJSON_IsString(item) ? item->valuestring : NULL;
    if (option->type == OPTION_BOOL)
        return cJSON_IsTrue(item) ? "true" : cJSON_IsFalse(item) ? "false" : NULL;
    if (!cJSON_IsNumber(item))
        return NULL;
    snprintf(buffer, size, "%.17g", item->valuedouble);
    return buffer;
}

static bool repeated(const cJSON *item, const cJSON *object)
{
    for (const cJSON *other = object->child; other != item; other = other->next)
        if (!strcmp(other->string, item->string))
            return true;
    return false;
}

static int set_option(const struct source *s, struct mien_config *config, const cJSON *item,
                      const struct option *option, const char *value)
{
    char buffer[40], allowed[OPTION_ALLOWED_MAX], what[OPTION_ALLOWED_MAX + 48];
    const char *text = as_text(item, option, buffer, sizeof buffer);
    if (option_set(option, config, text ? text : "\t", allowed, sizeof allowed) == 0 && text)
        return 0;
    if (!text && option->type == OPTION_TEXT) /* a tab is no number and no truth, but a text */
        strcpy(allowed, "a text");
    snprintf(what, sizeof what, ": wrong value; allowed is %s", allowed);
    return wrong(s, value, option->group, option->name, what);
}

static int parse_group(const struct source *s, struct mien_config *config, const cJSON *group,
                       const char *object)
{
    int index = 0, status = 0;
    for (const cJSON *item = group->child; item && !status; item = item->next, index++) {
        const char *value, *key = locate_member(object, index, &value);
        const struct option *option = find(group->string, item->string);
        if (!option)
            status = unknown(s, key, group->string, item->string);
        else if (repeated(item, group))
            status = wrong(s, key, option->group, option->name, ": stands here a second time");
        else
            status = set_option(s, config, item, option, value);
    }
    return status;
}

static int parse_root(const struct source *s, struct mien_config *config, const cJSON *root)
{
    const char *start = s->text;
    while (*start && *start != '{')
        start++;
    int index = 0, status = 0;
    for (const cJSON *group = root->child; group && !status; group = group->next, index++) {
        const char *value, *key = locate_member(start, index, &value);
        if (!strcmp(group->string, "$schema"))
            continue;
        if (!is_group(group->string))
            status = unknown(s, key, group->string, "");
        else if (repeated(group, root))
            status = wrong(s, key, group->string, "", ": stands here a second time");
        else if (!cJSON_IsObject(group))
            status = wrong(s, value, group->string, "", ": wrong value; allowed is an object {…}");
        else
            status = parse_group(s, config, group, value);
    }
    return status;
}

int mien_config_parse(struct mien_config *config, const char *text, size_t size, const char *name,
                      struct mien_error *error)
{
    char *copy = malloc(size + 1);
    if (!copy)
        return mien_error_set(error, ENOMEM, "%s: no memory", name);
    memcpy(copy, text, size);
    copy[size] = 0;
    struct source source = {name, copy, error};
    struct mien_config changed = *config;
    const char *end = copy;
    cJSON *root = cJSON_ParseWithOpts(copy, &end, 1);
    int status;
    if (!root)
        status = wrong(&source, end, "not JSON from here on", "", "");
    else if (strlen(copy) != size)
        status = wrong(&source, copy + strlen(copy), "a zero byte", "", "");
    else if (!cJSON_IsObject(root))
        status = wrong(&source, copy, "the file must hold one object {…}", "", "");
    else
        status = parse_root(&source, &changed, root);
    cJSON_Delete(root);
    free(copy);
    if (!status)
        *config = changed;
    return status;
}
