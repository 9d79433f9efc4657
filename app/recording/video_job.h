/* The work of `mien annotate`: decode, recognise, draw and encode at the same time. */
#ifndef APP_VIDEO_JOB_H
#define APP_VIDEO_JOB_H

#include <stdbool.h>

#include "data/exports.h"
#include "mien/recogniser.h"
#include "video/video.h"

/* Outputs are NULL where not wanted, "-" for standard output. */
struct video_job_options {
    const char *in, *video, *jsonl, *csv, *exports[EXPORT_KINDS];
    struct mien_selection selection;
    struct mien_writer_options encoding;
    struct mien_recogniser_options recogniser;
    bool quiet;
    bool resumable;   /* what is interrupted keeps its .part names also where nothing is replaced */
    bool timing;      /* say at the end where the time went */
    unsigned columns; /* of enum records_columns */
    bool bars, blur;  /* as in struct overlay_style */
};

/* Says what happens on stderr. SIGINT and SIGTERM end it with complete files.
 * Returns an exit code (common/exit_code.h), or 128 + the signal. */
int video_job_run(const struct video_job_options *options);

#endif
