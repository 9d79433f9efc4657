/* mien config: check configuration files, print the settings in force, the defaults, the schema. */
#include "mien/config.h"

#include <argp.h>

#include "commands.h"
#include "mien/log.h"

enum action { PRINT, PRINT_DEFAULTS, PRINT_SCHEMA, CHECK };

struct arguments {
    enum action action;
    const char *file;
};

static const struct argp_option options[] = {
    {"check", 'c', "FILE", 0, "Check a file; says where it is wrong", 0},
    {"print-defaults", 'd', NULL, 0, "Print the defaults, a file to start from", 0},
    {"print-schema", 's', NULL, 0, "Print the JSON Schema of configuration files", 0},
    {0}};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct arguments *a = state->input;
    switch (key) {
    case 'c':
        a->action = CHECK;
        a->file = value;
        return 0;
    case 'd':
        a->action = PRINT_DEFAULTS;
        return 0;
    case 's':
        a->action = PRINT_SCHEMA;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    options,
    parse_option,
    NULL,
    "Prints the settings in force, as JSON: the defaults, under the system's mien/config.json, "
    "under the user's (~/.config/mien/config.json), under environment variables such as "
    "MIEN_CAMERA_WIDTH.",
    NULL,
    NULL,
    NULL};

static int print(const struct arguments *a, const struct mien_config *config)
{
    int status = a->action == PRINT_SCHEMA ? mien_config_print_schema(stdout)
                                           : mien_config_print(config, stdout);
    if (!status)
        return EXIT_FINE;
    mien_log(MIEN_LOG_ERROR, "standard output cannot be written");
    return EXIT_LOSSES;
}

int command_config(int argc, char **argv)
{
    struct arguments a = {PRINT, NULL};
    if (argp_parse(&parser, argc, argv, 0, NULL, &a))
        return EXIT_USAGE;
    struct mien_config config;
    struct mien_error error;
    int status = 0;
    mien_config_defaults(&config);
    if (a.action == CHECK)
        status = mien_config_read(&config, a.file, &error);
    else if (a.action == PRINT)
        status = mien_config_load(&config, NULL, &error);
    if (status) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        return EXIT_USAGE;
    }
    if (a.action != CHECK)
        return print(&a, &config);
    mien_log(MIEN_LOG_INFO, "%s: fine", a.file);
    return EXIT_FINE;
}
