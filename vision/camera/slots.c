#include "slots.h"

void camera_slots_init(struct camera_slots *slots)
{
    pthread_mutex_init(&slots->mutex, NULL);
}

void camera_slots_finish(struct camera_slots *slots)
{
    for (int i = 0; i < CAMERA_SLOTS; i++) {
        mien_picture_free(&slots->list[i].frame.color);
        mien_picture_free(&slots->list[i].frame.gray);
    }
    pthread_mutex_destroy(&slots->mutex);
}

struct camera_slot *camera_slots_take(struct camera_slots *slots)
{
    struct camera_slot *found = NULL;
    pthread_mutex_lock(&slots->mutex);
    for (int i = 0; i < CAMERA_SLOTS && !found; i++)
        if (!slots->list[i].taken)
            found = &slots->list[i];
    if (found)
        found->taken = true;
    pthread_mutex_unlock(&slots->mutex);
    return found;
}

void camera_slots_give_back(struct camera_slots *slots, struct camera_slot *slot)
{
    pthread_mutex_lock(&slots->mutex);
    slot->taken = false;
    pthread_mutex_unlock(&slots->mutex);
}

void camera_slots_release(struct camera_slots *slots, struct mien_frame *frame)
{
    pthread_mutex_lock(&slots->mutex);
    for (int i = 0; i < CAMERA_SLOTS; i++)
        if (frame->gray.data && slots->list[i].frame.gray.data == frame->gray.data)
            slots->list[i].taken = false;
    pthread_mutex_unlock(&slots->mutex);
    *frame = (struct mien_frame){0};
}

static int replace_pictures(struct mien_frame *frame, int width, int height, bool gray_alone,
                            struct mien_error *error)
{
    mien_picture_free(&frame->color);
    mien_picture_free(&frame->gray);
    int result = mien_picture_alloc(&frame->gray, MIEN_GRAY8, width, height, error);
    if (!result && !gray_alone &&
        (result = mien_picture_alloc(&frame->color, MIEN_BGRX32, width, height, error)))
        mien_picture_free(&frame->gray);
    return result;
}

int camera_slots_fit(struct camera_slots *slots, struct camera_slot *slot, int width, int height,
                     bool gray_alone, struct mien_error *error)
{
    const struct mien_picture *gray = &slot->frame.gray;
    if (gray->data && gray->width == width && gray->height == height)
        return 0;
    pthread_mutex_lock(&slots->mutex); /* camera_slots_release compares pointers */
    int result = replace_pictures(&slot->frame, width, height, gray_alone, error);
    pthread_mutex_unlock(&slots->mutex);
    return result;
}
