/* The two halves of the sandbox: which files (Landlock), and which system calls (seccomp). */
#ifndef APP_SANDBOX_RULES_H
#define APP_SANDBOX_RULES_H

#include <stdbool.h>

struct files_rules; /* a ruleset in the making */

enum files_access {
    FILES_LIST,  /* the folder and all below: names, not what is in them */
    FILES_READ,  /* the file, or the folder and all below */
    FILES_WRITE, /* a folder: read, make, replace and remove below it; a file: read and write */
    FILES_DEVICE /* read, write and control it, or all below the folder */
};

/* NULL: the kernel cannot; a debug line has said so. With `network`, TCP stays allowed. */
struct files_rules *files_rules_begin(bool network);

/* A path that is not there adds nothing. */
void files_rules_allow(struct files_rules *rules, const char *path, enum files_access access);

/* Puts the rules into force for this thread and its children, and frees them. NULL is valid. */
void files_rules_enforce(struct files_rules *rules);

/* Denies starting programs, looking into other processes and changing the system, and, without
 * `network`, making sockets. */
void calls_rules_enforce(bool network);

#endif
