#include "playback.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "mien/log.h"

/* One in the mailbox, three with the caller, one being filled. */
enum { SLOTS = 5 };

#define STILL_FPS 30.0 /* how often a lone picture is shown */

struct slot {
    struct mien_frame frame;
    atomic_bool busy;
};

struct playback {
    const char *path;
    struct mien_reader *reader;
    struct mien_video_info info;
    struct mien_mailbox *mailbox;
    struct slot slots[SLOTS];
    int stop; /* eventfd */
    pthread_t thread;
    bool running;
    bool ended; /* it plays no more, and nothing is wrong */
    double began;
    uint64_t number;
};

/* Waits until `time`; false when it is time to stop. */
static bool wait_until(struct playback *playback, double time)
{
    struct pollfd stop = {.fd = playback->stop, .events = POLLIN};
    for (;;) {
        double left = time - clock_seconds();
        int count = poll(&stop, 1, left > 0 ? (int)(left * 1000) + 1 : 0);
        if (count > 0)
            return false;
        if (count == 0 && clock_seconds() >= time)
            return true;
    }
}

static struct slot *free_slot(struct playback *playback)
{
    for (int i = 0; i < SLOTS; i++)
        if (!atomic_load(&playback->slots[i].busy))
            return &playback->slots[i];
    return NULL;
}

/* Hands out a copy, as the reader's own pictures change with the next frame. */
static int publish(struct playback *playback, const struct mien_frame *frame)
{
    struct slot *slot = free_slot(playback);
    if (!slot)
        return 0; /* a caller holds too many; this frame is lost to it */
    int result = mien_picture_copy(&slot->frame.color, &frame->color, NULL);
    if (!result)
        result = mien_picture_copy(&slot->frame.gray, &frame->gray, NULL);
    if (result)
        return result;
    slot->frame.number = playback->number++;
    slot->frame.captured_ns = clock_ns();
    slot->frame.time = clock_seconds() - playback->began;
    atomic_store(&slot->busy, true);
    struct slot *old = mien_mailbox_put(playback->mailbox, slot);
    if (old)
        atomic_store(&old->busy, false);
    return 0;
}

/* Plays the file once. Returns how many frames it had, 0 when told to stop, or −errno. */
static int64_t play_once(struct playback *playback, struct mien_frame *frame,
                         struct mien_error *error)
{
    double start = clock_seconds(), first = 0;
    int64_t count = 0;
    int result;
    while ((result = mien_reader_next(playback->reader, frame, error)) > 0) {
        if (!count++)
            first = frame->time;
        if (!wait_until(playback, start + frame->time - first))
            return 0;
        result = publish(playback, frame);
        if (result)
            return mien_error_set(error, -result, "no memory to play %s", playback->path);
    }
    if (!result && !count)
        return mien_error_set(error, EINVAL, "%s: there is no picture in it", playback->path);
    return result ? result : count;
}

static void show_still(struct playback *playback, const struct mien_frame *frame)
{
    for (double next = clock_seconds(); wait_until(playback, next); next += 1 / STILL_FPS)
        if (publish(playback, frame))
            return;
}

static void play(struct playback *playback, struct mien_error *error)
{
    struct mien_frame frame = {0};
    for (;;) {
        int64_t count = play_once(playback, &frame, error);
        if (count <= 0)
            return;
        if (count == 1) {
            show_still(playback, &frame);
            return;
        }
        playback->ended = !strcmp(playback->path, "-"); /* that cannot be read again */
        if (playback->ended)
            return;
        mien_reader_close(&playback->reader);
        if (mien_reader_open(&playback->reader, playback->path, error))
            return;
    }
}

static void *run(void *data)
{
    struct playback *playback = data;
    struct mien_error error = {""};
    play(playback, &error);
    if (*error.text)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    mien_mailbox_close(playback->mailbox);
    return NULL;
}

int playback_open(struct playback **playback, const char *path, struct mien_error *error)
{
    struct playback *p = calloc(1, sizeof *p);
    if (!p)
        return mien_error_set(error, ENOMEM, "no memory to play %s", path);
    p->path = path;
    p->began = clock_seconds();
    p->stop = eventfd(0, EFD_CLOEXEC);
    p->mailbox = mien_mailbox_create();
    int result = p->stop < 0 || !p->mailbox
                     ? mien_error_set(error, ENOMEM, "no memory to play %s", path)
                     : mien_reader_open(&p->reader, path, error);
    if (result)
        goto failed;
    p->info = *mien_reader_info(p->reader);
    result = pthread_create(&p->thread, NULL, run, p);
    if (result) {
        result = mien_error_set(error, result, "no thread to play %s: %s", path, strerror(result));
        goto failed;
    }
    p->running = true;
    *playback = p;
    return 0;
failed:
    playback_close(&p);
    return result;
}

void playback_close(struct playback **playback)
{
    struct playback *p = *playback;
    if (!p)
        return;
    if (p->running) {
        eventfd_write(p->stop, 1);
        pthread_join(p->thread, NULL);
    }
    mien_mailbox_destroy(&p->mailbox);
    mien_reader_close(&p->reader);
    for (int i = 0; i < SLOTS; i++) {
        mien_picture_free(&p->slots[i].frame.color);
        mien_picture_free(&p->slots[i].frame.gray);
    }
    if (p->stop >= 0)
        close(p->stop);
    free(p);
    *playback = NULL;
}

int playback_take(struct playback *playback, struct mien_frame *frame, int timeout_ms)
{
    void *item;
    int result = mien_mailbox_take(playback->mailbox, &item, timeout_ms);
    if (!result)
        *frame = ((struct slot *)item)->frame;
    return result == -ECANCELED && playback->ended ? -ENODATA : result;
}

void playback_release(struct playback *playback, struct mien_frame *frame)
{
    for (int i = 0; i < SLOTS; i++) {
        struct slot *slot = &playback->slots[i]; /* one that is not busy may be being filled */
        if (atomic_load(&slot->busy) && slot->frame.color.data == frame->color.data)
            atomic_store(&slot->busy, false);
    }
    *frame = (struct mien_frame){0};
}

const struct mien_video_info *playback_info(const struct playback *playback)
{
    return &playback->info;
}

uint64_t playback_dropped(struct playback *playback)
{
    return mien_mailbox_dropped(playback->mailbox);
}
