/* The capture thread: it polls the device and an eventfd, converts, and mails the newest frame.
 * Faults are its everyday work: it closes a lost device and opens it again when it is back. */
#include "camera.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/frame_pool.h"
#include "base/mailbox.h"
#include "device.h"
#include "mien/log.h"

#define SECOND_NS 1000000000LL
#define STALLED_NS (2 * SECOND_NS)
#define REOPEN_NS (5 * SECOND_NS)

enum {
    SETTLE_MS = 100, /* a new node gets its permissions a moment later */
    TURN_MS = 1000   /* the thread waits no longer without a sign of life */
};

struct mien_camera {
    struct mien_camera_options options; /* its strings are our own copies */
    struct camera_device device;        /* of the capture thread once that runs */
    struct mien_frame_pool pool;        /* one being filled, one mailed, three with the caller */
    struct mien_mailbox *mailbox;
    int stop; /* eventfd: readable from mien_camera_close on */
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t mutex; /* guards the status */
    struct mien_camera_status status;
    _Atomic uint64_t turns; /* of the status, where it is not kept */
    uint64_t next_number;
    int64_t first_ns;  /* time of frame 0 */
    int64_t newest_ns; /* when the last good frame came, or the stream began */
};

/* ---- status ---- */

static void set_state(struct mien_camera *camera, enum mien_camera_state state)
{
    pthread_mutex_lock(&camera->mutex);
    enum mien_camera_state before = camera->status.state;
    camera->status.state = state;
    pthread_mutex_unlock(&camera->mutex);
    if (before == state)
        return;
    if (state == MIEN_CAMERA_STALLED)
        mien_log(MIEN_LOG_WARNING, "camera %s stalled: no picture for 2 s", camera->status.path);
    else if (state == MIEN_CAMERA_LOST)
        mien_log(MIEN_LOG_WARNING, "camera %s lost: waiting for it to come back",
                 camera->status.path);
    else
        mien_log(MIEN_LOG_INFO, "camera %s runs again, %d×%d %s at %.3g fps", camera->status.path,
                 camera->status.width, camera->status.height, camera->status.fourcc,
                 camera->status.fps);
}

/* Takes over what the driver settled on. */
static void note_opened(struct mien_camera *camera)
{
    const struct camera_device *device = &camera->device;
    struct mien_camera_status *status = &camera->status;
    pthread_mutex_lock(&camera->mutex);
    memcpy(status->path, device->path, sizeof status->path);
    memcpy(status->name, device->name, sizeof status->name);
    memcpy(status->fourcc, &device->pixels.pixelformat, 4);
    status->width = (int)device->pixels.width;
    status->height = (int)device->pixels.height;
    status->fps = device->fps;
    pthread_mutex_unlock(&camera->mutex);
    camera->newest_ns = clock_ns();
}

static void count(struct mien_camera *camera, uint64_t captured, uint64_t dropped, uint64_t corrupt)
{
    pthread_mutex_lock(&camera->mutex);
    camera->status.captured += captured;
    camera->status.dropped += dropped;
    camera->status.corrupt += corrupt;
    pthread_mutex_unlock(&camera->mutex);
}

/* Waits a turn at most, less if `wait_ms` is; as poll(2). */
static int wait_a_turn(struct mien_camera *camera, struct pollfd waits[2], int64_t wait_ms)
{
    camera->turns++;
    return poll(waits, 2, wait_ms < TURN_MS ? (int)wait_ms : TURN_MS);
}

/* ---- one frame ---- */

/* Gives the frame pictures of the camera's size, which is another one where it came back so. */
static int fit_frame(struct mien_camera *camera, struct mien_frame *frame, struct mien_error *error)
{
    int width = (int)camera->device.pixels.width, height = (int)camera->device.pixels.height;
    if (frame->gray.data && frame->gray.width == width && frame->gray.height == height)
        return 0;
    mien_picture_free(&frame->color);
    mien_picture_free(&frame->gray);
    int result = mien_picture_alloc(&frame->gray, MIEN_GRAY8, width, height, error);
    if (!result && !camera->options.gray_alone &&
        (result = mien_picture_alloc(&frame->color, MIEN_BGRX32, width, height, error)))
        mien_picture_free(&frame->gray);
    return result;
}

