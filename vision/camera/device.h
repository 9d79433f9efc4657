/* One opened V4L2 device, streaming. Private to vision/camera/; used by one thread at a time. */
#ifndef VISION_CAMERA_DEVICE_H
#define VISION_CAMERA_DEVICE_H

#include <linux/videodev2.h>

#include "camera.h"
#include "convert.h"

enum { CAMERA_BUFFERS = 4 };

struct camera_device {
    int fd; /* of libv4l2; −1 when closed */
    char path[64], name[64];
    enum v4l2_buf_type type;       /* which of V4L2's APIs it speaks: single- or multi-planar */
    struct v4l2_pix_format pixels; /* as the driver returned them, like fps */
    double fps;
    struct {
        void *start;
        size_t length;
    } buffers[CAMERA_BUFFERS];
    unsigned buffer_count;
    struct mien_converter *converter;
};

/* A picture that the driver handed out; it is the device's again after requeueing. */
struct camera_buffer {
    unsigned index;
    uint32_t flags; /* V4L2_BUF_FLAG_… */
    struct timeval timestamp;
    const uint8_t *data;
    size_t size;
};

/* Asks a node what it is and can. Returns 0, -EINVAL (captures no video), -ENOTTY (no V4L2 node)
 * or what open(2) says. */
int camera_probe(struct mien_camera_info *camera, const char *path, struct mien_error *error);

/* Turns the user's wish ("2", a path, a by-id link, NULL) into the path of a node. */
int camera_find(char *path, size_t size, const char *wish, struct mien_error *error);

/* Writes which programs hold the node, such as "cheese (process 812)", or, where the system does
 * not say, "another program". */
void camera_holders(const char *path, char *names, size_t size);

/* Writes what `code` means for a camera and what to do about it; returns -code. */
int camera_explain(struct mien_error *error, int code, const char *path, const char *doing);

/* Opens, negotiates and starts streaming. *device is closed on failure. */
int camera_device_open(struct camera_device *device, const struct mien_camera_options *options,
                       struct mien_error *error);
void camera_device_close(struct camera_device *device);

/* Dequeues the newest buffer that is ready; older ones are given back and added to *passed, broken
 * ones to *broken. Returns 0, -EAGAIN (none ready) or why the device is lost. */
int camera_device_dequeue(struct camera_device *device, struct camera_buffer *buffer,
                          uint64_t *passed, uint64_t *broken);
int camera_device_requeue(struct camera_device *device, unsigned index);

#endif
