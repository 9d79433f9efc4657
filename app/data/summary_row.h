/* A recording as one row of a table of recordings (CSV). */
#ifndef APP_SUMMARY_ROW_H
#define APP_SUMMARY_ROW_H

#include "exports.h"

/* The row of names, and the row; both with their line ends. */
void write_summary_names(FILE *file, const struct mien_model_info *model);
void write_summary_row(FILE *file, const struct timeline *timeline,
                       const struct export_facts *facts);

#endif
