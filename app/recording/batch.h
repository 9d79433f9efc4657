/* `mien annotate` with many recordings: each in a process of its own, so that none can harm
 * another. */
#ifndef APP_BATCH_H
#define APP_BATCH_H

#include <stdbool.h>

#include "video_job.h"

enum { BATCH_JOBS_MAX = 256 };

/* The outputs of `job` name folders; files only where the one input is a recording. */
struct batch_options {
    const struct video_job_options *job;
    char **inputs; /* recordings, folders of them, patterns */
    int input_count;
    const char *table, *table_summary; /* files for the rows of all recordings; NULL: not wanted */
    int jobs;                          /* recordings at a time */
    bool resume, overwrite;
};

/* Says on stderr what becomes of each. Returns the worst exit code: interrupted (128 + signal)
 * before 1, 1 before 2, 2 before 3, 3 before 0. Call it before any thread starts. */
int batch_annotate(const struct batch_options *options);

#endif
