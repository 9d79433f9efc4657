/* Least privilege for commands that decode strangers' files. A decoder that is taken over can read
 * what was named, the program's own files and the system's libraries, write to the folders of
 * outputs, and do nothing else: no other file, no other program, no network. */
#ifndef APP_SANDBOX_H
#define APP_SANDBOX_H

#include "mien/command_line.h"
#include "mien/config.h"

/* Restricts this thread and all that it starts from now on, for good; --no-sandbox leaves it out.
 * Call it before any thread starts and before a file is decoded. A kernel that cannot do all of it
 * does what it can; a debug line says what is left out. */
void sandbox_enter(const struct mien_command_line *line, const struct mien_config *config);

#endif
