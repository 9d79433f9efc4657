/* A recorded video or picture that plays at its own pace, again and again, like a camera; one from
 * standard input ("-") plays once. */
#ifndef APP_PLAYBACK_H
#define APP_PLAYBACK_H

#include "base/frame.h"
#include "mien/error.h"
#include "video/video.h"

struct playback;

/* Opens the file and starts the thread that reads it. Returns 0 or an error of mien_reader_open. */
int playback_open(struct playback **playback, const char *path, struct mien_error *error);

/* Stops the thread, frees, sets NULL. NULL is fine. */
void playback_close(struct playback **playback);

/* The rules of mien_camera_take: the newest frame not taken yet; a caller holds at most three.
 * Returns 0, -ETIMEDOUT, -ENODATA when standard input has ended, or -ECANCELED when the file cannot
 * be read any more. */
int playback_take(struct playback *playback, struct mien_frame *frame, int timeout_ms);
void playback_release(struct playback *playback, struct mien_frame *frame);

/* Of the file, as it was when opened. */
const struct mien_video_info *playback_info(const struct playback *playback);

/* Frames nobody took in time. Any thread. */
uint64_t playback_dropped(struct playback *playback);

#endif
