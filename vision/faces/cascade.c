#include "cascade.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int is_rect_sound(const struct cascade *cascade, const struct cascade_rect *rect)
{
    return rect->x >= 0 && rect->y >= 0 && rect->width >= 0 && rect->height >= 0 &&
           rect->x <= cascade->width && rect->y <= cascade->height &&
           rect->width <= cascade->width - rect->x && rect->height <= cascade->height - rect->y &&
           isfinite(rect->weight);
}

static int is_stump_sound(const struct cascade *cascade, const struct cascade_stump *stump)
{
    for (int i = 0; i < CASCADE_RECTS; i++)
        if (!is_rect_sound(cascade, &stump->rects[i]))
            return 0;
    return isfinite(stump->threshold) && isfinite(stump->left) && isfinite(stump->right);
}

int cascade_is_sound(const struct cascade *cascade)
{
    if (cascade->width < CASCADE_WINDOW_MIN || cascade->width > CASCADE_WINDOW_MAX ||
        cascade->height < CASCADE_WINDOW_MIN || cascade->height > CASCADE_WINDOW_MAX ||
        cascade->stage_count < 1)
        return 0;
    for (int i = 0; i < cascade->stump_count; i++)
        if (!is_stump_sound(cascade, &cascade->stumps[i]))
            return 0;
    int next = 0;
    for (int i = 0; i < cascade->stage_count; i++) {
        const struct cascade_stage *stage = &cascade->stages[i];
        if (stage->first != next || stage->count < 1 ||
            stage->count > cascade->stump_count - next || !isfinite(stage->threshold))
            return 0;
        next += stage->count;
    }
    return next == cascade->stump_count;
}

static void *copy_of(const void *from, size_t size)
{
    void *copy = malloc(size);
    return copy ? memcpy(copy, from, size) : NULL;
}

int cascade_copy(struct cascade *to, const struct cascade *from, int stages)
{
    struct cascade copy = *from;
    if (stages < from->stage_count) {
        copy.stage_count = stages;
        copy.stump_count = from->stages[stages].first;
    }
    copy.stages = copy_of(from->stages, (size_t)copy.stage_count * sizeof *copy.stages);
    copy.stumps = copy_of(from->stumps, (size_t)copy.stump_count * sizeof *copy.stumps);
    if (!copy.stages || !copy.stumps) {
        cascade_free(&copy);
        return -ENOMEM;
    }
    *to = copy;
    return 0;
}

void cascade_free(struct cascade *cascade)
{
    free(cascade->stages);
    free(cascade->stumps);
    *cascade = (struct cascade){0};
}
