/* V4L2 cameras through libv4l2: listing, and a capture thread with a newest-wins mailbox. */
#ifndef MIEN_CAMERA_H
#define MIEN_CAMERA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/frame.h"
#include "mien/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- listing ---- */

enum { MIEN_CAMERA_RATES_MAX = 12, MIEN_CAMERA_MODES_MAX = 128 };

struct mien_camera_mode {
    char fourcc[5];
    int width, height;
    int rate_count;                      /* 0: the driver does not tell */
    double rates[MIEN_CAMERA_RATES_MAX]; /* frames a second, the highest first; the two ends where
                                            any rate between them is possible */
};

struct mien_camera_info {
    char path[64];   /* /dev/videoN */
    char by_id[256]; /* /dev/v4l/by-id/… or empty */
    char name[64], driver[32], bus[64];
    bool multi_planar; /* speaks V4L2's multi-planar API only: formats that lie in several pieces of
                          memory are listed, but not supported */
    size_t mode_count;
    struct mien_camera_mode modes[MIEN_CAMERA_MODES_MAX];
};

/* Lists nodes that capture video (metadata and output nodes are skipped), by number, at most
 * `capacity`. Returns how many were written. A machine without cameras gives 0. */
int mien_camera_list(struct mien_camera_info *cameras, size_t capacity, struct mien_error *error);

/* ---- capture ---- */

struct mien_camera_options {
    const char *device; /* "/dev/video2", "2", "/dev/v4l/by-id/…"; NULL: the first that captures */
    int width, height;  /* wished size; 0: 640×480 */
    double fps;         /* wished rate; 0: 30 */
    const char *user, *password; /* for a stream whose address has none; NULL: none */
    const char *format; /* wished fourcc ("YUYV", "MJPG", …); NULL: the best the camera has */
    bool gray_alone;    /* frames have no color, whose decoding is most of their cost */
};

enum mien_camera_state {
    MIEN_CAMERA_RUNNING,
    MIEN_CAMERA_STALLED, /* no frame for 2 s; reopened after 5 s */
    MIEN_CAMERA_LOST,    /* unplugged or failed; reopened when devices change, or in 1…30 s */
};

struct mien_camera_status {
    enum mien_camera_state state;
    char path[64], name[64], fourcc[5]; /* as the driver returned them */
    int width, height;
    double fps;
    uint64_t captured; /* frames delivered to the mailbox */
    uint64_t dropped;  /* good frames that a newer one replaced before anybody took them */
    uint64_t corrupt;  /* broken or short frames thrown away */
    uint64_t reopened; /* times the device came back */
    uint64_t turns;    /* of the capture thread: it takes one each second at least, whatever the
                          state, unless the driver keeps it waiting */
};

struct mien_camera;

/* Opens the device and starts the capture thread. *camera is untouched on failure. Returns 0 or
 * -ENODEV (no camera at all), -ENOENT, -EACCES (the message names the group `video`), -EBUSY,
 * -ENOTTY/-EINVAL (no capture device), -ENOTSUP (no usable format), -ENOMEM. */
int mien_camera_open(struct mien_camera **camera, const struct mien_camera_options *options,
                     struct mien_error *error);

/* Stops the thread, closes the device, sets NULL. NULL is fine. Ends a mien_camera_take under way,
 * but frames still held become invalid. Takes milliseconds; with a device that hangs, as long as
 * its driver lets a request wait (5 s for USB cameras). */
void mien_camera_close(struct mien_camera **camera);

/* Takes the newest frame not taken yet, waiting at most `timeout_ms`. On success *frame borrows
 * the camera's memory until mien_camera_release; a caller holds at most three at a time.
 * Returns 0, -ETIMEDOUT, or -ECANCELED (camera being closed). Any one thread at a time. */
int mien_camera_take(struct mien_camera *camera, struct mien_frame *frame, int timeout_ms);
void mien_camera_release(struct mien_camera *camera, struct mien_frame *frame);

/* Any thread. */
void mien_camera_get_status(struct mien_camera *camera, struct mien_camera_status *status);

#ifdef __cplusplus
}
#endif
#endif
