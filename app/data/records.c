#include "records.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derived.h"
#include "json.h"
#include "occlusion_map.h"
#include "people.h"
#include "write.h"

struct records {
    FILE *file;
    char *path;
    enum records_format format;
    const struct mien_model_info *model;
    bool headed;                      /* CSV: the header row is written */
    bool sources;                     /* it has a column for them */
    unsigned columns;                 /* of enum records_columns */
    const struct people *people;      /* NULL: rows do not say who it is */
    bool owned;                       /* the file */
    int64_t utc_ns;                   /* of the rows to come; 0: not to be told */
    const struct occlusion_map *maps; /* of the faces of the next rows; NULL: none */
};

/* The version is that of docs/rows.schema.json. */
enum { ROW_VERSION = 2, TIME_PLACES = 6, SHARE_PLACES = 4, LABEL_BYTES = 256 };

enum { DERIVED = 3, QUALITY = 5 }; /* numbers of columns */

/* ---- JSON ---- */

/* {label: probability} */
static void write_json_shares(const struct records *records, struct json *json, const char *name,
                              const float *probabilities)
{
    json_open(json, name, '{');
    for (int i = 0; i < records->model->label_count; i++)
        json_number(json, records->model->labels[i], probabilities[i], SHARE_PLACES);
    json_close(json, '}');
}

static void write_json_derived(const struct records *records, struct json *json,
                               const struct mien_face *face)
{
    struct derived derived = derived_of(records->model, face->probabilities);
    json_number(json, "valence", derived.valence, SHARE_PLACES);
    json_number(json, "arousal", derived.arousal, SHARE_PLACES);
    json_number(json, "disagreement", derived.disagreement, SHARE_PLACES);
}

static void write_json_quality(struct json *json, const struct mien_face *face)
{
    const struct mien_quality *quality = &face->quality;
    if (face->held) {
        json_null(json, "quality");
        return;
    }
    json_open(json, "quality", '{');
    json_number(json, "score", quality->score, SHARE_PLACES);
    json_number(json, "tilt", quality->tilt, SHARE_PLACES);
    json_number(json, "sharpness", quality->sharpness, SHARE_PLACES);
    json_number(json, "brightness", quality->brightness, SHARE_PLACES);
    json_bool(json, "cut", quality->cut);
    json_close(json, '}');
}

static void write_json_extras(const struct records *records, struct json *json,
                              const struct mien_face *face)
{
    const char *person = people_name(records->people, face->id);
    if (records->columns & RECORDS_RAW && face->held)
        json_null(json, "raw");
    else if (records->columns & RECORDS_RAW)
        write_json_shares(records, json, "raw", face->raw);
    if (records->columns & RECORDS_DERIVED)
        write_json_derived(records, json, face);
    if (records->columns & RECORDS_QUALITY)
        write_json_quality(json, face);
    if (person)
        json_text(json, "person", person);
}

static void write_json_map(struct json *json, const struct occlusion_map *map)
{
    json_open(json, "occlusion", '[');
    for (int y = 0; y < OCCLUSION_SIDE; y++) {
        json_open(json, NULL, '[');
        for (int x = 0; x < OCCLUSION_SIDE; x++)
            json_number(json, NULL, map->drop[y * OCCLUSION_SIDE + x], SHARE_PLACES);
        json_close(json, ']');
    }
    json_close(json, ']');
}

static void write_json_box(struct json *json, const struct mien_box *box)
{
    json_open(json, "box", '[');
    json_count(json, NULL, box->x);
    json_count(json, NULL, box->y);
    json_count(json, NULL, box->width);
    json_count(json, NULL, box->height);
    json_close(json, ']');
}

static void write_json(const struct records *records, const char *source, uint64_t frame,
                       double time, const struct mien_face *face, const struct occlusion_map *map)
{
    struct json json = {.file = records->file};
    json_open(&json, NULL, '{');
    json_count(&json, "version", ROW_VERSION);
    if (source)
        json_text(&json, "source", source);
    json_count(&json, "frame", (long long)frame);
    json_number(&json, "time", time, TIME_PLACES);
    if (records->utc_ns)
        json_utc(&json, "utc", records->utc_ns);
    json_count(&json, "face", face->id);
    write_json_box(&json, &face->box);
    write_json_shares(records, &json, "emotions", face->probabilities);
    json_text(&json, "label", records->model->labels[face->label]);
    json_number(&json, "confidence", face->confidence, SHARE_PLACES);
    json_bool(&json, "uncertain", face->uncertain);
    write_json_extras(records, &json, face);
    if (map)
        write_json_map(&json, map);
    json_close(&json, '}');
    putc('\n', records->file);
}