/* When the driver says the frame was captured, if it uses our clock and does not dream. */
static int64_t capture_time(const struct camera_buffer *buffer)
{
    int64_t now = clock_ns();
    int64_t told = buffer->timestamp.tv_sec * SECOND_NS + buffer->timestamp.tv_usec * 1000LL;
    bool monotonic =
        (buffer->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    return monotonic && told <= now && told > now - 10 * SECOND_NS ? told : now;
}

static void mail(struct mien_camera *camera, struct mien_frame *frame, int64_t captured_ns)
{
    if (camera->next_number == 0)
        camera->first_ns = captured_ns;
    frame->number = camera->next_number++;
    frame->captured_ns = captured_ns;
    frame->time = (double)(captured_ns - camera->first_ns) / SECOND_NS;
    camera->newest_ns = clock_ns();
    set_state(camera, MIEN_CAMERA_RUNNING);
    struct mien_frame *back = mien_mailbox_put(camera->mailbox, frame);
    mien_frame_pool_give_back(&camera->pool, back);
    count(camera, 1, back != NULL, 0);
}

static int convert(struct mien_camera *camera, const struct camera_buffer *buffer,
                   struct mien_frame *frame)
{
    int result = fit_frame(camera, frame, NULL);
    if (result)
        return result;
    return mien_converter_run(camera->device.converter, buffer->data, buffer->size, frame);
}

/* Fetches the newest frame. Returns 0, also for a broken one, or why the device is lost. */
static int fetch_frame(struct mien_camera *camera)
{
    struct camera_device *device = &camera->device;
    struct camera_buffer buffer;
    uint64_t passed = 0, broken = 0;
    int result = camera_device_dequeue(device, &buffer, &passed, &broken);
    if (passed || broken)
        count(camera, 0, passed, broken);
    if (result)
        return result == -EAGAIN ? 0 : result;
    int64_t captured_ns = capture_time(&buffer);
    struct mien_frame *frame = mien_frame_pool_take(&camera->pool);
    int converted = frame ? convert(camera, &buffer, frame) : 0;
    result = camera_device_requeue(device, buffer.index);
    if (!frame) {
        count(camera, 0, 1, 0); /* the caller holds too many */
    } else if (converted) {
        mien_frame_pool_give_back(&camera->pool, frame);
        count(camera, 0, 0, 1);
    } else {
        mail(camera, frame, captured_ns);
    }
    return result;
}

/* ---- the thread ---- */

/* Streams until asked to stop (returns 0) or the device is lost (-ETIMEDOUT: it is stuck). */
static int stream(struct mien_camera *camera)
{
    struct pollfd waits[2] = {{camera->device.fd, POLLIN, 0}, {camera->stop, POLLIN, 0}};
    for (;;) {
        int64_t silent = clock_ns() - camera->newest_ns;
        if (silent >= REOPEN_NS)
            return -ETIMEDOUT;
        if (silent >= STALLED_NS)
            set_state(camera, MIEN_CAMERA_STALLED);
        int64_t until = (silent >= STALLED_NS ? REOPEN_NS : STALLED_NS) - silent;
        if (wait_a_turn(camera, waits, until / 1000000 + 1) < 0 && errno != EINTR)
            return -errno;
        if (waits[1].revents)
            return 0;
        if (waits[0].revents & (POLLERR | POLLHUP | POLLNVAL))
            return -ENODEV;
        int result = waits[0].revents & POLLIN ? fetch_frame(camera) : 0;
        if (result)
            return result;
    }
}

/* Waits before the next try: shorter when something happens among the devices, as then the camera
 * may be back. Returns whether the camera is being closed. */
static bool stopped_within(struct mien_camera *camera, int watch, int *wait_ms)
{
    struct pollfd waits[2] = {{camera->stop, POLLIN, 0}, {watch, POLLIN, 0}};
    int count = 0;
    for (int left = *wait_ms; !count && left >= 0; left -= TURN_MS)
        count = wait_a_turn(camera, waits, left);
    if (count > 0 && !waits[0].revents) {
        char events[4096];
        *wait_ms = BACKOFF_FIRST_MS;
        poll(waits, 1, SETTLE_MS);
        while (read(watch, events, sizeof events) > 0)
            ;
    }
    return waits[0].revents;
}

/* Tries until the device is back (true) or the camera is closed (false). */
static bool reopen(struct mien_camera *camera, int wait_ms)
{
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK); /* a luxury: without it, it takes longer */
    inotify_add_watch(watch, "/dev", IN_CREATE | IN_ATTRIB);
    struct mien_error why;
    bool stopped;
    while (!(stopped = stopped_within(camera, watch, &wait_ms)) &&
           camera_device_open(&camera->device, &camera->options, &why)) {
        set_state(camera, MIEN_CAMERA_LOST);
        mien_log(MIEN_LOG_DEBUG, "camera not back yet: %s", why.text);
        wait_ms = backoff_after(wait_ms);
    }
    if (watch >= 0)
        close(watch);
    if (stopped)
        return false;
    note_opened(camera);
    pthread_mutex_lock(&camera->mutex);
    camera->status.reopened++;
    pthread_mutex_unlock(&camera->mutex);
    return true;
}

