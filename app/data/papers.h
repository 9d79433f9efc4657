/* What is written about a recording at its end: subtitles, a summary, a chart, a report. */
#ifndef APP_PAPERS_H
#define APP_PAPERS_H

#include <stdint.h>
#include <stdio.h>

#include "mien/error.h"
#include "timeline.h"

enum paper_kind {
    PAPER_VTT,     /* WebVTT: each span as a cue */
    PAPER_SRT,     /* the same as SubRip */
    PAPER_SUMMARY, /* JSON: shares of time, changes */
    PAPER_PLOT,    /* SVG: the timeline */
    PAPER_REPORT,  /* HTML in one file: chart with values, small pictures, summary */
    PAPERS,
};

/* What papers say of the recording beside the timeline. */
struct paper_facts {
    const char *source;
    int64_t losses;
    int interrupted;
};

struct papers {
    const char *paths[PAPERS]; /* NULL: not wanted; "-": standard output. Borrowed. */
    FILE *files[PAPERS];
};

/* Opens the files (part_open), so that a wrong name is told before the work. */
int papers_open(struct papers *papers, struct mien_error *error);

/* Writes and closes them; closes only when `timeline` is NULL. Their names they get from the
 * caller (part_finish). */
int papers_close(struct papers *papers, const struct timeline *timeline,
                 const struct paper_facts *facts, struct mien_error *error);

/* The single ones. */
void put_vtt(FILE *file, const struct timeline *timeline);
void put_srt(FILE *file, const struct timeline *timeline);
void put_summary(FILE *file, const struct timeline *timeline, const struct paper_facts *facts);
void put_chart(FILE *file, const struct timeline *timeline);
void put_report(FILE *file, const struct timeline *timeline, const struct paper_facts *facts);

/* Faces in the chart and the report; others are only in the summary. */
enum { CHART_FACES_MAX = 12 };

#endif
