#include <string.h>

#include "options.h"

static bool is_path(const struct option *option)
{
    return option->argument &&
           (!strcmp(option->argument, "FILE") || !strcmp(option->argument, "PREFIX"));
}

static const char *text_of(const struct option *option, const struct mien_config *config)
{
    const char *field = (const char *)config + option->offset;
    return option->type == OPTION_WORD ? *(const char *const *)field : field;
}

void mien_config_paths(const struct mien_config *config, enum mien_command command,
                       void (*visit)(void *data, const char *path, bool written), void *data)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &options[i];
        if (!takes_option(command, option) || !is_path(option))
            continue;
        const char *path = text_of(option, config);
        if (path && *path)
            visit(data, path, !strcmp(option->group, "output"));
    }
}