static void *capture(void *argument)
{
    struct mien_camera *camera = argument;
    int result;
    while ((result = stream(camera))) {
        bool stuck = result == -ETIMEDOUT;
        mien_log(MIEN_LOG_DEBUG, "camera %s: %s", camera->status.path, strerror(-result));
        if (!stuck)
            set_state(camera, MIEN_CAMERA_LOST);
        camera_device_close(&camera->device);
        if (!reopen(camera, stuck ? 0 : BACKOFF_FIRST_MS))
            break;
    }
    return NULL;
}

static int start_thread(struct mien_camera *camera)
{
    sigset_t all, before; /* signals are for the program's own threads */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int result = pthread_create(&camera->thread, NULL, capture, camera);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    camera->has_thread = result == 0;
    if (camera->has_thread)
        pthread_setname_np(camera->thread, "mien-capture");
    return -result;
}

/* ---- for the callers ---- */

static int copy_options(struct mien_camera *camera, const struct mien_camera_options *options)
{
    camera->options = *options;
    camera->options.device = options->device ? strdup(options->device) : NULL;
    camera->options.format = options->format ? strdup(options->format) : NULL;
    bool copied =
        !camera->options.device == !options->device && !camera->options.format == !options->format;
    return copied ? 0 : -ENOMEM;
}

static int prepare(struct mien_camera *camera, const struct mien_camera_options *options,
                   struct mien_error *error)
{
    camera->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    camera->mailbox = mien_mailbox_create();
    if (camera->stop < 0 || !camera->mailbox || copy_options(camera, options))
        return mien_error_set(error, ENOMEM, "no memory or descriptor for the camera");
    int result = camera_device_open(&camera->device, &camera->options, error);
    if (result)
        return result;
    note_opened(camera);
    for (int i = 0; i < camera->pool.count; i++)
        if ((result = fit_frame(camera, &camera->pool.frames[i], error)))
            return result;
    if ((result = start_thread(camera)))
        return mien_error_set(error, -result, "cannot start the capture thread: %s",
                              strerror(-result));
    return 0;
}

int mien_camera_open(struct mien_camera **camera, const struct mien_camera_options *options,
                     struct mien_error *error)
{
    struct mien_camera *new = calloc(1, sizeof *new);
    if (!new)
        return mien_error_set(error, ENOMEM, "no memory for the camera");
    new->device.fd = new->stop = -1;
    pthread_mutex_init(&new->mutex, NULL);
    new->pool.count = FRAME_POOL_MAX;
    int result = prepare(new, options, error);
    if (result)
        mien_camera_close(&new);
    else
        *camera = new;
    return result;
}

void mien_camera_close(struct mien_camera **camera)
{
    struct mien_camera *old = *camera;
    if (!old)
        return;
    if (old->has_thread) {
        eventfd_write(old->stop, 1);
        pthread_join(old->thread, NULL);
    }
    camera_device_close(&old->device);
    mien_mailbox_destroy(&old->mailbox);
    mien_frame_pool_finish(&old->pool);
    if (old->stop >= 0)
        close(old->stop);
    pthread_mutex_destroy(&old->mutex);
    free((char *)old->options.device);
    free((char *)old->options.format);
    free(old);
    *camera = NULL;
}

int mien_camera_take(struct mien_camera *camera, struct mien_frame *frame, int timeout_ms)
{
    void *item;
    int result = mien_mailbox_take(camera->mailbox, &item, timeout_ms);
    if (!result)
        *frame = *(struct mien_frame *)item;
    return result;
}

void mien_camera_release(struct mien_camera *camera, struct mien_frame *frame)
{
    if (frame->gray.data)
        mien_frame_pool_give_back(&camera->pool, frame);
    *frame = (struct mien_frame){0};
}

void mien_camera_get_status(struct mien_camera *camera, struct mien_camera_status *status)
{
    pthread_mutex_lock(&camera->mutex);
    *status = camera->status;
    pthread_mutex_unlock(&camera->mutex);
    status->turns = camera->turns;
}
