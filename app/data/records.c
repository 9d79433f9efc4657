#include "records.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "write.h"

struct records {
    FILE *file;
    char *path;
    enum records_format format;
    const struct mien_model_info *model;
    bool headed;  /* CSV: the header row is written */
    bool sources; /* it has a column for them */
    bool owned;   /* the file */
};

enum { ROW_VERSION = 1, /* of docs/rows.schema.json */ TIME_PLACES = 6, SHARE_PLACES = 4 };

/* ---- JSON ---- */

static void write_json(const struct records *records, const char *source, uint64_t frame,
                       double time, const struct mien_face *face)
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
    fprintf(file, ",\"face\":%u,\"box\":[%d,%d,%d,%d],\"emotions\":{", face->id, face->box.x,
            face->box.y, face->box.width, face->box.height);
    for (int i = 0; i < model->label_count; i++) {
        fputs(i ? "," : "", file);
        write_json_string(file, model->labels[i]);
        putc(':', file);
        write_number(file, face->probabilities[i], SHARE_PLACES);
    }
    fputs("},\"label\":", file);
    write_json_string(file, model->labels[face->label]);
    fputs(",\"confidence\":", file);
    write_number(file, face->confidence, SHARE_PLACES);
    fprintf(file, ",\"uncertain\":%s}\n", face->uncertain ? "true" : "false");
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
    fputs("\r\n", records->file);
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

static void write_empty_cells(const struct records *records)
{
    for (int i = 0; i < 8 + records->model->label_count; i++)
        putc(',', records->file);
}

static void add_csv(struct records *records, const char *source, uint64_t frame, double time,
                    const struct mien_faces *faces)
{
    if (!records->headed)
        write_header(records, source != NULL);
    for (int i = 0; i < faces->count || i == 0; i++) {
        write_csv_start(records, source, frame, time);
        if (faces->count)
            write_csv(records, &faces->list[i]);
        else
            write_empty_cells(records);
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

int records_start(struct records **records, struct atomic_file *file, enum records_format format,
                  const struct mien_model_info *model, struct mien_error *error)
{
    int result = make_records(records, atomic_file_name(file), format, model, error);
    if (!result)
        (*records)->file = atomic_file_stream(file);
    return result;
}

void records_use(struct records *records, const struct mien_model_info *model)
{
    records->model = model;
}

int records_add(struct records *records, const char *source, uint64_t frame, double time,
                const struct mien_faces *faces, struct mien_error *error)
{
    if (records->format == RECORDS_CSV)
        add_csv(records, source, frame, time, faces);
    else
        for (int i = 0; i < faces->count; i++)
            write_json(records, source, frame, time, &faces->list[i]);
    if (fflush(records->file) || ferror(records->file))
        return fail(records, errno ? errno : EIO, error);
    return 0;
}

void records_name_sources(struct records *records)
{
    records->sources = true;
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
