#include "json.h"

#include <errno.h>

#include "write.h"

/* What stands before a value. */
static void begin(struct json *json, const char *name)
{
    if (json->follows)
        putc(',', json->file);
    if (json->breaks)
        putc('\n', json->file);
    if (name) {
        write_json_string(json->file, name);
        putc(':', json->file);
    }
    json->follows = true;
    json->breaks = false;
}

void json_open(struct json *json, const char *name, char bracket)
{
    begin(json, name);
    putc(bracket, json->file);
    json->follows = false;
}

void json_close(struct json *json, char bracket)
{
    putc(bracket, json->file);
    json->follows = true;
}

void json_text(struct json *json, const char *name, const char *text)
{
    begin(json, name);
    write_json_string(json->file, text);
}

void json_number(struct json *json, const char *name, double value, int places)
{
    begin(json, name);
    write_number(json->file, value, places);
}

void json_count(struct json *json, const char *name, long long count)
{
    begin(json, name);
    fprintf(json->file, "%lld", count);
}

void json_bool(struct json *json, const char *name, bool value)
{
    begin(json, name);
    fputs(value ? "true" : "false", json->file);
}

void json_null(struct json *json, const char *name)
{
    begin(json, name);
    fputs("null", json->file);
}

void json_utc(struct json *json, const char *name, int64_t ns)
{
    begin(json, name);
    write_utc(json->file, ns);
}

void json_next_line(struct json *json)
{
    json->breaks = true;
}

int json_print(const cJSON *tree)
{
    char *text = cJSON_Print(tree);
    bool printed = text && puts(text) >= 0;
    cJSON_free(text);
    return printed ? 0 : -EIO;
}
