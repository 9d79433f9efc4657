/* The recogniser on two threads, each at its own pace with the newest it can get: one detects faces
 * in the pictures offered, the other classifies what they express. Boxes follow their faces however
 * slow the network is. */
#ifndef APP_ANALYSIS_H
#define APP_ANALYSIS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/frame.h"
#include "mien/error.h"
#include "mien/recogniser.h"
#include "sinks/rows.h"

struct analysis;

/* What was last seen. */
struct analysis_result {
    struct mien_faces faces; /* places as last found, emotions as last read */
    uint64_t analysed;   /* pictures in which faces were looked for so far; 0: nothing seen yet */
    uint64_t classified; /* of these, pictures whose faces were read */
    uint64_t changes;    /* grows with both */
    uint64_t number;     /* of the picture whose places these are, as in its frame */
    double time;         /* of the picture looked at, as in its frame */
    int64_t captured_ns; /* likewise */
};

/* Starts the threads, which have `recogniser` and `rows` (may be NULL: the faces of each picture
 * read are written to it) to themselves until analysis_stop. Returns 0, -ENOMEM or -EAGAIN. */
int analysis_start(struct analysis **analysis, struct mien_recogniser *recogniser,
                   struct rows *rows, struct mien_error *error);

/* Looks with another recogniser from the next picture on, which numbers faces on; returns the one
 * used so far, which is the caller's again. Waits for the look in progress. */
struct mien_recogniser *analysis_use(struct analysis *analysis, struct mien_recogniser *recogniser);

/* Another model has other labels: what the faces express is forgotten. Where they are is still
 * known, and may have to be covered. */
void analysis_forget_emotions(struct mien_faces *faces);

/* Ends after the look in progress; frees and sets NULL. NULL is fine. */
void analysis_stop(struct analysis **analysis);

/* Copies the gray picture for the thread; never waits for it. One thread. Returns 0 or -ENOMEM,
 * or, with its message, the error at which a thread gave up. */
int analysis_offer(struct analysis *analysis, const struct mien_frame *frame,
                   struct mien_error *error);

/* Waits until the faces of the picture of this number, or of a later one, are known, or a thread
 * gave up, or for `timeout_ms`. Any thread. */
void analysis_wait(struct analysis *analysis, uint64_t number, int timeout_ms);

/* Whether pictures to come are searched as a whole, each: so that no face is seen before it is
 * known, where faces are covered. Any thread. */
void analysis_search_whole(struct analysis *analysis, bool whole);

/* Copies the newest result; true when *result was of an earlier picture. *result starts as zeros
 * and ends with mien_faces_free of its faces. Without memory it stays as it is. Any thread. */
bool analysis_latest(struct analysis *analysis, struct analysis_result *result);

/* Pictures that were replaced by newer ones before they could be looked at, and before the faces
 * found in them could be read. */
uint64_t analysis_skipped(struct analysis *analysis);
uint64_t analysis_unclassified(struct analysis *analysis);

#endif
