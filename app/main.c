/* mien: one program, a file for each command. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "log_writer.h"
#include "usage.h"
#include "version.h"

static int (*const commands[MIEN_COMMANDS])(const struct mien_command_line *line) = {
    [MIEN_ANNOTATE] = command_annotate, [MIEN_BENCH] = command_bench,
    [MIEN_CONFIG] = command_config,     [MIEN_DEVICES] = command_devices,
    [MIEN_EVALUATE] = command_evaluate, [MIEN_IMAGE] = command_image,
    [MIEN_KIOSK] = command_kiosk,       [MIEN_LIVE] = command_live,
};

static void print_help(FILE *out)
{
    fputs("Usage: mien COMMAND [OPTION…]\n"
          "Says what the faces before a camera, or in a video or picture, express.\n\n",
          out);
    for (enum mien_command i = 0; i < MIEN_COMMANDS; i++)
        fprintf(out, "  %-9s %s\n", mien_command_name(i), mien_command_summary(i));
    fputs("\n`mien COMMAND --help` tells the options of one command; `man mien` tells the rest.\n",
          out);
}

static int run(enum mien_command command, int argc, char **argv)
{
    struct mien_command_line line;
    struct mien_error error;
    if (mien_command_line_read(&line, command, argc, argv, &error))
        return usage_error(&line, "%s", error.text);
    if (!line.help)
        return commands[command](&line);
    mien_command_line_help(&line, stdout);
    return fflush(stdout) ? EXIT_LOSSES : EXIT_FINE;
}

int main(int argc, char **argv)
{
    log_writer_install();
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        print_help(stdout);
        return EXIT_FINE;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("mien " MIEN_VERSION);
        return EXIT_FINE;
    }
    for (enum mien_command i = 0; i < MIEN_COMMANDS; i++)
        if (!strcmp(argv[1], mien_command_name(i)))
            return run(i, argc - 1, argv + 1);
    fprintf(stderr, "mien: there is no command '%s'; `mien --help` lists them\n", argv[1]);
    return EXIT_USAGE;
}
