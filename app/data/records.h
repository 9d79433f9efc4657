/* Data out: JSON Lines and CSV, one row a face a frame (docs in mien(1) and the README). */
#ifndef APP_RECORDS_H
#define APP_RECORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "files/atomic_file.h"
#include "mien/error.h"
#include "mien/model.h"
#include "mien/recogniser.h"

struct records;

enum records_format { RECORDS_JSONL, RECORDS_CSV };

/* Rows in place, for what reads them as they come. `path` "-" is standard output. Returns 0 or
 * −errno with a message that names the file. */
int records_open(struct records **records, const char *path, enum records_format format,
                 const struct mien_model_info *model, struct mien_error *error);

/* Rows into a new one of `files`, which the caller gives its name when the records are closed; none
 * where `path` is NULL. */
int records_start(struct records **records, struct atomic_files *files, const char *path,
                  enum records_format format, const struct mien_model_info *model,
                  struct mien_error *error);

/* Rows into `file`, which stays the caller's; `name` is for messages. */
int records_on(struct records **records, FILE *file, const char *name, enum records_format format,
               const struct mien_model_info *model, struct mien_error *error);

/* Rows to come are of another model, which has to outlive them. */
void records_use(struct records *records, const struct mien_model_info *model);

/* Rows to come were seen at this time (ns since 1970, UTC), and JSON Lines say so; 0: they do not,
 * as for recordings. */
void records_stamp(struct records *records, int64_t utc_ns);

/* Writes and flushes the rows of one frame. `source` (may be NULL) names the file in each row, for
 * commands that read several. */
int records_add(struct records *records, const char *source, uint64_t frame, double time,
                const struct mien_faces *faces, struct mien_error *error);

/* One row of JSON Lines as text, for who sends it elsewhere. */
void records_put_json(FILE *file, const struct mien_model_info *model, uint64_t frame, double time,
                      int64_t utc_ns, const struct mien_face *face);

/* What rows have beside the usual. */
enum records_columns {
    RECORDS_RAW = 1,     /* probabilities before smoothing */
    RECORDS_DERIVED = 2, /* valence, arousal, disagreement; only of models whose labels are known */
    RECORDS_QUALITY = 4, /* how well the face can be read */
};

/* To be called before the first row. */
void records_add_columns(struct records *records, unsigned columns);

/* JSON rows of the next records_add have the maps of their faces, in their order; NULL: none. */
struct occlusion_map;
void records_explain(struct records *records, const struct occlusion_map *maps);

/* Rows say who their face is: the last column. `people` has to outlive them. */
struct people;
void records_name_people(struct records *records, const struct people *people);

/* Rows to come name their source: the header says so even if none comes. */
void records_name_sources(struct records *records);

/* Closes; an error here means that the last rows are not safe. Sets NULL. */
int records_close(struct records **records, struct mien_error *error);

/* The same where the work did not begin: writes nothing more. */
void records_abandon(struct records **records);

#endif
