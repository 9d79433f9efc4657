/* JSON text laid over a configuration, read in one pass; every error tells its place and, of the
 * common slips, what was meant. Only what a configuration may hold is read: an object of objects
 * of texts, numbers and truths. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "mien/log.h"
#include "nearest.h"
#include "options.h"

enum { KEY_MAX = 96 };

struct reader {
    const char *name, *text, *at; /* at a zero byte: the end */
    struct mien_error *error;
    char *value; /* room for any text of the file */
};

/* ---- errors ---- */

static int __attribute__((format(printf, 3, 4)))
wrong(const struct reader *r, const char *place, const char *format, ...)
{
    char what[400];
    int line = 1;
    const char *start = r->text;
    for (const char *c = r->text; c < place; c++)
        if (*c == '\n')
            line++, start = c + 1;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return mien_error_set(r->error, EINVAL, "%s:%d:%d: %s", r->name, line, (int)(place - start) + 1,
                          what);
}

/* What stands where something else has to. */
static int unexpected(const struct reader *r, const char *expected)
{
    const char *at = r->at;
    if (!*at)
        return wrong(r, at, "not JSON: the file ends where %s is expected", expected);
    if (*at == '\'')
        return wrong(r, at, "texts are in double quotes in JSON, not in single ones");
    if (*at == '#' || (*at == '/' && (at[1] == '/' || at[1] == '*')))
        return wrong(r, at, "a comment is not allowed in JSON");
    return wrong(r, at, "not JSON from here on: %s is expected", expected);
}

/* ---- pieces of JSON ---- */

static void skip_space(struct reader *r)
{
    r->at += strspn(r->at, " \t\r\n");
}

static int hex4(const char *text, unsigned *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef", c = text[i];
        const char *digit = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
        if (!digit)
            return -1;
        *value = *value << 4 | (unsigned)(digit - digits);
    }
    return 0;
}

static char *write_utf8(char *out, unsigned c)
{
    if (c < 0x80) {
        *out++ = (char)c;
        return out;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    *out++ = (char)(0xff00 >> (more + 1) | c >> 6 * more);
    while (more-- > 0)
        *out++ = (char)(0x80 | (c >> 6 * more & 0x3f));
    return out;
}

/* \uXXXX, also a pair of them, at r->at; zero and half pairs are no characters of a text. */
static int read_unicode(struct reader *r, char **out)
{
    unsigned high, low;
    if (hex4(r->at + 2, &high))
        return wrong(r, r->at, "\\u wants four hexadecimal digits");
    const char *place = r->at;
    r->at += 6;
    if (high >= 0xd800 && high < 0xdc00 && r->at[0] == '\\' && r->at[1] == 'u' &&
        !hex4(r->at + 2, &low) && low >= 0xdc00 && low < 0xe000) {
        high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        r->at += 6;
    }
    if (!high || (high >= 0xd800 && high < 0xe000))
        return wrong(r, place, "this \\u is not a character");
    *out = write_utf8(*out, high);
    return 0;
}

static int read_escape(struct reader *r, char **out)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (r->at[1] == 'u')
        return read_unicode(r, out);
    const char *letter = r->at[1] ? strchr(letters, r->at[1]) : NULL;
    if (!letter)
        return wrong(r, r->at, "\\%c is not JSON; a backslash is written \\\\", r->at[1]);
    *(*out)++ = meant[letter - letters];
    r->at += 2;
    return 0;
}

/* The text at r->at, which is at its quote, into r->value. */
static int read_text(struct reader *r)
{
    char *out = r->value;
    const char *place = r->at++;
    int status = 0;
    while (*r->at != '"' && !status) {
        if (!*r->at)
            return wrong(r, place, "not JSON: this text does not end; a \" is missing");
        if ((unsigned char)*r->at < ' ')
            return wrong(r, r->at,
                         "a control character is not allowed in a text; a line break is \\n, a "
                         "tab is \\t");
        if (*r->at == '\\')
            status = read_escape(r, &out);
        else
            *out++ = *r->at++;
    }
    *out = '\0';
    r->at += !status;
    return status;
}

