/* mien: one program, a file for each command. */
#include "commands.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "version.h"

struct command {
    const char *name, *what;
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    {"annotate", "annotate a video: boxes and emotions drawn in, and as data", command_annotate},
    {"bench", "measure how fast this machine computes", command_bench},
    {"config", "check configuration files, print the defaults", command_config},
    {"devices", "list the cameras and what they can do", command_devices},
    {"evaluate", "measure a model on a labelled data set", command_evaluate},
    {"image", "say what the faces in pictures express", command_image},
    {"kiosk", "the same on a screen in public, unattended", command_kiosk},
    {"live", "show what the faces before a camera express", command_live},
};

static void print_help(FILE *out)
{
    fputs("Usage: mien COMMAND [OPTION…]\n"
          "Says what the faces before a camera, or in a video or picture, express.\n\n",
          out);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].what);
    fputs("\n`mien COMMAND --help` tells the options of one command; `man mien` tells the rest.\n",
          out);
}

/* Help and usage errors name the command as it was typed: "mien live". */
static int run(const struct command *command, int argc, char **argv)
{
    char name[64];
    snprintf(name, sizeof name, "mien %s", command->name);
    argv[0] = name;
    argp_err_exit_status = EXIT_USAGE;
    return command->run(argc, argv);
}

int main(int argc, char **argv)
{
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
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[1], commands[i].name))
            return run(&commands[i], argc - 1, argv + 1);
    fprintf(stderr, "mien: there is no command '%s'; `mien --help` lists them\n", argv[1]);
    return EXIT_USAGE;
}
