#include "commands.h"

#include <stdio.h>

int command_evaluate(int argc, char **argv)
{
    (void)argc;
    fprintf(stderr, "%s: not in this build yet\n", argv[0]);
    return EXIT_USAGE;
}