/* ---- CSV (RFC 4180) ---- */

static void write_header(struct records *records)
{
    records->headed = true;
    fprintf(records->file, "%sframe,time,face,x,y,width,height,label,confidence,uncertain",
            records->sources ? "source," : "");
    for (int i = 0; i < records->model->label_count; i++) {
        putc(',', records->file);
        write_csv_cell(records->file, records->model->labels[i]);
    }
    for (int i = 0; i < records->model->label_count && records->columns & RECORDS_RAW; i++) {
        char name[LABEL_BYTES];
        snprintf(name, sizeof name, "raw_%s", records->model->labels[i]);
        putc(',', records->file);
        write_csv_cell(records->file, name);
    }
    if (records->columns & RECORDS_DERIVED)
        fputs(",valence,arousal,disagreement", records->file);
    if (records->columns & RECORDS_QUALITY)
        fputs(",score,tilt,sharpness,brightness,cut", records->file);
    fputs(records->people ? ",person\r\n" : "\r\n", records->file);
}

static void write_csv_start(const struct records *records, const char *source, uint64_t frame,
                            double time)
{
    if (source) {
        write_csv_cell(records->file, source);
        putc(',', records->file);
    }
    fprintf(records->file, "%llu,", (unsigned long long)frame);
    write_number(records->file, time, TIME_PLACES);
}

static void write_csv(const struct records *records, const struct mien_face *face)
{
    FILE *file = records->file;
    fprintf(file, ",%u,%d,%d,%d,%d,", face->id, face->box.x, face->box.y, face->box.width,
            face->box.height);
    write_csv_cell(file, records->model->labels[face->label]);
    putc(',', file);
    write_number(file, face->confidence, SHARE_PLACES);
    fprintf(file, ",%d", face->uncertain ? 1 : 0);
    for (int i = 0; i < records->model->label_count; i++) {
        putc(',', file);
        write_number(file, face->probabilities[i], SHARE_PLACES);
    }
}

/* Empty where they are not known. */
static void write_csv_values(FILE *file, const double *values, int count, bool known)
{
    for (int i = 0; i < count; i++) {
        putc(',', file);
        if (known)
            write_number(file, values[i], SHARE_PLACES);
    }
}

static void write_csv_derived(const struct records *records, const struct mien_face *face)
{
    struct derived derived = derived_of(records->model, face->probabilities);
    const double values[DERIVED] = {derived.valence, derived.arousal, derived.disagreement};
    write_csv_values(records->file, values, DERIVED, true);
}

static void write_csv_quality(const struct records *records, const struct mien_face *face)
{
    const struct mien_quality *quality = &face->quality;
    const double values[QUALITY] = {quality->score, quality->tilt, quality->sharpness,
                                    quality->brightness, quality->cut};
    write_csv_values(records->file, values, QUALITY, !face->held);
}

static void write_csv_extras(const struct records *records, const struct mien_face *face)
{
    FILE *file = records->file;
    const char *person = people_name(records->people, face->id);
    for (int i = 0; i < records->model->label_count && records->columns & RECORDS_RAW; i++) {
        putc(',', file);
        if (!face->held)
            write_number(file, face->raw[i], SHARE_PLACES);
    }
    if (records->columns & RECORDS_DERIVED)
        write_csv_derived(records, face);
    if (records->columns & RECORDS_QUALITY)
        write_csv_quality(records, face);
    if (records->people)
        putc(',', file);
    if (person)
        write_csv_cell(file, person);
}

static void write_empty_cells(const struct records *records)
{
    int labels = records->model->label_count, count = 8 + labels;
    count += (records->columns & RECORDS_RAW ? labels : 0) +
             (records->columns & RECORDS_DERIVED ? DERIVED : 0) +
             (records->columns & RECORDS_QUALITY ? QUALITY : 0);
    count += records->people != NULL;
    for (int i = 0; i < count; i++)
        putc(',', records->file);
}

