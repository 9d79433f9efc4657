#include "mien/faces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"

int grow(void **memory, int *room, int needed, size_t size, struct mien_error *error)
{
    if (needed <= *room)
        return 0;
    int larger = needed > 2 * *room ? needed : 2 * *room;
    void *grown = realloc(*memory, (size_t)larger * size);
    if (!grown)
        return mien_error_set(error, ENOMEM, "no memory for faces");
    *memory = grown;
    *room = larger;
    return 0;
}

int mien_faces_reserve(struct mien_faces *faces, int count, int tentative, struct mien_error *error)
{
    struct mien_boxes *boxes = &faces->tentative;
    int result = grow((void **)&faces->list, &faces->room, count, sizeof *faces->list, error);
    if (result == 0)
        result = grow((void **)&boxes->boxes, &boxes->room, tentative, sizeof *boxes->boxes, error);
    return result;
}

int mien_faces_copy(struct mien_faces *to, const struct mien_faces *from, struct mien_error *error)
{
    int result = mien_faces_reserve(to, from->count, from->tentative.count, error);
    if (result < 0)
        return result;
    to->count = from->count;
    to->tentative.count = from->tentative.count;
    for (int i = 0; i < from->count; i++)
        to->list[i] = from->list[i];
    for (int i = 0; i < from->tentative.count; i++)
        to->tentative.boxes[i] = from->tentative.boxes[i];
    return 0;
}

void mien_faces_free(struct mien_faces *faces)
{
    free(faces->list);
    free(faces->tentative.boxes);
    *faces = (struct mien_faces){0};
}