static int read_key(struct reader *r, char key[KEY_MAX])
{
    if (*r->at != '"')
        return unexpected(r, "a key in double quotes");
    int status = read_text(r);
    if (status)
        return status;
    snprintf(key, KEY_MAX, "%s", r->value);
    skip_space(r);
    if (*r->at != ':')
        return unexpected(r, "a colon");
    r->at++;
    skip_space(r);
    return 0;
}

/* Past the comma or, with *more false, the brace that follows a member. */
static int read_end_of_member(struct reader *r, bool *more)
{
    skip_space(r);
    const char *place = r->at;
    if (*r->at != ',' && *r->at != '}')
        return *r->at == '"' ? wrong(r, r->at, "a comma is missing before this key")
                             : unexpected(r, "a comma or }");
    *more = *r->at++ == ',';
    skip_space(r);
    if (*more && *r->at == '}')
        return wrong(r, place, "a comma before } is not allowed in JSON");
    return 0;
}

/* What a bare word, neither true nor false nor a number, is likely to be. */
static int wrong_word(const struct reader *r, const char *place, const char *word)
{
    static const char *const words[][2] = {{"True", "true"}, {"False", "false"}, {"yes", "true"},
                                           {"no", "false"},  {"on", "true"},     {"off", "false"},
                                           {"None", "null"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(word, words[i][0]))
            return wrong(r, place, "%s is not JSON; it is written %s", word, words[i][1]);
    const char *digits = word + (*word == '-' || *word == '+');
    if (!strcasecmp(digits, "nan") || !strcasecmp(digits, "inf") || !strcasecmp(digits, "infinity"))
        return wrong(r, place, "%s is not a number in JSON", word);
    if (digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9')
        return wrong(r, place, "%s: a number in JSON has no zero before it", word);
    if (*word >= '0' && *word <= '9')
        return wrong(r, place, "%s is not a number as JSON writes it", word);
    return wrong(r, place, "%s is not JSON; texts are in double quotes", word);
}

enum kind { TEXT_VALUE, NUMBER_VALUE, BOOL_VALUE, OTHER_VALUE };

/* A value, as text in r->value. Objects, lists and null are OTHER_VALUE and are not read. */
static int read_value(struct reader *r, enum kind *kind)
{
    const char *place = r->at;
    *kind = OTHER_VALUE;
    if (*place == '"') {
        *kind = TEXT_VALUE;
        return read_text(r);
    }
    if (*place == '{' || *place == '[')
        return 0;
    size_t length = strspn(place, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "+-._");
    if (!length)
        return unexpected(r, "a value");
    snprintf(r->value, length + 1, "%s", place);
    r->at += length;
    if (is_number(r->value))
        *kind = NUMBER_VALUE;
    else if (!strcmp(r->value, "true") || !strcmp(r->value, "false"))
        *kind = BOOL_VALUE;
    else if (strcmp(r->value, "null"))
        return wrong_word(r, place, r->value);
    return 0;
}

/* ---- settings ---- */

struct laying {
    struct mien_config config;
    bool group_seen[32], option_seen[MIEN_OPTIONS_MAX];
};

/* By its name or, with a warning, its old one. */
static const struct option *find_setting(const struct reader *r, const char *group, const char *key)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &options[i];
        if (!is_setting(option) || strcmp(option->group, group))
            continue;
        if (!strcmp(option->name, key))
            return option;
        if (!option->old || strcmp(option->old, key))
            continue;
        mien_log(MIEN_LOG_WARNING, "%s: %s.%s is now called %s.%s", r->name, group, key, group,
                 option->name);
        return option;
    }
    return NULL;
}

static int set_option(struct reader *r, struct laying *laying, const struct option *option)
{
    char allowed[OPTION_ALLOWED_MAX];
    const char *place = r->at;
    enum kind kind, wanted = option->type == OPTION_TEXT   ? TEXT_VALUE
                             : option->type == OPTION_BOOL ? BOOL_VALUE
                                                           : NUMBER_VALUE;
    int status = read_value(r, &kind);
    if (status || (kind == wanted && !option_set(option, &laying->config, r->value)))
        return status;
    if (kind != wanted && wanted == TEXT_VALUE && !option->choice)
        strcpy(allowed, "a text");
    else
        option_allowed(option, allowed, sizeof allowed);
    return wrong(r, place, "%s.%s: wrong value; allowed is %s", option->group, option->name,
                 allowed);
}

