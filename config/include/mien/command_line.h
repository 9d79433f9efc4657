/* The command line of each command of mien, read by the table of options (config/options.c). */
#ifndef MIEN_COMMAND_LINE_H
#define MIEN_COMMAND_LINE_H

#include <stdbool.h>
#include <stdio.h>

#include "mien/config.h"
#include "mien/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum mien_command {
    MIEN_ANNOTATE,
    MIEN_BENCH,
    MIEN_CONFIG,
    MIEN_DEVICES,
    MIEN_EVALUATE,
    MIEN_IMAGE,
    MIEN_KIOSK,
    MIEN_LIVE,
    MIEN_COMMANDS
};

enum mien_help { MIEN_HELP_NONE, MIEN_HELP, MIEN_HELP_ALL };

enum { MIEN_OPTIONS_MAX = 192 };

/* What was said, by option. Texts are argv's own. */
struct mien_command_line {
    enum mien_command command;
    enum mien_help help;                  /* asked for with --help or --help-all */
    const char *values[MIEN_OPTIONS_MAX]; /* NULL: not given */
    char **inputs;                        /* what stands outside options; argv is put in order */
    int input_count;
};

/* The command's name, "live", and what it does in a few words. */
const char *mien_command_name(enum mien_command command);
const char *mien_command_summary(enum mien_command command);

/* Reads argv[1]… Returns 0, or -EINVAL with a message that names the option: it is unknown, wants a
 * value, or has one that is not allowed. */
int mien_command_line_read(struct mien_command_line *line, enum mien_command command, int argc,
                           char **argv, struct mien_error *error);

/* Whether the option was given, by its long name ("mirror"; also as --no-mirror). */
bool mien_command_line_has(const struct mien_command_line *line, const char *flag);

/* Lays what was said over the settings; cannot fail. */
void mien_command_line_apply(const struct mien_command_line *line, struct mien_config *config);

/* Calls visit(data, path, written) for each file, or beginning of files' names, that an option or
 * setting of the command names: one that it reads, or writes. */
void mien_config_paths(const struct mien_config *config, enum mien_command command,
                       void (*visit)(void *data, const char *path, bool written), void *data);

/* --help, or --help-all, at most 80 columns wide. */
void mien_command_line_help(const struct mien_command_line *line, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
