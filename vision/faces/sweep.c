#include "sweep.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void sweep_finish(struct sweep *sweep)
{
    free(sweep->hits);
    free(sweep->faces);
    free(sweep->places);
    free(sweep->work);
    *sweep = (struct sweep){0};
}

/* Grows by doubling: after some pictures no more memory is asked for. */
static bool reserve(struct sweep *sweep, int count)
{
    if (count <= sweep->capacity)
        return true;
    size_t capacity = (size_t)count * 2;
    void *hits = realloc(sweep->hits, capacity * sizeof *sweep->hits);
    sweep->hits = hits ? hits : sweep->hits;
    void *faces = realloc(sweep->faces, capacity * sizeof *sweep->faces);
    sweep->faces = faces ? faces : sweep->faces;
    void *places = realloc(sweep->places, capacity * sizeof *sweep->places);
    sweep->places = places ? places : sweep->places;
    void *work = realloc(sweep->work, capacity * sizeof *sweep->work);
    sweep->work = work ? work : sweep->work;
    if (!hits || !faces || !places || !work)
        return false;
    sweep->capacity = (int)capacity;
    return true;
}

static int first_at(const struct sweep *sweep, double place)
{
    int i = 0;
    while (i < sweep->count && sweep->places[i] < place)
        i++;
    return i;
}

/* Puts new hits where the old ones of the part from…to were. */
static bool replace(struct sweep *sweep, double from, double to, const struct mien_box *hits,
                    const double *places, int count)
{
    int first = first_at(sweep, from), end = first_at(sweep, to);
    size_t behind = (size_t)(sweep->count - end), fresh = (size_t)count;
    if (!reserve(sweep, first + count + (int)behind))
        return false;
    if (behind > 0) {
        memmove(sweep->hits + first + count, sweep->hits + end, behind * sizeof *hits);
        memmove(sweep->places + first + count, sweep->places + end, behind * sizeof *places);
    }
    if (fresh > 0) {
        memcpy(sweep->hits + first, hits, fresh * sizeof *hits);
        memcpy(sweep->places + first, places, fresh * sizeof *places);
    }
    sweep->count = first + count + (int)behind;
    return true;
}

/* A face that has no hit in this picture may be gone. */
static int keep_fresh(struct sweep *sweep, int faces, double from, double to)
{
    int kept = 0, first = first_at(sweep, from), end = first_at(sweep, to);
    for (int i = 0; i < faces; i++)
        for (int hit = first; hit < end; hit++)
            if (mien_box_has_centre(&sweep->faces[i], &sweep->hits[hit])) {
                sweep->faces[kept++] = sweep->faces[i];
                break;
            }
    return kept;
}

int sweep_find(struct sweep *sweep, struct scan *scan, const struct mien_picture *gray,
               const struct scan_sizes *sizes, int neighbours, double from, double to,
               const struct mien_box **boxes, struct mien_error *error)
{
    const struct mien_box *hits;
    const double *places;
    int count = scan_find_part(scan, gray, sizes, from, to, &hits, &places, error);
    if (count < 0)
        return count;
    if (!replace(sweep, from, to, hits, places, count))
        return mien_error_set(error, ENOMEM, "no memory to search faces");
    *boxes = sweep->faces;
    if (sweep->count == 0)
        return 0;
    memcpy(sweep->faces, sweep->hits, (size_t)sweep->count * sizeof *sweep->hits);
    int faces = group_boxes(sweep->faces, sweep->count, neighbours, sweep->work);
    return keep_fresh(sweep, faces, from, to);
}
