/* The work of `mien annotate`: decode, recognise, draw and encode at the same time. */
#ifndef APP_VIDEO_JOB_H
#define APP_VIDEO_JOB_H

#include <stdbool.h>
#include <stdio.h>

#include "choice.h"
#include "data/exports.h"
#include "mien/recogniser.h"
#include "video/video.h"

/* Outputs are NULL where not wanted, "-" for standard output. */
struct video_job_options {
    const char *in, *video, *jsonl, *csv, *exports[EXPORT_KINDS];
    struct mien_reader_options reading;
    const char *people;          /* a file of names of faces; NULL: none */
    FILE *table, *table_summary; /* for rows of several recordings; borrowed */
    struct mien_selection selection;
    struct choice choice;
    double min_seconds; /* faces shown less are left out of all but the video */
    struct mien_writer_options encoding;
    struct mien_recogniser_options recogniser;
    bool quiet;
    bool resumable;   /* what is interrupted keeps its .part names also where nothing is replaced */
    bool timing;      /* say at the end where the time went */
    unsigned columns; /* of enum records_columns */
    bool bars, blur;  /* as in struct overlay_style */
    bool copy;        /* the video's packets, with marks beside them */
};

/* Says what happens on stderr. SIGINT and SIGTERM end it with complete files.
 * Returns an exit code (common/exit_code.h), or 128 + the signal. */
int video_job_run(const struct video_job_options *options);

#endif
