#include "full_scan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void full_scan_finish(struct full_scan *full_scan)
{
    free(full_scan->hits);
    free(full_scan->faces);
    free(full_scan->places);
    free(full_scan->work);
    *full_scan = (struct full_scan){0};
}

/* Grows by doubling: after some pictures no more memory is asked for. */
static bool reserve(struct full_scan *full_scan, int count)
{
    if (count <= full_scan->capacity)
        return true;
    size_t capacity = (size_t)count * 2;
    void *hits = realloc(full_scan->hits, capacity * sizeof *full_scan->hits);
    full_scan->hits = hits ? hits : full_scan->hits;
    void *faces = realloc(full_scan->faces, capacity * sizeof *full_scan->faces);
    full_scan->faces = faces ? faces : full_scan->faces;
    void *places = realloc(full_scan->places, capacity * sizeof *full_scan->places);
    full_scan->places = places ? places : full_scan->places;
    void *work = realloc(full_scan->work, capacity * sizeof *full_scan->work);
    full_scan->work = work ? work : full_scan->work;
    if (!hits || !faces || !places || !work)
        return false;
    full_scan->capacity = (int)capacity;
    return true;
}

static int first_at(const struct full_scan *full_scan, double place)
{
    int i = 0;
    while (i < full_scan->count && full_scan->places[i] < place)
        i++;
    return i;
}

/* Puts new hits where the old ones of the part from…to were. */
static bool replace(struct full_scan *full_scan, double from, double to,
                    const struct mien_box *hits, const double *places, int count)
{
    int first = first_at(full_scan, from), end = first_at(full_scan, to);
    size_t behind = (size_t)(full_scan->count - end), fresh = (size_t)count;
    if (!reserve(full_scan, first + count + (int)behind))
        return false;
    if (behind > 0) {
        memmove(full_scan->hits + first + count, full_scan->hits + end, behind * sizeof *hits);
        memmove(full_scan->places + first + count, full_scan->places + end,
                behind * sizeof *places);
    }
    if (fresh > 0) {
        memcpy(full_scan->hits + first, hits, fresh * sizeof *hits);
        memcpy(full_scan->places + first, places, fresh * sizeof *places);
    }
    full_scan->count = first + count + (int)behind;
    return true;
}

/* A face that has no hit in this picture may be gone. */
static int keep_fresh(struct full_scan *full_scan, int faces, double from, double to)
{
    int kept = 0, first = first_at(full_scan, from), end = first_at(full_scan, to);
    for (int i = 0; i < faces; i++)
        for (int hit = first; hit < end; hit++)
            if (mien_box_has_centre(&full_scan->faces[i], &full_scan->hits[hit])) {
                full_scan->faces[kept++] = full_scan->faces[i];
                break;
            }
    return kept;
}

int full_scan_find(struct full_scan *full_scan, struct scan *scan, const struct mien_picture *gray,
                   const struct scan_sizes *sizes, int neighbours, double from, double to,
                   const struct mien_box **boxes, struct mien_error *error)
{
    const struct mien_box *hits;
    const double *places;
    int count = scan_find_part(scan, gray, sizes, from, to, &hits, &places, error);
    if (count < 0)
        return count;
    if (!replace(full_scan, from, to, hits, places, count))
        return mien_error_set(error, ENOMEM, "no memory to search faces");
    *boxes = full_scan->faces;
    if (full_scan->count == 0)
        return 0;
    memcpy(full_scan->faces, full_scan->hits, (size_t)full_scan->count * sizeof *full_scan->hits);
    int faces = group_boxes(full_scan->faces, full_scan->count, neighbours, full_scan->work);
    return keep_fresh(full_scan, faces, from, to);
}
