/* Settings and their schema, as JSON for people and tools. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static cJSON *value_of(const struct option *option, const struct mien_config *config)
{
    const void *field = (const char *)config + option->offset;
    switch (option->type) {
    case OPTION_BOOL:
        return cJSON_CreateBool(*(const bool *)field);
    case OPTION_INT:
        return cJSON_CreateNumber(*(const int *)field);
    case OPTION_NUMBER:
        return cJSON_CreateNumber(*(const double *)field);
    default:
        return cJSON_CreateString(option->secret ? "" : field);
    }
}

static cJSON *object_in(cJSON *root, const char *name)
{
    cJSON *group = cJSON_GetObjectItemCaseSensitive(root, name);
    return group ? group : cJSON_AddObjectToObject(root, name);
}

static int print_and_delete(cJSON *root, FILE *out)
{
    char *text = cJSON_Print(root);
    int status = text && fprintf(out, "%s\n", text) > 0 && !fflush(out) ? 0 : -EIO;
    cJSON_free(text);
    cJSON_Delete(root);
    return status;
}

int mien_config_print(const struct mien_config *config, FILE *out)
{
    cJSON *root = cJSON_CreateObject();
    for (size_t i = 0; i < option_count; i++)
        if (is_setting(&options[i]))
            cJSON_AddItemToObject(object_in(root, options[i].group), options[i].name,
                                  value_of(&options[i], config));
    return print_and_delete(root, out);
}

static cJSON *schema_of(const struct option *option, const struct mien_config *defaults)
{
    static const char *const types[] = {"boolean", "integer", "number", "string"};
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "description", option->what);
    cJSON_AddStringToObject(schema, "type", types[option->type]);
    if (option->type == OPTION_INT || option->type == OPTION_NUMBER) {
        cJSON_AddStringToObject(schema, "$comment", option->argument); /* the unit */
        cJSON_AddNumberToObject(schema, "minimum", option->low);
        cJSON_AddNumberToObject(schema, "maximum", option->high);
    }
    if (option->choice) {
        cJSON *words = cJSON_AddArrayToObject(schema, "enum");
        for (int i = 0; option->choice(i); i++)
            cJSON_AddItemToArray(words, cJSON_CreateString(option->choice(i)));
    }
    if (option->pattern)
        cJSON_AddStringToObject(schema, "pattern", option->pattern);
    cJSON_AddItemToObject(schema, "default", value_of(option, defaults));
    return schema;
}

static cJSON *object_schema(cJSON *parent, const char *name)
{
    cJSON *schema = cJSON_AddObjectToObject(parent, name);
    cJSON_AddStringToObject(schema, "type", "object");
    cJSON_AddBoolToObject(schema, "additionalProperties", 0);
    cJSON_AddObjectToObject(schema, "properties");
    return schema;
}

int mien_config_print_schema(FILE *out)
{
    struct mien_config defaults;
    mien_config_defaults(&defaults);
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "$schema", "https://json-schema.org/draft/2020-12/schema");
    cJSON_AddStringToObject(root, "title", "Settings of mien");
    cJSON_AddStringToObject(root, "type", "object");
    cJSON_AddBoolToObject(root, "additionalProperties", 0);
    cJSON *properties = cJSON_AddObjectToObject(root, "properties");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(properties, "$schema"), "type", "string");
    for (size_t i = 0; i < option_count; i++) {
        if (!is_setting(&options[i]))
            continue;
        cJSON *group = cJSON_GetObjectItemCaseSensitive(properties, options[i].group);
        if (!group)
            group = object_schema(properties, options[i].group);
        cJSON_AddItemToObject(cJSON_GetObjectItemCaseSensitive(group, "properties"),
                              options[i].name, schema_of(&options[i], &defaults));
    }
    return print_and_delete(root, out);
}
