/* Where live pictures come from: a camera, or a recording that plays in its place. */
#ifndef APP_SOURCE_H
#define APP_SOURCE_H

#include "base/frame.h"
#include "camera/camera.h"
#include "mien/error.h"

struct source;

/* `video` names a recording; NULL: the camera that `camera` describes (kept by nobody), whose
 * device may be the address of a stream, or, where it names several with commas between them, the
 * first of them that opens, from the one at place `from` on (counted round). Returns 0 or an error
 * of mien_camera_open (of the first one tried) or playback_open. */
int source_open(struct source **source, const char *video, const struct mien_camera_options *camera,
                unsigned from, struct mien_error *error);
void source_close(struct source **source);

/* As mien_camera_take or playback_take, and mien_camera_release. */
int source_take(struct source *source, struct mien_frame *frame, int timeout_ms);
void source_release(struct source *source, struct mien_frame *frame);

/* After -ECANCELED of source_take: sets the error to why that is, and returns it. */
int source_failure(struct source *source, struct mien_error *error);

bool source_is_camera(const struct source *source);

/* Writes what the driver settled on for a person: "HD Webcam, /dev/video0, 640×480 YUYV at 30 fps".
 */
void source_describe(struct source *source, char *text, size_t size);

/* What is no camera fills in its state, path, size, rate, drops and openings. */
void source_status(struct source *source, struct mien_camera_status *status);

#endif
