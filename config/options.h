/* The one table of options: settings, and what only one command line asks. Flags, configuration
 * files, environment variables, --help, the JSON Schema, completions and the manual come from it.
 *
 * To add an option: a field in struct mien_config (config/include/mien/config.h) and a row in
 * config/options.c, beside those of its group. The group decides whether it is a setting (has a key
 * and an environment variable) or belongs to a command line alone. Then `ninja` and
 * `build/app/mien config --print-defaults >config/mien.json` (and --print-schema) for a setting. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stddef.h>

#include "mien/command_line.h"
#include "mien/config.h"

enum option_type {
    OPTION_BOOL,   /* bool */
    OPTION_INT,    /* int */
    OPTION_NUMBER, /* double */
    OPTION_TEXT,   /* char [size] */
    OPTION_WORD,   /* const char *, of the command line itself; NULL: not given */
    OPTION_SIZE,   /* int [2]: WIDTHxHEIGHT, a short way to set two others */
};

struct option {
    const char *group, *name; /* "camera", "width" */
    enum option_type type;
    size_t offset, size;          /* of the field in struct mien_config */
    double low, high;             /* range of a number */
    const char *initial;          /* default, as text; NULL: zero, which means "not given" */
    const char *(*choice)(int i); /* the words allowed, NULL after the last; or NULL: any text */
    const char *pattern;          /* extended regular expression that a text matches; NULL: any */
    const char *allowed;          /* the same in words */
    const char *flag;             /* "fps" is --fps; NULL: made from group and name, and told by
                                     --help-all only; "": none */
    char letter;                  /* 'd' is -d; 0: none */
    const char *argument;         /* what a value is: "FILE", or a unit, such as "SECONDS" */
    const char *variable;         /* a short name in the environment, beside MIEN_GROUP_NAME */
    const char *old;   /* name in files and environment until 0.1.0: read, with a warning */
    const char *what;  /* one sentence for people */
    unsigned commands; /* a bit for each enum mien_command that takes it */
    bool filled;       /* the command line may not leave it empty */
    bool secret;       /* never printed */
};

/* Options that belong together, under one heading. */
struct group {
    const char *name, *heading;
    bool setting; /* stands in files and the environment */
};

enum {
    OPTION_NAME_MAX = 64,     /* bytes of a flag or variable */
    OPTION_ALLOWED_MAX = 256, /* bytes of what is allowed, in words */
};

extern const struct option options[];
extern const size_t option_count;
extern const struct group groups[];
extern const size_t group_count;

const struct group *group_of(const struct option *option);
bool is_setting(const struct option *option);
bool takes_option(enum mien_command command, const struct option *option);

/* Its flag without dashes (false: it has none), and its variable. */
bool option_flag(const struct option *option, char *flag, size_t size);
void option_variable(const struct option *option, char *variable, size_t size);

/* Reads `text` into the option's field. Returns 0 or -EINVAL. */
int option_set(const struct option *option, struct mien_config *config, const char *text);

/* Whether `text` is one of the words that it may be; false where any text may. */
bool option_has_choice(const struct option *option, const char *text);

/* What would be right, in words: "a number from 1 to 1000". */
void option_allowed(const struct option *option, char *allowed, size_t size);

/* " (0 to 1; default: 0.1)", for help and manual. */
void option_hint(const struct option *option, char *text, size_t size);

/* Whether `text` is a number as JSON writes it. */
bool is_number(const char *text);

#endif
