/* Output files that get their names only when they are complete, all of a run together.
 *
 * Until then each is NAME.RANDOM.part in the folder of its name: a new file that nobody can guess,
 * so that no file, link or pipe that is there already is written to. What a power cut or a killed
 * run leaves behind is known by that ending. */
#ifndef APP_ATOMIC_FILE_H
#define APP_ATOMIC_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "mien/error.h"

/* One output. Standard output ("-"), pipes and devices are written in place, since a rename would
 * replace them. A link to a file stays a link; one to nothing is replaced by the file. */
struct atomic_file;

enum { ATOMIC_FILES_MAX = 16 };

/* The outputs of a run, or of a step of it; zeroed to begin with. */
struct atomic_files {
    struct atomic_file *list[ATOMIC_FILES_MAX];
    int count;
};

/* Starts an output; the new file has the mode of the one that it will replace. *file belongs to
 * the set. Returns 0 or −errno with a message that names `path`. */
int atomic_files_open(struct atomic_files *files, struct atomic_file **file, const char *path,
                      struct mien_error *error);

/* The name that the caller gave. */
const char *atomic_file_name(const struct atomic_file *file);

/* Where it is written meanwhile; NULL: in place. */
const char *atomic_file_part(const struct atomic_file *file);

/* To write to; either, not both. They are closed with the set. */
int atomic_file_descriptor(const struct atomic_file *file);
FILE *atomic_file_stream(const struct atomic_file *file);

/* A new version of what is not in place: until atomic_file_replace, which closes `stream`, the old
 * one stays whole. NULL: errno says why. */
FILE *atomic_file_rewrite(struct atomic_file *file);
int atomic_file_replace(struct atomic_file *file, FILE *stream, struct mien_error *error);

/* Whether a file of the name of one of them was there before. */
bool atomic_files_replace_any(const struct atomic_files *files);

/* All are complete: brings them to the disk, gives them their names, closes them and empties the
 * set. A name that another program took meanwhile is an error. After an error none has its name,
 * and they are to be kept or discarded; where the file system cannot take a name back, the message
 * says which stand. Returns 0 or −errno. */
int atomic_files_commit(struct atomic_files *files, struct mien_error *error);

/* They are not complete: leaves what was written under their .part names, and says so. Closes them
 * and empties the set. */
void atomic_files_keep(struct atomic_files *files);

/* They are not wanted: the same, but removes them. */
void atomic_files_discard(struct atomic_files *files);

/* Opens PATH, or a duplicate of standard output ("-"), to be written in place: for what others read
 * as it grows. NULL: errno says why. */
FILE *open_in_place(const char *path);

#endif
