/* What each command says of itself; private to config/. */
#ifndef CONFIG_COMMANDS_H
#define CONFIG_COMMANDS_H

#include "mien/command_line.h"

struct command_text {
    const char *name, *summary;
    const char *arguments; /* what stands outside options, "FILE…"; NULL: nothing */
    const char *hint;      /* for an argument that is one too many; NULL: none */
    const char *what;      /* a sentence or two at the top of --help */
    const char *notes; /* paragraphs at its end; a line that begins with a space is not broken */
};

extern const struct command_text command_texts[MIEN_COMMANDS];

#endif
