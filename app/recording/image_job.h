/* The work of `mien image`: pictures in; words, rows of data and annotated pictures out. */
#ifndef APP_IMAGE_JOB_H
#define APP_IMAGE_JOB_H

#include <stdbool.h>

#include "mien/recogniser.h"

/* Outputs are NULL where not wanted, "-" for standard output. */
struct image_job_options {
    char **inputs; /* pictures, folders of them, patterns */
    int input_count;
    const char *out; /* a picture, or a folder for any number of them */
    const char *jsonl, *csv;
    struct mien_recogniser_options recogniser;
    int jobs; /* pictures at a time, at least 1; what is written stays in the order of the inputs */
    bool overwrite, quiet;
    bool bars, blur; /* as in struct overlay_style */
    bool quality;    /* rows say how well each face can be read */
    bool explain;    /* where the network looked: in the pictures and the JSON rows */
};

/* Says on stdout what each face expresses, unless that takes an output, and on stderr what cannot
 * be used; the others are done all the same. SIGINT and SIGTERM end it with complete files.
 * Returns an exit code (common/exit_code.h), or 128 + the signal. */
int image_job_run(const struct image_job_options *options);

#endif
