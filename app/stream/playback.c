#include "playback.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/frame_pool.h"
#include "base/mailbox.h"
#include "base/url.h"
#include "mien/log.h"
#include "video/video.h"

#define STILL_FPS 30.0 /* how often a lone picture is shown */

/* Without a picture, as for cameras. */
#define STALLED_SECONDS 2.0
#define LOST_SECONDS 5.0

struct playback {
    char *path;
    bool network, live; /* live: a pipe or a network, which may stall and come back */
    bool paced;         /* pictures come at the pace of their times, else as they are read */
    struct mien_reader *reader; /* of the thread, once it runs */
    pthread_mutex_t lock;       /* guards the next */
    struct mien_video_info info;
    atomic_bool away; /* it could not be opened, or has ended */
    atomic_uint openings;
    _Atomic int64_t last_ns; /* when there was a picture */
    struct mien_error error; /* why it plays no more; of the thread, until the mailbox is closed */
    struct mien_mailbox *mailbox;
    struct mien_frame_pool pool; /* one being filled, one mailed, three with the caller */
    int stop;                    /* eventfd */
    pthread_t thread;
    bool running;
    bool ended; /* it plays no more, and nothing is wrong */
    double began;
    uint64_t number;
};

/* Opens it, and takes over what it is. */
static int open_reader(struct playback *playback, struct mien_error *error)
{
    int result = mien_reader_open_until(&playback->reader, playback->path, playback->stop, error);
    if (result)
        return result;
    pthread_mutex_lock(&playback->lock);
    playback->info = *mien_reader_info(playback->reader);
    pthread_mutex_unlock(&playback->lock);
    return 0;
}

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

/* Hands out a copy, as the reader's own pictures change with the next frame. */
static int publish(struct playback *playback, const struct mien_frame *frame)
{
    struct mien_frame *copy = mien_frame_pool_take(&playback->pool);
    if (!copy)
        return 0; /* a caller holds too many; this frame is lost to it */
    int result = mien_picture_copy(&copy->color, &frame->color, NULL);
    if (!result)
        result = mien_picture_copy(&copy->gray, &frame->gray, NULL);
    if (result) {
        mien_frame_pool_give_back(&playback->pool, copy);
        return result;
    }
    copy->number = playback->number++;
    copy->captured_ns = clock_ns();
    atomic_store(&playback->last_ns, copy->captured_ns);
    atomic_store(&playback->away, false);
    copy->time = clock_seconds() - playback->began;
    mien_frame_pool_give_back(&playback->pool, mien_mailbox_put(playback->mailbox, copy));
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
        if (!wait_until(playback, playback->paced ? start + frame->time - first : 0))
            return 0;
        result = publish(playback, frame);
        if (result)
            return mien_error_set(error, -result, "no memory to play it");
    }
    if (!result && !count)
        return mien_error_set(error, EINVAL, "there is no picture in it");
    return result ? result : count;
}

static void show_still(struct playback *playback, const struct mien_frame *frame)
{
    for (double next = clock_seconds(); wait_until(playback, next); next += 1 / STILL_FPS)
        if (publish(playback, frame))
            return;
}

/* ---- files: over and over ---- */

static void play_file(struct playback *playback)
{
    struct mien_frame frame = {0};
    for (;;) {
        int64_t count = play_once(playback, &frame, &playback->error);
        if (count == 1)
            show_still(playback, &frame);
        if (count <= 1)
            return;
        mien_reader_close(&playback->reader);
        if (open_reader(playback, &playback->error))
            return;
    }
}

/* ---- pipes and networks: as long as they last ---- */

/* Returns as play_once, whose pictures may have been of another size before. */
static int64_t play_stream_once(struct playback *playback, struct mien_error *error)
{
    struct mien_frame frame = {0};
    int result = open_reader(playback, error);
    if (result)
        return result;
    atomic_fetch_add(&playback->openings, 1);
    int64_t count = play_once(playback, &frame, error);
    if (count == 1 && !playback->network)
        show_still(playback, &frame);
    mien_reader_close(&playback->reader);
    return count;
}

/* Told once for each time that it is away; tried again and again. */
static bool wait_for_stream(struct playback *playback, int64_t count, int *wait_ms,
                            const struct mien_error *why)
{
    bool first = !atomic_exchange(&playback->away, true);
    *wait_ms = count > 0 ? BACKOFF_FIRST_MS : backoff_after(*wait_ms);
    if (first)
        mien_log(MIEN_LOG_WARNING, "%s; trying again",
                 count < 0 ? why->text : "the stream has ended");
    return wait_until(playback, clock_seconds() + *wait_ms / 1e3);
}

