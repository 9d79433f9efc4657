#include "row_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ---- */

static int write_row(const struct row_list *rows, const struct row *row, struct mien_error *error)
{
    int result = 0;
    for (int i = 0; i < ROWS_TABLES && !result; i++)
        if (rows->tables[i])
            result =
                records_add(rows->tables[i], row->file, row->frame, row->time, &row->faces, error);
    return result;
}

/* ---- holding back ---- */

/* Whether it is known if the face is kept. */
static bool is_decided(const struct row_list *rows, uint32_t id)
{
    const struct timeline_face *face = timeline_face_of(rows->timeline, id);
    return face && (timeline_keeps(rows->timeline, face) ||
                    face->last + rows->patience < rows->timeline->end);
}

static bool is_ready(const struct row_list *rows, const struct row *row)
{
    for (int i = 0; i < row->faces.count; i++)
        if (!is_decided(rows, row->faces.list[i].id))
            return false;
    return true;
}

static void leave_out(const struct row_list *rows, struct mien_faces *faces)
{
    int kept = 0;
    for (int i = 0; i < faces->count; i++)
        if (timeline_keeps(rows->timeline, timeline_face_of(rows->timeline, faces->list[i].id)))
            faces->list[kept++] = faces->list[i];
    faces->count = kept;
}

static void free_row(struct row *row)
{
    mien_faces_free(&row->faces);
    free((char *)row->file);
}

static int write_held(struct row_list *rows, bool all, struct mien_error *error)
{
    int result = 0;
    while (rows->count && !result && (all || is_ready(rows, &rows->held[rows->first]))) {
        struct row *row = &rows->held[rows->first];
        leave_out(rows, &row->faces);
        result = write_row(rows, row, error);
        free_row(row);
        rows->first++;
        rows->count--;
    }
    return result;
}

static int make_room(struct row_list *rows, struct mien_error *error)
{
    if (rows->first + rows->count < rows->room)
        return 0;
    if (rows->first > rows->count) {
        memmove(rows->held, rows->held + rows->first, rows->count * sizeof *rows->held);
        rows->first = 0;
        return 0;
    }
    size_t room = rows->room ? rows->room * 2 : 64;
    struct row *held = reallocarray(rows->held, room, sizeof *held);
    if (!held)
        return mien_error_set(error, ENOMEM, "no memory for rows");
    rows->held = held;
    rows->room = room;
    return 0;
}

static int hold(struct row_list *rows, const struct row *row, struct mien_error *error)
{
    struct row copy = {.frame = row->frame, .time = row->time};
    int result = make_room(rows, error);
    if (!result && row->file && !(copy.file = strdup(row->file)))
        result = mien_error_set(error, ENOMEM, "no memory for rows");
    if (!result)
        result = mien_faces_copy(&copy.faces, &row->faces, error);
    if (result)
        free_row(&copy);
    else
        rows->held[rows->first + rows->count++] = copy;
    return result;
}

/* ---- for the owner ---- */

int row_list_add(struct row_list *rows, uint64_t frame, double time, const char *file,
                 const struct mien_faces *faces, struct mien_error *error)
{
    const struct row row = {frame, time, file, *faces};
    bool any = false;
    for (int i = 0; i < ROWS_TABLES; i++)
        any |= rows->tables[i] != NULL;
    if (!any || rows->timeline->min_seconds <= 0)
        return any ? write_row(rows, &row, error) : 0;
    int result = hold(rows, &row, error);
    return result ? result : write_held(rows, false, error);
}

static void free_held(struct row_list *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free_row(&rows->held[rows->first + i]);
    free(rows->held);
    rows->held = NULL;
    rows->first = rows->count = rows->room = 0;
}

int row_list_close(struct row_list *rows, struct mien_error *error)
{
    int result = write_held(rows, true, error);
    free_held(rows);
    for (int i = 0; i < ROWS_TABLES; i++) {
        int closed = records_close(&rows->tables[i], result ? NULL : error);
        result = result ? result : closed;
    }
    return result;
}

void row_list_abandon(struct row_list *rows)
{
    free_held(rows);
    for (int i = 0; i < ROWS_TABLES; i++)
        records_abandon(&rows->tables[i]);
}
