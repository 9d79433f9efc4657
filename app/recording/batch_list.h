/* The recordings of a batch and the names of what becomes of each. */
#ifndef APP_BATCH_LIST_H
#define APP_BATCH_LIST_H

#include <stdint.h>
#include <sys/types.h>

#include "batch.h"
#include "files/inputs.h"
#include "mien/error.h"
#include "study.h"

enum recording_state {
    RECORDING_WAITING,
    RECORDING_RUNNING,
    RECORDING_DONE,
    RECORDING_LOSSY,
    RECORDING_FAILED,
    RECORDING_INTERRUPTED,
    RECORDING_SKIPPED, /* complete already */
};

struct recording {
    const char *in;
    struct video_job_options job; /* owns the names of its outputs; NULL: complete already */
    enum recording_state state;
    int code;
    FILE *parts[STUDY_TABLES]; /* its rows for the tables of all recordings, until they are added */
    bool failed;               /* an error was said, not only warnings */
    char why[1100];            /* what was said last */
    int64_t size;              /* bytes */
    int64_t started_ns;
    double seconds;
    /* while it runs */
    pid_t process;
    int talk; /* reads what it says */
    char line[1100];
    size_t line_length;
};

struct recordings {
    struct inputs inputs;
    struct recording *list; /* one for each */
    int count;
};

/* Finds the recordings. To be freed in any case. Returns 0 or −errno. */
int recordings_find(struct recordings *recordings, const struct batch_options *options,
                    struct mien_error *error);

/* Names the outputs of those found; refuses what would clash or be overwritten. Returns 0 or
 * −errno. */
int recordings_name(struct recordings *recordings, const struct batch_options *options,
                    struct mien_error *error);

/* Makes the folders of the outputs that are missing. Returns 0 or −errno. */
int recordings_make_folders(const struct batch_options *options, struct mien_error *error);

void recordings_free(struct recordings *recordings);

#endif
