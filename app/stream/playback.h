/* Pictures that are no camera's, handed out like those of one: a recorded video or picture plays at
 * its own pace, again and again; standard input ("-") plays once; a pipe with a name and a stream
 * of the network (rtsp://…, http://…) are opened anew, after 1, 2, 4 … 30 s, when they end. */
#ifndef APP_PLAYBACK_H
#define APP_PLAYBACK_H

#include "base/frame.h"
#include "camera/camera.h"
#include "mien/error.h"

struct playback;

/* Starts the thread that reads it. A file is opened at once; what may keep its readers waiting is
 * opened by the thread. Returns 0 or an error of mien_reader_open. */
int playback_open(struct playback **playback, const char *path, struct mien_error *error);

/* Stops the thread, frees, sets NULL. NULL is fine. */
void playback_close(struct playback **playback);

/* The rules of mien_camera_take: the newest frame not taken yet; a caller holds at most three.
 * Returns 0, -ETIMEDOUT, -ENODATA when standard input has ended, or -ECANCELED when it cannot be
 * read any more. */
int playback_take(struct playback *playback, struct mien_frame *frame, int timeout_ms);
void playback_release(struct playback *playback, struct mien_frame *frame);

/* After -ECANCELED: sets the error to why that is, and returns it. */
int playback_failure(const struct playback *playback, struct mien_error *error);

/* As of a camera: a pipe or network without a picture for 2 s is stalled, for 5 s lost; a file
 * always runs. The path has no name and password in it. Any thread. */
void playback_get_status(struct playback *playback, struct mien_camera_status *status);

#endif
