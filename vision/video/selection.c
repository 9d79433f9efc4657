#include "selection.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const double TINY = 1e-6; /* seconds */

bool selection_is_partial(const struct selection *selection)
{
    const struct mien_selection *wanted = &selection->wanted;
    return wanted->every > 1 || wanted->fps > 0 || wanted->from > 0 || wanted->to > 0;
}

/* Ticks up to and with `time`. */
static int64_t ticks(const struct mien_selection *wanted, double time)
{
    double count = floor((time - wanted->from + TINY) * wanted->fps) + 1;
    return count < 0 ? 0 : count < 1e15 ? (int64_t)count : (int64_t)1e15;
}

bool selection_takes(struct selection *selection, uint64_t number, double time)
{
    const struct mien_selection *wanted = &selection->wanted;
    if (time < wanted->from - TINY)
        return false;
    if (wanted->every > 1 && number % (uint64_t)wanted->every)
        return false;
    if (wanted->fps <= 0)
        return true;
    int64_t before = selection->tick;
    selection->tick = ticks(wanted, time);
    return selection->tick > before;
}

/* The picture before may have lasted somewhat longer than this one. */
bool selection_passes_over(const struct selection *selection, double time, double duration)
{
    const struct mien_selection *wanted = &selection->wanted;
    if (duration <= 0)
        return false;
    if (time + 2 * duration < wanted->from)
        return true;
    return wanted->fps > 0 &&
           ticks(wanted, time - 1.5 * duration) == ticks(wanted, time + 0.5 * duration);
}

int selection_note(struct selection *selection, int64_t time)
{
    if (selection->count == selection->room) {
        size_t room = selection->room ? selection->room * 2 : 64;
        int64_t *waiting = reallocarray(selection->waiting, room, sizeof *waiting);
        if (!waiting)
            return -ENOMEM;
        selection->waiting = waiting;
        selection->room = room;
    }
    selection->waiting[selection->count++] = time;
    return 0;
}

uint64_t selection_skipped(struct selection *selection, int64_t time)
{
    uint64_t skipped = 0;
    size_t kept = 0;
    for (size_t i = 0; i < selection->count; i++) {
        if (selection->waiting[i] > time)
            selection->waiting[kept++] = selection->waiting[i];
        else
            skipped += selection->waiting[i] < time;
    }
    selection->count = kept;
    return skipped;
}

void selection_free(struct selection *selection)
{
    free(selection->waiting);
    *selection = (struct selection){0};
}
