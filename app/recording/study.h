/* One table of all recordings of a batch: each recording's process writes rows to a file of its
 * own, which are put together in the order of the recordings, whatever ends first. */
#ifndef APP_STUDY_H
#define APP_STUDY_H

#include <stdbool.h>
#include <stdio.h>

#include "files/atomic_file.h"
#include "mien/error.h"

enum study_table { STUDY_FRAMES, STUDY_SUMMARY, STUDY_TABLES };

struct study {
    const char *paths[STUDY_TABLES]; /* NULL: not wanted. Borrowed. */
    struct atomic_files files;
    struct atomic_file *tables[STUDY_TABLES];
    bool headed[STUDY_TABLES];
};

/* Opens the tables that have a path. Returns 0 or −errno. */
int study_open(struct study *study, struct mien_error *error);

/* Files for the rows of a recording, of the tables that are wanted; the others stay NULL. Returns 0
 * or −errno. */
int study_start(const struct study *study, FILE *parts[STUDY_TABLES], struct mien_error *error);

/* Adds the rows of a recording, each with the names of recording and participant before it, and
 * closes the files, which may be NULL. Call it in the order of the recordings. */
void study_add(struct study *study, const char *recording, FILE *parts[STUDY_TABLES]);

/* Gives the tables their names where they are `complete`, else leaves them as .part files. Returns
 * 0 or −errno. */
int study_close(struct study *study, bool complete, struct mien_error *error);

#endif
