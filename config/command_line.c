/* argv by the table of options: --flag VALUE, --flag=VALUE, --no-flag, -f VALUE, -fVALUE, -yq,
 * and -- before what only looks like an option. */
#include "mien/command_line.h"

#include <errno.h>
#include <string.h>

#include "commands.h"
#include "nearest.h"
#include "options.h"

struct reading {
    struct mien_command_line *line;
    char **next, **end; /* arguments to come */
    struct mien_error *error;
    struct mien_config scratch; /* values are tried here */
};

static const struct option *find_flag(enum mien_command command, const char *name, size_t length)
{
    char flag[OPTION_NAME_MAX];
    for (size_t i = 0; i < option_count; i++)
        if (takes_option(command, &options[i]) && option_flag(&options[i], flag, sizeof flag) &&
            strlen(flag) == length && !memcmp(flag, name, length))
            return &options[i];
    return NULL;
}

static const struct option *find_letter(enum mien_command command, char letter)
{
    for (size_t i = 0; i < option_count; i++)
        if (options[i].letter == letter && options[i].commands & 1u << command)
            return &options[i];
    return NULL;
}

/* `typed` is the option as it was typed, without a value. */
static int take(struct reading *r, const struct option *option, const char *typed,
                const char *value)
{
    char allowed[OPTION_ALLOWED_MAX];
    if (!*value && option->filled)
        return mien_error_set(r->error, EINVAL, "%s: '' is wrong; allowed is a %s", typed,
                              option->argument);
    if (!option_set(option, &r->scratch, value)) {
        r->line->values[option - options] = value;
        return 0;
    }
    option_allowed(option, allowed, sizeof allowed);
    return mien_error_set(r->error, EINVAL, "%s: '%s' is wrong; allowed is %s", typed, value,
                          allowed);
}

static int take_next(struct reading *r, const struct option *option, const char *typed)
{
    if (r->next == r->end)
        return mien_error_set(r->error, EINVAL, "%s needs a value: %s", typed, option->argument);
    return take(r, option, typed, *r->next++);
}

static int unknown(struct reading *r, const char *typed)
{
    return mien_error_set(r->error, EINVAL, "there is no option '%.100s'; the nearest is --%s",
                          typed, nearest_flag(r->line->command, typed + 2));
}

static int read_long(struct reading *r, const char *argument)
{
    char typed[OPTION_NAME_MAX + 8];
    const char *name = argument + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    bool no = false;
    if (!strcmp(name, "help") || !strcmp(name, "help-all")) {
        r->line->help = name[4] ? MIEN_HELP_ALL : MIEN_HELP;
        return 0;
    }
    const struct option *option = find_flag(r->line->command, name, length);
    if (!option && length > 3 && !memcmp(name, "no-", 3)) {
        option = find_flag(r->line->command, name + 3, length - 3);
        no = true;
        if (option && option->type != OPTION_BOOL && !option_has_choice(option, "none"))
            option = NULL;
    }
    if (!option)
        return unknown(r, argument);
    snprintf(typed, sizeof typed, "--%.*s", (int)length, name);
    if (option->type != OPTION_BOOL && !no)
        return equals ? take(r, option, typed, equals + 1) : take_next(r, option, typed);
    if (equals)
        return mien_error_set(r->error, EINVAL, "%s takes no value", typed);
    return take(r, option, typed, option->type != OPTION_BOOL ? "none" : no ? "false" : "true");
}

static int read_letters(struct reading *r, const char *argument)
{
    int status = 0;
    for (const char *letter = argument + 1; *letter && !status; letter++) {
        const char typed[] = {'-', *letter, '\0'};
        const struct option *option = find_letter(r->line->command, *letter);
        if (*letter == 'h' && !option)
            r->line->help = MIEN_HELP;
        else if (!option)
            return mien_error_set(r->error, EINVAL, "there is no option '%s'", typed);
        else if (option->type == OPTION_BOOL)
            status = take(r, option, typed, "true");
        else
            return letter[1] ? take(r, option, typed, letter + 1) : take_next(r, option, typed);
    }
    return status;
}

static int take_input(struct reading *r, char *argument)
{
    const struct command_text *text = &command_texts[r->line->command];
    if (!text->arguments)
        return mien_error_set(r->error, EINVAL, "'%s' is not an option%s%s", argument,
                              text->hint ? "; " : "", text->hint ? text->hint : "");
    r->line->inputs[r->line->input_count++] = argument;
    return 0;
}

int mien_command_line_read(struct mien_command_line *line, enum mien_command command, int argc,
                           char **argv, struct mien_error *error)
{
    *line = (struct mien_command_line){.command = command, .inputs = argv + 1};
    struct reading r = {.line = line, .next = argv + 1, .end = argv + argc, .error = error};
    bool options_end = argc < 1;
    int status = 0;
    while (r.next < r.end && !status) {
        char *argument = *r.next++;
        if (options_end || argument[0] != '-' || !argument[1])
            status = take_input(&r, argument);
        else if (!strcmp(argument, "--"))
            options_end = true;
        else
            status = argument[1] == '-' ? read_long(&r, argument) : read_letters(&r, argument);
    }
    return status;
}

bool mien_command_line_has(const struct mien_command_line *line, const char *flag)
{
    const struct option *option = find_flag(line->command, flag, strlen(flag));
    return option && line->values[option - options];
}

void mien_command_line_apply(const struct mien_command_line *line, struct mien_config *config)
{
    for (size_t i = 0; i < option_count; i++)
        if (line->values[i])
            option_set(&options[i], config, line->values[i]);
}
