/* Files that are PATH.part until they are complete, so that a name stands for a whole file. */
#ifndef APP_PART_H
#define APP_PART_H

#include <stdio.h>

#include "mien/error.h"

/* Opens PATH for writing, in place; "-" is standard output, duplicated, so that closing it is
 * the same. NULL: errno tells why. */
FILE *part_open_in_place(const char *path);

/* The same beside: as PATH.part. Standard output, pipes and devices are still written in place,
 * and a link stays a link. */
FILE *part_open(const char *path);

/* PATH.part, closed, becomes PATH. Returns 0 or −errno with a message that names the file. */
int part_finish(const char *path, struct mien_error *error);

/* PATH becomes PATH.part again: it is not complete after all. */
int part_undo(const char *path, struct mien_error *error);

#endif
