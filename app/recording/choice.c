#include "choice.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct choice choice_of(const char *region, const char *faces)
{
    struct choice choice = {0};
    for (int i = 0; i < 4 && region; i++) {
        char *end;
        choice.region[i].value = strtod(region, &end);
        choice.region[i].percent = *end == '%';
        region = end + choice.region[i].percent + 1; /* behind the comma */
    }
    if (faces && strcmp(faces, "all"))
        choice.most = strcmp(faces, "largest") ? atoi(faces) : 1;
    return choice;
}

static int pixels_of(struct choice_length length, int side)
{
    double pixels = length.percent ? length.value * side / 100 : length.value;
    return (int)lrint(fmin(pixels, 1e6));
}

static struct mien_box region_of(const struct choice *choice, int width, int height)
{
    return (struct mien_box){
        pixels_of(choice->region[0], width), pixels_of(choice->region[1], height),
        pixels_of(choice->region[2], width), pixels_of(choice->region[3], height)};
}

static int64_t size_of(const struct mien_face *face)
{
    return (int64_t)face->box.width * face->box.height;
}

/* How many faces are larger than this one; of equal ones the one that is known longer counts. */
static int rank_of(const struct mien_faces *faces, const bool *inside, int number)
{
    const struct mien_face *face = &faces->list[number];
    int rank = 0;
    for (int i = 0; i < faces->count; i++) {
        const struct mien_face *other = &faces->list[i];
        rank += inside[i] && (size_of(other) > size_of(face) ||
                              (size_of(other) == size_of(face) && other->id < face->id));
    }
    return rank;
}

static void find_wanted(const struct choice *choice, const struct mien_box *region,
                        const struct mien_faces *faces, bool *wanted)
{
    bool *inside = wanted + faces->count;
    for (int i = 0; i < faces->count; i++)
        inside[i] =
            choice->region[2].value <= 0 || mien_box_has_centre(region, &faces->list[i].box);
    for (int i = 0; i < faces->count; i++)
        wanted[i] = inside[i] && (!choice->most || rank_of(faces, inside, i) < choice->most);
}

static void keep_wanted(struct mien_faces *faces, const bool *wanted)
{
    int kept = 0;
    for (int i = 0; i < faces->count; i++)
        if (wanted[i])
            faces->list[kept++] = faces->list[i];
        else
            faces->tentative.boxes[faces->tentative.count++] = faces->list[i].box;
    faces->count = kept;
}

int choice_apply(const struct choice *choice, int width, int height, struct mien_faces *faces,
                 struct mien_error *error)
{
    bool all = choice->region[2].value <= 0 && !choice->most;
    if (all || !faces->count)
        return 0;
    struct mien_box region = region_of(choice, width, height);
    bool *wanted = calloc(2 * (size_t)faces->count, sizeof *wanted);
    if (!wanted)
        return mien_error_set(error, ENOMEM, "no memory to choose faces");
    int result =
        mien_faces_reserve(faces, faces->count, faces->tentative.count + faces->count, error);
    if (!result) {
        find_wanted(choice, &region, faces, wanted);
        keep_wanted(faces, wanted);
    }
    free(wanted);
    return result;
}