static int read_setting(struct reader *r, struct laying *laying, const char *group)
{
    char key[KEY_MAX];
    const char *place = r->at;
    int status = read_key(r, key);
    if (status)
        return status;
    const struct option *option = find_setting(r, group, key);
    if (!option)
        return wrong(r, place, "%s.%s: unknown key; the nearest known one is %s", group, key,
                     nearest_setting(group, key));
    if (laying->option_seen[option - options])
        return wrong(r, place, "%s.%s: stands here a second time", group, key);
    laying->option_seen[option - options] = true;
    return set_option(r, laying, option);
}

/* Of an object, from its brace to behind its end. */
static int read_members(struct reader *r, struct laying *laying, const char *group,
                        int (*read_one)(struct reader *r, struct laying *laying, const char *group))
{
    r->at++;
    skip_space(r);
    bool more = *r->at != '}';
    r->at += !more;
    int status = 0;
    while (more && !status) {
        status = read_one(r, laying, group);
        if (!status)
            status = read_end_of_member(r, &more);
    }
    return status;
}

static int read_group(struct reader *r, struct laying *laying, const char *group)
{
    if (strchr("/#'", *r->at))
        return unexpected(r, "{");
    if (*r->at != '{')
        return wrong(r, r->at, "%s: wrong value; allowed is an object {…}", group);
    return read_members(r, laying, group, read_setting);
}

static int read_schema_name(struct reader *r)
{
    enum kind kind;
    const char *place = r->at;
    int status = read_value(r, &kind);
    return status || kind == TEXT_VALUE
               ? status
               : wrong(r, place, "$schema: wrong value; allowed is a text");
}

static int read_member(struct reader *r, struct laying *laying, const char *group)
{
    (void)group; /* it is one */
    char key[KEY_MAX];
    const char *place = r->at;
    int status = read_key(r, key);
    if (status)
        return status;
    if (!strcmp(key, "$schema"))
        return read_schema_name(r);
    for (size_t i = 0; i < group_count; i++) {
        if (!groups[i].setting || strcmp(groups[i].name, key))
            continue;
        if (laying->group_seen[i])
            return wrong(r, place, "%s: stands here a second time", key);
        laying->group_seen[i] = true;
        return read_group(r, laying, groups[i].name);
    }
    return wrong(r, place, "%s: unknown key; the nearest known one is %s", key, nearest_group(key));
}

static int read_root(struct reader *r, struct laying *laying)
{
    if (!strncmp(r->at, "\xef\xbb\xbf", 3)) /* a byte order mark of UTF-8 */
        r->at += 3;
    skip_space(r);
    if (!*r->at)
        return wrong(r, r->at, "not JSON: the file is empty; without settings it is {}");
    if (*r->at == '[' || *r->at == '"')
        return wrong(r, r->at, "the file must hold one object {…}");
    if (*r->at != '{')
        return unexpected(r, "{");
    int status = read_members(r, laying, NULL, read_member);
    skip_space(r);
    return !status && *r->at ? unexpected(r, "the end of the file") : status;
}

/* ---- the whole ---- */

static int check_encoding(const struct reader *r, size_t size)
{
    const char *text = r->text, *end = text + size;
    if (size >= 2 &&
        (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2) || !text[0] || !text[1]))
        return wrong(r, text, "this is UTF-16; save the file as UTF-8");
    for (size_t length = 1; text < end; text += length) {
        length = mien_utf8_length(text);
        if (!length)
            return wrong(r, text, "not UTF-8; save the file as UTF-8");
        if (!*text)
            return wrong(r, text, "a zero byte");
    }
    return 0;
}

int mien_config_parse(struct mien_config *config, const char *text, size_t size, const char *name,
                      struct mien_error *error)
{
    char *copy = malloc(size + 1), *value = malloc(size + 1);
    struct laying *laying = calloc(1, sizeof *laying);
    struct reader reader = {.name = name, .text = copy, .at = copy, .error = error, .value = value};
    int status = 0;
    if (!copy || !value || !laying) {
        status = mien_error_set(error, ENOMEM, "%s: no memory", name);
        goto end;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    laying->config = *config;
    status = check_encoding(&reader, size);
    if (!status)
        status = read_root(&reader, laying);
    if (!status)
        *config = laying->config;
end:
    free(laying);
    free(value);
    free(copy);
    return status;
}