static void add_csv(struct records *records, const char *source, uint64_t frame, double time,
                    const struct mien_faces *faces)
{
    records->sources |= source != NULL;
    if (!records->headed)
        write_header(records);
    for (int i = 0; i < faces->count || i == 0; i++) {
        write_csv_start(records, source, frame, time);
        if (faces->count) {
            write_csv(records, &faces->list[i]);
            write_csv_extras(records, &faces->list[i]);
        } else {
            write_empty_cells(records);
        }
        fputs("\r\n", records->file);
    }
}

/* ---- files ---- */

static int fail(const struct records *records, int code, struct mien_error *error)
{
    return mien_error_set(error, code, "%s: %s", records->path, strerror(code));
}

static int make_records(struct records **records, const char *name, enum records_format format,
                        const struct mien_model_info *model, struct mien_error *error)
{
    struct records *made = calloc(1, sizeof *made);
    char *path = strdup(name);
    if (!made || !path) {
        free(made);
        free(path);
        return mien_error_set(error, ENOMEM, "%s: no memory to write it", name);
    }
    *made = (struct records){.path = path, .format = format, .model = model};
    *records = made;
    return 0;
}

static void free_records(struct records **records)
{
    free((*records)->path);
    free(*records);
    *records = NULL;
}

int records_open(struct records **records, const char *path, enum records_format format,
                 const struct mien_model_info *model, struct mien_error *error)
{
    struct records *made = NULL;
    const char *name = strcmp(path, "-") ? path : "standard output";
    if (make_records(&made, name, format, model, error))
        return -ENOMEM;
    made->owned = true;
    made->file = open_in_place(path);
    if (!made->file) {
        int result = fail(made, errno, error);
        free_records(&made);
        return result;
    }
    *records = made;
    return 0;
}

void records_put_json(FILE *file, const struct mien_model_info *model, uint64_t frame, double time,
                      int64_t utc_ns, const struct mien_face *face)
{
    struct records row = {.file = file, .model = model, .utc_ns = utc_ns};
    write_json(&row, NULL, frame, time, face, NULL);
}

int records_on(struct records **records, FILE *file, const char *name, enum records_format format,
               const struct mien_model_info *model, struct mien_error *error)
{
    int result = make_records(records, name, format, model, error);
    if (!result)
        (*records)->file = file;
    return result;
}

int records_start(struct records **records, struct atomic_files *files, const char *path,
                  enum records_format format, const struct mien_model_info *model,
                  struct mien_error *error)
{
    struct atomic_file *file = NULL;
    int result = path ? atomic_files_open(files, &file, path, error) : 0;
    return result || !path ? result
                           : records_on(records, atomic_file_stream(file), atomic_file_name(file),
                                        format, model, error);
}

void records_use(struct records *records, const struct mien_model_info *model)
{
    records->model = model;
}

void records_stamp(struct records *records, int64_t utc_ns)
{
    records->utc_ns = utc_ns;
}

int records_add(struct records *records, const char *source, uint64_t frame, double time,
                const struct mien_faces *faces, struct mien_error *error)
{
    if (records->format == RECORDS_CSV)
        add_csv(records, source, frame, time, faces);
    else
        for (int i = 0; i < faces->count; i++)
            write_json(records, source, frame, time, &faces->list[i],
                       records->maps ? &records->maps[i] : NULL);
    if (fflush(records->file) || ferror(records->file))
        return fail(records, errno ? errno : EIO, error);
    return 0;
}

void records_explain(struct records *records, const struct occlusion_map *maps)
{
    records->maps = maps;
}

void records_name_people(struct records *records, const struct people *people)
{
    records->people = people;
}

void records_name_sources(struct records *records)
{
    records->sources = true;
}

void records_add_columns(struct records *records, unsigned columns)
{
    if (!derived_known(records->model))
        columns &= ~(unsigned)RECORDS_DERIVED;
    records->columns = columns;
}

int records_close(struct records **records, struct mien_error *error)
{
    struct records *old = *records;
    if (!old)
        return 0;
    if (old->format == RECORDS_CSV && !old->headed)
        write_header(old);
    errno = 0;
    bool broken = ferror(old->file) || fflush(old->file);
    if (old->owned)
        broken |= fclose(old->file) != 0;
    int result = broken ? fail(old, errno ? errno : EIO, error) : 0;
    free_records(records);
    return result;
}

void records_abandon(struct records **records)
{
    struct records *old = *records;
    if (!old)
        return;
    if (old->owned)
        fclose(old->file);
    free_records(records);
}
