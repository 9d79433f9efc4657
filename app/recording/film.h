/* The work of `mien annotate`: decode, recognise, draw and encode at the same time. */
#ifndef APP_FILM_H
#define APP_FILM_H

#include <stdbool.h>

#include "data/papers.h"
#include "video/video.h"
#include "recognise/recogniser.h"

/* Outputs are NULL where not wanted, "-" for standard output. */
struct film_options {
    const char *in, *video, *jsonl, *csv, *papers[PAPERS];
    struct mien_writer_options encoding;
    struct recogniser_options looks;
    bool quiet;
    bool resumable;  /* what is interrupted keeps its .part names */
    bool timing;     /* say at the end where the time went */
    bool bars, blur; /* as in struct overlay_style */
};

/* Says what happens on stderr. SIGINT and SIGTERM end it with complete files.
 * Returns an exit code of commands.h, or 128 + the signal. */
int film_annotate(const struct film_options *options);

#endif
