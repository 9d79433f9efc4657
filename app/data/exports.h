/* What is written about a recording as a whole: subtitles, a summary, a chart, a report. */
#ifndef APP_EXPORTS_H
#define APP_EXPORTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "files/atomic_file.h"
#include "mien/error.h"
#include "timeline.h"

enum export_kind {
    EXPORT_VTT,      /* WebVTT: each span as a cue */
    EXPORT_SRT,      /* the same as SubRip */
    EXPORT_SUMMARY,  /* JSON: shares of time, changes */
    EXPORT_PLOT,     /* SVG: the timeline */
    EXPORT_REPORT,   /* HTML in one file: chart with values, small pictures, summary */
    EXPORT_EAF,      /* ELAN: a tier for each face */
    EXPORT_TEXTGRID, /* the same for Praat */
    EXPORT_BORIS,    /* a project of BORIS */
    EXPORT_ANVIL,    /* tracks for Anvil */
    EXPORT_EDL,      /* markers for video editors */
    EXPORT_KINDS,
};

/* What exports say of the recording beside the timeline. */
struct export_facts {
    const char *source;
    double fps; /* 0: unknown */
    int64_t losses;
    int64_t jumps; /* in its times, which were mended */
    bool interrupted;
};

/* How far subtitles were written. */
struct cues {
    bool begun;
    size_t next; /* span */
    int number;  /* of the last cue */
};

struct exports {
    const char *paths[EXPORT_KINDS];         /* NULL: not wanted; "-": standard output. Borrowed. */
    struct atomic_file *files[EXPORT_KINDS]; /* NULL: not open. Borrowed of the set. */
    struct cues cues[EXPORT_KINDS];          /* of subtitles that go there */
    int64_t due_ns;                          /* when files are written anew, CLOCK_MONOTONIC */
};

/* Opens the files, so that a wrong name is told before the work. */
int exports_open(struct exports *exports, struct atomic_files *files, struct mien_error *error);

/* Faces that are not shown long enough (timeline_keeps) are left out. To be called after each
 * frame. Files are written anew under their .part names, whole at any moment, about once a second,
 * or less often where that would take more than a fiftieth of the time; what cannot be written is
 * left for exports_close to tell. What is in place (pipes, devices) gets the subtitles that have
 * ended, or all at the end where short faces are left out. */
void exports_refresh(struct exports *exports, const struct timeline *timeline,
                     const struct export_facts *facts);

/* Writes them for good; their names they get from the caller. Returns 0 or −errno; what could be
 * written before is then kept. */
int exports_close(struct exports *exports, const struct timeline *timeline,
                  const struct export_facts *facts, struct mien_error *error);

/* ---- the single ones ---- */

/* WebVTT or SubRip: the cues that were not written yet, in the order of their starts; of spans
 * that may still grow, and those after, only when `all`. */
void write_cues(FILE *file, enum export_kind kind, const struct timeline *timeline,
                struct cues *cues, bool all);
void write_summary(FILE *file, const struct timeline *timeline, const struct export_facts *facts);
void write_chart(FILE *file, const struct timeline *timeline);
void write_eaf(FILE *file, const struct timeline *timeline, const struct export_facts *facts);
void write_text_grid(FILE *file, const struct timeline *timeline);
void write_boris(FILE *file, const struct timeline *timeline, const struct export_facts *facts);
void write_anvil(FILE *file, const struct timeline *timeline, const struct export_facts *facts);
void write_edl(FILE *file, const struct timeline *timeline, const struct export_facts *facts);
void write_report(FILE *file, const struct timeline *timeline, const struct export_facts *facts);

/* Faces in the chart and the report; others are only in the summary. */
enum { CHART_FACES_MAX = 12 };

#endif
