#include "records.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derived.h"
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

/* Only of models whose labels have known places. */
static bool has_derived(const struct records *records)
{
    return records->columns & RECORDS_DERIVED && derived_known(records->model);
}

/* ---- JSON ---- */

static void write_json_number(FILE *file, const char *name, double value)
{
    fprintf(file, ",\"%s\":", name);
    write_number(file, value, SHARE_PLACES);
}

/* {label: probability} */
static void write_json_shares(const struct records *records, const float *probabilities)
{
    const struct mien_model_info *model = records->model;
    for (int i = 0; i < model->label_count; i++) {
        putc(i ? ',' : '{', records->file);
        write_json_string(records->file, model->labels[i]);
        putc(':', records->file);
        write_number(records->file, probabilities[i], SHARE_PLACES);
    }
    putc('}', records->file);
}

static void write_json_extras(const struct records *records, const struct mien_face *face)
{
    FILE *file = records->file;
    if (records->columns & RECORDS_RAW) {
        fputs(",\"raw\":", file);
        if (face->held)
            fputs("null", file);
        else
            write_json_shares(records, face->raw);
    }
    if (has_derived(records)) {
        struct derived derived = derived_of(records->model, face->probabilities);
        write_json_number(file, "valence", derived.valence);
        write_json_number(file, "arousal", derived.arousal);
        write_json_number(file, "disagreement", derived.disagreement);
    }
    const char *person = people_name(records->people, face->id);
    if (person) {
        fputs(",\"person\":", file);
        write_json_string(file, person);
    }
}

static void write_json_map(FILE *file, const struct occlusion_map *map)
{
    fputs(",\"occlusion\":[", file);
    for (int i = 0; i < OCCLUSION_PLACES; i++) {
        fputs(i % OCCLUSION_SIDE ? "," : i ? "],[" : "[", file);
        write_number(file, map->drop[i], SHARE_PLACES);
    }
    fputs("]]", file);
}

static void write_json(const struct records *records, const char *source, uint64_t frame,
                       double time, const struct mien_face *face, const struct occlusion_map *map)
{
    FILE *file = records->file;
    const struct mien_model_info *model = records->model;
    fprintf(file, "{\"version\":%d,", ROW_VERSION);
    if (source) {
        fputs("\"source\":", file);
        write_json_string(file, source);
        putc(',', file);
    }
    fprintf(file, "\"frame\":%llu,\"time\":", (unsigned long long)frame);
    write_number(file, time, TIME_PLACES);
    if (records->utc_ns) {
        fputs(",\"utc\":", file);
        write_utc(file, records->utc_ns);
    }
    fprintf(file, ",\"face\":%u,\"box\":[%d,%d,%d,%d],\"emotions\":", face->id, face->box.x,
            face->box.y, face->box.width, face->box.height);
    write_json_shares(records, face->probabilities);
    fputs(",\"label\":", file);
    write_json_string(file, model->labels[face->label]);
    fputs(",\"confidence\":", file);
    write_number(file, face->confidence, SHARE_PLACES);
    fprintf(file, ",\"uncertain\":%s", face->uncertain ? "true" : "false");
    write_json_extras(records, face);
    if (map)
        write_json_map(file, map);
    fputs("}\n", file);
}

/* ---- CSV (RFC 4180) ---- */

static void write_header(struct records *records, bool with_source)
{
    records->headed = true;
    fprintf(records->file, "%sframe,time,face,x,y,width,height,label,confidence,uncertain",
            with_source ? "source," : "");
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
    if (has_derived(records))
        fputs(",valence,arousal,disagreement", records->file);
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

static void write_csv_derived(const struct records *records, const struct mien_face *face)
{
    struct derived derived = derived_of(records->model, face->probabilities);
    const double values[] = {derived.valence, derived.arousal, derived.disagreement};
    for (int i = 0; i < 3; i++) {
        putc(',', records->file);
        write_number(records->file, values[i], SHARE_PLACES);
    }
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
    if (has_derived(records))
        write_csv_derived(records, face);
    if (records->people)
        putc(',', file);
    if (person)
        write_csv_cell(file, person);
}

static void write_empty_cells(const struct records *records)
{
    int labels = records->model->label_count, count = 8 + labels;
    count += (records->columns & RECORDS_RAW ? labels : 0) + (has_derived(records) ? 3 : 0);
    count += records->people != NULL;
    for (int i = 0; i < count; i++)
        putc(',', records->file);
}

static void add_csv(struct records *records, const char *source, uint64_t frame, double time,
                    const struct mien_faces *faces)
{
    if (!records->headed)
        write_header(records, source != NULL);
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

int records_start(struct records **records, struct atomic_file *file, enum records_format format,
                  const struct mien_model_info *model, struct mien_error *error)
{
    return records_on(records, atomic_file_stream(file), atomic_file_name(file), format, model,
                      error);
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
    records->columns = columns;
}

int records_close(struct records **records, struct mien_error *error)
{
    struct records *old = *records;
    if (!old)
        return 0;
    if (old->format == RECORDS_CSV && !old->headed)
        write_header(old, old->sources);
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
