/* mien config: check configuration files, print the settings in force, the defaults, the schema. */
#include "mien/config.h"

#include "commands.h"
#include "mien/log.h"
#include "usage.h"

static int fail(const struct mien_error *error)
{
    mien_log(MIEN_LOG_ERROR, "%s", error->text);
    return EXIT_USAGE;
}

static int check(const char *file)
{
    struct mien_config config;
    struct mien_error error;
    mien_config_defaults(&config);
    if (mien_config_read(&config, file, &error))
        return fail(&error);
    mien_log(MIEN_LOG_INFO, "%s: fine", file);
    return EXIT_FINE;
}

static int written(int status)
{
    if (!status)
        return EXIT_FINE;
    mien_log(MIEN_LOG_ERROR, "standard output cannot be written");
    return EXIT_LOSSES;
}

static int print_settings(const struct mien_command_line *line)
{
    struct mien_config config;
    struct mien_error error;
    mien_config_check_environment();
    if (mien_config_load(&config, line, &error))
        return fail(&error);
    if (*config.mqtt.password)
        mien_log(MIEN_LOG_INFO, "mqtt.password is set; it is not printed");
    return written(mien_config_print(&config, stdout));
}

int command_config(const struct mien_command_line *line)
{
    struct mien_config config;
    mien_config_defaults(&config);
    mien_command_line_apply(line, &config);
    if ((config.run.check != NULL) + config.run.print_defaults + config.run.print_schema > 1)
        return usage_error(line, "--check, --print-defaults and --print-schema exclude each other");
    if (config.run.check)
        return check(config.run.check);
    if (config.run.print_schema)
        return written(mien_config_print_schema(stdout));
    if (!config.run.print_defaults)
        return print_settings(line);
    mien_config_defaults(&config);
    return written(mien_config_print(&config, stdout));
}
