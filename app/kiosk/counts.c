#include "counts.h"

#include <string.h>
#include <time.h>

#include "data/json.h"

static struct counted *place_of(struct counts *counts, uint32_t id)
{
    for (int i = 0; i < MIEN_TRACKS_MAX; i++)
        if (counts->here[i].id == id)
            return &counts->here[i];
    return NULL;
}

static void count_one(struct counts *counts, const struct counted *face)
{
    int longest = 0;
    for (int i = 1; i < COUNTS_KINDS; i++)
        if (face->shown[i] > face->shown[longest])
            longest = i;
    if (face->shown[longest] > 0)
        counts->faces[longest]++;
}

static void count_those_gone(struct counts *counts, const struct mien_faces *faces)
{
    for (int i = 0; i < MIEN_TRACKS_MAX; i++) {
        struct counted *face = &counts->here[i];
        if (!face->id || mien_faces_find(faces, face->id))
            continue;
        count_one(counts, face);
        counts->visits++;
        counts->dwell += counts->time - face->since;
        *face = (struct counted){0};
    }
}

void counts_add(struct counts *counts, const struct mien_faces *faces, double time)
{
    count_those_gone(counts, faces);
    for (int i = 0; i < faces->count; i++) {
        const struct mien_face *face = &faces->list[i];
        struct counted *place = place_of(counts, face->id);
        if (place)
            place->shown[face->uncertain ? COUNTS_UNCERTAIN : face->label] += time - counts->time;
        else /* there are as many places as faces at once */
            *place_of(counts, 0) = (struct counted){.id = face->id, .since = time};
    }
    counts->time = time;
}

bool counts_any(const struct counts *counts)
{
    for (int i = 0; i < MIEN_TRACKS_MAX; i++)
        if (counts->here[i].id)
            return true;
    return counts->visits > 0;
}

static void write_time(struct json *json)
{
    char text[32];
    struct tm utc;
    time_t now = time(NULL);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    json_text(json, "time", text);
}

static void write_row(const struct counts *counts, FILE *file, const struct mien_model_info *model,
                      double seconds)
{
    struct json json = {file};
    int all = 0;
    for (int i = 0; i < COUNTS_KINDS; i++)
        all += counts->faces[i];
    json_open(&json, NULL, '{');
    write_time(&json);
    json_number(&json, "seconds", seconds, 1);
    json_count(&json, "faces", all);
    json_open(&json, "emotions", '{');
    for (int i = 0; i < model->label_count; i++)
        json_count(&json, model->labels[i], counts->faces[i]);
    json_close(&json, '}');
    json_count(&json, "uncertain", counts->faces[COUNTS_UNCERTAIN]);
    json_count(&json, "visits", counts->visits);
    json_number(&json, "dwell", counts->visits ? counts->dwell / counts->visits : 0, 1);
    json_close(&json, '}');
    putc('\n', file);
}

void counts_write(struct counts *counts, FILE *file, const struct mien_model_info *model,
                  double seconds)
{
    for (int i = 0; i < MIEN_TRACKS_MAX; i++) {
        count_one(counts, &counts->here[i]);
        memset(counts->here[i].shown, 0, sizeof counts->here[i].shown);
    }
    write_row(counts, file, model, seconds);
    memset(counts->faces, 0, sizeof counts->faces);
    counts->visits = 0;
    counts->dwell = 0;
}
