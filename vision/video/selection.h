/* Which pictures of a recording are looked at, and which packets need not even be decoded. */
#ifndef VISION_SELECTION_H
#define VISION_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "video.h"

struct selection {
    struct mien_selection wanted;
    int64_t tick; /* of wanted.fps, of the last picture taken; counts from 1 */

    /* Presentation times of packets whose picture has not been passed yet: they tell the numbers
     * of pictures, also of those that were not decoded. */
    int64_t *waiting;
    size_t count, room;
};

/* Whether anything is left out. */
bool selection_is_partial(const struct selection *selection);

/* Whether the picture is wanted. Pictures in the order of their times, in seconds. */
bool selection_takes(struct selection *selection, uint64_t number, double time);

/* Whether a picture that begins at `time` and lasts `duration` (0: unknown) is surely not wanted,
 * in any order. */
bool selection_passes_over(const struct selection *selection, double time, double duration);

/* Remembers a packet for the decoder. Returns 0 or -ENOMEM. */
int selection_note(struct selection *selection, int64_t time);

/* How many pictures come between the one before and that of `time`, which were noted. */
uint64_t selection_skipped(struct selection *selection, int64_t time);

void selection_free(struct selection *selection);

#endif
