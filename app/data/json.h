/* JSON on one line or a few, written as it comes: all that the program writes but settings and the
 * tables of --json, which are trees of cJSON, and what BORIS reads. */
#ifndef APP_JSON_H
#define APP_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Starts as {file}. In an object each value has a `name`; in a list, and outside, it is NULL. */
struct json {
    FILE *file;
    bool follows; /* a value stands before, in the same object or list */
    bool breaks;  /* the next value begins a line */
};

void json_open(struct json *json, const char *name, char bracket); /* { or [ */
void json_close(struct json *json, char bracket);                  /* } or ] */

void json_text(struct json *json, const char *name, const char *text);
void json_number(struct json *json, const char *name, double value, int places); /* at most */
void json_count(struct json *json, const char *name, long long count);
void json_bool(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);
void json_utc(struct json *json, const char *name, int64_t ns); /* as write_utc */

void json_next_line(struct json *json); /* the next value begins a line */

/* Prints a tree on standard output, indented. Returns 0 or -EIO. */
int json_print(const cJSON *tree);

#endif
