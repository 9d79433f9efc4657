/* The frames that a camera's pictures are converted into, handed from thread to thread. Private to
 * vision/; any thread. */
#ifndef VISION_CAMERA_SLOTS_H
#define VISION_CAMERA_SLOTS_H

#include <pthread.h>
#include <stdbool.h>

#include "camera.h"

enum { CAMERA_SLOTS = 5 }; /* one being filled, one in the mailbox, three with the caller */

struct camera_slot {
    struct mien_frame frame;
    bool taken; /* guarded by the mutex */
};

struct camera_slots {
    struct camera_slot list[CAMERA_SLOTS];
    pthread_mutex_t mutex;
};

/* A zeroed one. */
void camera_slots_init(struct camera_slots *slots);
void camera_slots_finish(struct camera_slots *slots);

/* A slot that nobody uses, until it is given back; NULL: there is none. */
struct camera_slot *camera_slots_take(struct camera_slots *slots);
void camera_slots_give_back(struct camera_slots *slots, struct camera_slot *slot);

/* The same for a frame that was copied from a slot; zeroes it. */
void camera_slots_release(struct camera_slots *slots, struct mien_frame *frame);

/* Gives the slot pictures of this size, where it has others: at the start, and when the camera came
 * back with another one. Returns 0 or an error of mien_picture_alloc. */
int camera_slots_fit(struct camera_slots *slots, struct camera_slot *slot, int width, int height,
                     bool gray_alone, struct mien_error *error);

#endif