static void play_stream(struct playback *playback)
{
    int wait_ms = 0;
    for (;;) {
        struct mien_error *error = &playback->error;
        int64_t count = play_stream_once(playback, error);
        if (!wait_until(playback, 0))
            return;
        if (!strcmp(playback->path, "-")) { /* it is not to be had again */
            playback->ended = count > 0;
            return;
        }
        if (!wait_for_stream(playback, count, &wait_ms, error))
            return;
        *error->text = '\0';
    }
}

static void *run(void *data)
{
    struct playback *playback = data;
    if (playback->live)
        play_stream(playback);
    else
        play_file(playback);
    mien_mailbox_close(playback->mailbox);
    return NULL;
}

/* ---- for the callers ---- */

/* What may keep its readers waiting is opened by the thread. */
static int prepare(struct playback *playback, const char *path, struct mien_error *error)
{
    struct stat about;
    playback->network = mien_url_is(path);
    playback->live =
        playback->network || !strcmp(path, "-") || (!stat(path, &about) && S_ISFIFO(about.st_mode));
    playback->paced = !playback->network || strstr(path, ".m3u8");
    playback->path = strdup(path);
    playback->pool.count = FRAME_POOL_MAX;
    playback->began = clock_seconds();
    atomic_store(&playback->last_ns, clock_ns());
    pthread_mutex_init(&playback->lock, NULL);
    playback->stop = eventfd(0, EFD_CLOEXEC);
    playback->mailbox = mien_mailbox_create();
    if (playback->stop < 0 || !playback->mailbox || !playback->path)
        return mien_error_set(error, ENOMEM, "no memory to play it");
    return playback->live ? 0 : open_reader(playback, error);
}

int playback_open(struct playback **playback, const char *path, struct mien_error *error)
{
    struct playback *p = calloc(1, sizeof *p);
    if (!p)
        return mien_error_set(error, ENOMEM, "no memory to play %s", path);
    int result = prepare(p, path, error);
    if (result)
        goto failed;
    result = pthread_create(&p->thread, NULL, run, p);
    if (result) {
        result = mien_error_set(error, result, "no thread to play it: %s", strerror(result));
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
    mien_frame_pool_finish(&p->pool);
    if (p->stop >= 0)
        close(p->stop);
    pthread_mutex_destroy(&p->lock);
    free(p->path);
    free(p);
    *playback = NULL;
}

int playback_take(struct playback *playback, struct mien_frame *frame, int timeout_ms)
{
    void *item;
    int result = mien_mailbox_take(playback->mailbox, &item, timeout_ms);
    if (!result)
        *frame = *(struct mien_frame *)item;
    return result == -ECANCELED && playback->ended ? -ENODATA : result;
}

int playback_failure(const struct playback *playback, struct mien_error *error)
{
    if (*playback->error.text)
        return mien_error_set(error, EINVAL, "%s", playback->error.text);
    return mien_error_set(error, EIO, "there are no more pictures");
}

void playback_release(struct playback *playback, struct mien_frame *frame)
{
    if (frame->gray.data)
        mien_frame_pool_give_back(&playback->pool, frame);
    *frame = (struct mien_frame){0};
}

static enum mien_camera_state state_of(struct playback *playback)
{
    double silent = (double)(clock_ns() - atomic_load(&playback->last_ns)) / 1e9;
    if (!playback->live)
        return MIEN_CAMERA_RUNNING;
    if (atomic_load(&playback->away) || silent > LOST_SECONDS)
        return MIEN_CAMERA_LOST;
    return silent > STALLED_SECONDS ? MIEN_CAMERA_STALLED : MIEN_CAMERA_RUNNING;
}

void playback_get_status(struct playback *playback, struct mien_camera_status *status)
{
    unsigned openings = atomic_load(&playback->openings);
    *status = (struct mien_camera_status){.state = state_of(playback),
                                          .dropped = mien_mailbox_dropped(playback->mailbox),
                                          .reopened = openings > 1 ? openings - 1 : 0};
    pthread_mutex_lock(&playback->lock);
    status->width = playback->info.width;
    status->height = playback->info.height;
    status->fps = playback->info.fps;
    pthread_mutex_unlock(&playback->lock);
    mien_url_without_secrets(playback->path, status->path, sizeof status->path);
}
