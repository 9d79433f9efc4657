/* Files that are PATH.part until they are complete, so that a name stands for a whole file. */
#ifndef APP_ATOMIC_FILE_H
#define APP_ATOMIC_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "mien/error.h"

/* Opens PATH for writing, in place; "-" is standard output, duplicated, so that closing it is
 * the same. NULL: errno tells why. */
FILE *atomic_file_open_in_place(const char *path);

/* The same beside: as PATH.part. Standard output, pipes and devices are still written in place,
 * and a link stays a link. */
FILE *atomic_file_open(const char *path);

/* Whether PATH is written beside. */
bool atomic_file_is_beside(const char *path);

/* A new version of a PATH.part that exists: until part_replace, which closes it, the old one stays
 * as it is. Only where part_is_beside. NULL: errno tells why. */
FILE *atomic_file_rewrite(const char *path);

/* Returns 0 or −errno; then the old version stays. */
int atomic_file_replace(const char *path, FILE *file, struct mien_error *error);

/* PATH.part, closed, becomes PATH. Returns 0 or −errno with a message that names the file. */
int atomic_file_finish(const char *path, struct mien_error *error);

/* PATH.part, closed, goes, and PATH stays as it was. */
void atomic_file_remove(const char *path);

#endif
