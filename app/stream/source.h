/* Where live pictures come from: a camera, or a recording that plays in its place. */
#ifndef APP_SOURCE_H
#define APP_SOURCE_H

#include "base/frame.h"
#include "camera/camera.h"
#include "mien/error.h"

struct source;

/* `video` names a recording; NULL: the camera that `camera` describes (kept by nobody), or, where
 * its device names several with commas between them, the first of them that opens. Returns 0 or an
 * error of mien_camera_open (of the first camera) or playback_open. */
int source_open(struct source **source, const char *video, const struct mien_camera_options *camera,
                struct mien_error *error);
void source_close(struct source **source);

/* As mien_camera_take or playback_take, and mien_camera_release. */
int source_take(struct source *source, struct mien_frame *frame, int timeout_ms);
void source_release(struct source *source, struct mien_frame *frame);

/* Writes what the driver settled on for a person: "HD Webcam, /dev/video0, 640×480 YUYV at 30 fps".
 */
void source_describe(struct source *source, char *text, size_t size);

/* A recording fills in its path, size, rate and drops; it is always running. */
void source_status(struct source *source, struct mien_camera_status *status);

#endif
