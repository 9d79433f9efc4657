/* libv4l2 opens the device, so that odd formats of odd cameras arrive converted. It does not know
 * of all that the multi-planar API can say: devices that speak only that are opened without it. */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <libv4l2.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "mien/log.h"

/* libv4l2 prints what it meets, even "try again"; our messages and return values tell it better. */
static void silence_library(void)
{
    v4l2_log_file = fopen("/dev/null", "we");
}

static int request(const struct camera_device *device, unsigned long number, void *argument)
{
    int result;
    do
        result = v4l2_ioctl(device->fd, number, argument);
    while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : 0;
}

/* ---- what to ask for ---- */

/* What is asked of the driver. */
struct mode {
    uint32_t fourcc;
    int width, height;
    double fps;
};

/* Lower is better: the size first, then the rate, then the kind of format. */
static double rank_mode(const struct mode *mode, const struct mien_camera_options *wish)
{
    double size = abs(mode->width - wish->width) + abs(mode->height - wish->height);
    double slow = mode->fps > 0 ? fmax(0, wish->fps - 0.5 - mode->fps) : 0;
    return size * 1e6 + slow * 1e3 + mien_convert_preference(mode->fourcc);
}

/* Bytes a second on the bus, roughly. */
static double load_of(const struct mode *mode)
{
    double bytes = mode->fourcc == V4L2_PIX_FMT_GREY ? 1 : 2; /* a pixel */
    if (mode->fourcc == V4L2_PIX_FMT_NV12 || mode->fourcc == V4L2_PIX_FMT_YUV420)
        bytes = 1.5;
    if (mode->fourcc == V4L2_PIX_FMT_MJPEG || mode->fourcc == V4L2_PIX_FMT_JPEG)
        bytes = 0.4;
    return bytes * mode->width * mode->height * mode->fps;
}

/* Takes over the best mode with less load than `limit`. Returns whether there is one. */
static bool choose_mode(struct mode *best, const struct mien_camera_info *camera,
                        const struct mien_camera_options *wish, uint32_t only, double limit)
{
    double best_rank = INFINITY;
    for (size_t i = 0; i < camera->mode_count; i++) {
        const struct mien_camera_mode *told = &camera->modes[i];
        struct mode mode = {.width = told->width, .height = told->height};
        memcpy(&mode.fourcc, told->fourcc, 4);
        if (mien_convert_preference(mode.fourcc) < 0 || (only && mode.fourcc != only))
            continue;
        for (int k = 0; k < told->rate_count || k == 0; k++) {
            mode.fps = told->rate_count ? fmin(told->rates[k], wish->fps) : wish->fps;
            double rank = rank_mode(&mode, wish);
            if (rank < best_rank && load_of(&mode) < limit) {
                best_rank = rank;
                *best = mode;
            }
        }
    }
    return best_rank < INFINITY;
}

/* What the driver does not list, it may still know how to fit. */
static struct mode first_mode(const struct mien_camera_info *camera,
                              const struct mien_camera_options *wish, uint32_t only)
{
    struct mode mode = {.fourcc = V4L2_PIX_FMT_YUV420}; /* libv4l2 makes it of anything it knows */
    choose_mode(&mode, camera, wish, only, INFINITY);
    if (only)
        mode.fourcc = only;
    mode.width = wish->width;
    mode.height = wish->height;
    mode.fps = wish->fps;
    return mode;
}

static int parse_format(uint32_t *fourcc, const char *name, struct mien_error *error)
{
    memset(fourcc, ' ', 4); /* shorter names are filled up, as in "Y8  " */
    if (strlen(name) <= 4)
        memcpy(fourcc, name, strlen(name));
    if (strlen(name) > 4 || mien_convert_preference(*fourcc) < 0)
        return mien_error_set(
            error, ENOTSUP,
            "the format '%s' is not supported: take YUYV, UYVY, NV12, YU12, MJPG, "
            "JPEG or GREY",
            name);
    return 0;
}

/* ---- setting it up, in the order in which V4L2 wants it ---- */

static bool is_multi_planar(const struct camera_device *device)
{
    return device->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
}

/* The same in the multi-planar API, for pictures that lie in one piece of memory. */
static int set_planar_format(struct camera_device *device, const struct mode *mode,
                             struct mien_error *error)
{
    struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE};
    const struct v4l2_pix_format_mplane *got = &format.fmt.pix_mp;
    format.fmt.pix_mp.width = (uint32_t)mode->width;
    format.fmt.pix_mp.height = (uint32_t)mode->height;
    format.fmt.pix_mp.pixelformat = mode->fourcc;
    format.fmt.pix_mp.field = V4L2_FIELD_ANY;
    int result = request(device, VIDIOC_S_FMT, &format);
    if (result)
        return camera_explain(error, -result, device->path, "set its picture format");
    if (got->num_planes != 1)
        return mien_error_set(error, ENOTSUP,
                              "%s spreads its pictures (%.4s) over %d planes of memory, which is "
                              "not supported: choose another format, `mien devices` lists them",
                              device->path, (const char *)&got->pixelformat, got->num_planes);
    device->pixels = (struct v4l2_pix_format){.width = got->width,
                                              .height = got->height,
                                              .pixelformat = got->pixelformat,
                                              .bytesperline = got->plane_fmt[0].bytesperline,
                                              .colorspace = got->colorspace,
                                              .ycbcr_enc = got->ycbcr_enc,
                                              .quantization = got->quantization};
    return 0;
}

static int set_format(struct camera_device *device, const struct mode *mode,
                      struct mien_error *error)
{
    if (is_multi_planar(device))
        return set_planar_format(device, mode, error);
    struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    format.fmt.pix.width = (uint32_t)mode->width;
    format.fmt.pix.height = (uint32_t)mode->height;
    format.fmt.pix.pixelformat = mode->fourcc;
    format.fmt.pix.field = V4L2_FIELD_ANY;
    int result = request(device, VIDIOC_S_FMT, &format);
    if (result)
        return camera_explain(error, -result, device->path, "set its picture format");
    device->pixels = format.fmt.pix;
    return 0;
}

/* A driver without a say in its rate is fine: it then has the one it has. */
static void set_rate(struct camera_device *device, double fps)
{
    struct v4l2_streamparm parameters = {.type = device->type};
    struct v4l2_fract *interval = &parameters.parm.capture.timeperframe;
    device->fps = 0;
    if (request(device, VIDIOC_G_PARM, &parameters))
        return;
    if (parameters.parm.capture.capability & V4L2_CAP_TIMEPERFRAME) {
        *interval = (struct v4l2_fract){1000, (uint32_t)lround(fps * 1000)};
        if (request(device, VIDIOC_S_PARM, &parameters))
            request(device, VIDIOC_G_PARM, &parameters);
    }
    if (interval->numerator > 0)
        device->fps = interval->denominator / (double)interval->numerator;
}

/* JPEG by its standard; gray sensors in practice. For YUV the rule of V4L2 holds. */
static bool uses_full_range(uint32_t fourcc)
{
    return fourcc == V4L2_PIX_FMT_MJPEG || fourcc == V4L2_PIX_FMT_JPEG ||
           fourcc == V4L2_PIX_FMT_GREY;
}

static int create_converter(struct camera_device *device, struct mien_error *error)
{
    const struct v4l2_pix_format *pixels = &device->pixels;
    uint32_t matrix = pixels->ycbcr_enc, range = pixels->quantization;
    if (matrix == V4L2_YCBCR_ENC_DEFAULT)
        matrix = V4L2_MAP_YCBCR_ENC_DEFAULT(pixels->colorspace);
    if (range == V4L2_QUANTIZATION_DEFAULT)
        range = uses_full_range(pixels->pixelformat)
                    ? V4L2_QUANTIZATION_FULL_RANGE
                    : V4L2_MAP_QUANTIZATION_DEFAULT(false, pixels->colorspace, matrix);
    if (pixels->width > MIEN_PICTURE_SIDE_MAX || pixels->height > MIEN_PICTURE_SIDE_MAX)
        return mien_error_set(error, EINVAL, "%s: pictures of %u×%u pixels are not supported",
                              device->path, pixels->width, pixels->height);
    struct mien_convert_format format = {
        .fourcc = pixels->pixelformat,
        .width = (int)pixels->width,
        .height = (int)pixels->height,
        .stride = pixels->bytesperline,
        .full_range = range == V4L2_QUANTIZATION_FULL_RANGE,
        .bt709 = matrix == V4L2_YCBCR_ENC_709,
    };
    return mien_converter_create(&device->converter, &format, error);
}

/* What a request about a buffer begins with; `plane` is used, and must outlive it, where the API
 * has planes. */
static struct v4l2_buffer blank_buffer(const struct camera_device *device, unsigned index,
                                       struct v4l2_plane *plane)
{
    struct v4l2_buffer buffer = {.type = device->type, .memory = V4L2_MEMORY_MMAP, .index = index};
    *plane = (struct v4l2_plane){0};
    if (is_multi_planar(device)) {
        buffer.m.planes = plane;
        buffer.length = 1;
    }
    return buffer;
}

static int map_buffer(struct camera_device *device, unsigned index)
{
    struct v4l2_plane plane;
    struct v4l2_buffer buffer = blank_buffer(device, index, &plane);
    int result = request(device, VIDIOC_QUERYBUF, &buffer);
    if (result)
        return result;
    size_t length = is_multi_planar(device) ? plane.length : buffer.length;
    void *start = v4l2_mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, device->fd,
                            is_multi_planar(device) ? plane.m.mem_offset : buffer.m.offset);
    if (start == MAP_FAILED)
        return -errno;
    device->buffers[index].start = start;
    device->buffers[index].length = length;
    device->buffer_count = index + 1;
    return camera_device_requeue(device, index);
}

static int start_streaming(struct camera_device *device, struct mien_error *error)
{
    struct v4l2_requestbuffers wanted = {
        .count = CAMERA_BUFFERS, .type = device->type, .memory = V4L2_MEMORY_MMAP};
    int result = request(device, VIDIOC_REQBUFS, &wanted);
    if (result)
        return camera_explain(error, -result, device->path, "get buffers");
    unsigned count = wanted.count < CAMERA_BUFFERS ? wanted.count : CAMERA_BUFFERS;
    for (unsigned i = 0; i < count && !result; i++)
        result = map_buffer(device, i);
    if (result || count == 0)
        return camera_explain(error, result ? -result : ENOMEM, device->path, "map its buffers");
    int type = (int)device->type;
    result = request(device, VIDIOC_STREAMON, &type);
    return result ? camera_explain(error, -result, device->path, "start streaming") : 0;
}

static int set_up(struct camera_device *device, const struct mode *mode, struct mien_error *error)
{
    static pthread_once_t silenced = PTHREAD_ONCE_INIT;
    pthread_once(&silenced, silence_library);
    int flags = O_RDWR | O_NONBLOCK | O_CLOEXEC;
    device->fd =
        is_multi_planar(device) ? open(device->path, flags) : v4l2_open(device->path, flags);
    if (device->fd < 0)
        return camera_explain(error, errno, device->path, "open");
    int result = set_format(device, mode, error);
    if (result)
        return result;
    set_rate(device, mode->fps);
    if ((result = create_converter(device, error)))
        return result;
    return start_streaming(device, error);
}

/* As set_up; where the bus has no room, with the next mode that takes less of it. */
static int set_up_what_fits(struct camera_device *device, struct mode *mode,
                            const struct mien_camera_info *camera,
                            const struct mien_camera_options *wish, uint32_t only,
                            struct mien_error *error)
{
    for (;;) {
        struct mode tried = *mode;
        int result = set_up(device, mode, error);
        if (result)
            camera_device_close(device);
        if (result != -ENOSPC || !choose_mode(mode, camera, wish, only, load_of(&tried)))
            return result;
        mien_log(MIEN_LOG_WARNING,
                 "%s: the USB bus has no room for %d×%d %.4s at %.3g pictures a second; takes "
                 "%d×%d %.4s at %.3g",
                 device->path, tried.width, tried.height, (const char *)&tried.fourcc, tried.fps,
                 mode->width, mode->height, (const char *)&mode->fourcc, mode->fps);
    }
}

int camera_device_open(struct camera_device *device, const struct mien_camera_options *options,
                       struct mien_error *error)
{
    struct mien_camera_options wish = *options;
    if (wish.width <= 0 || wish.height <= 0) {
        wish.width = 640;
        wish.height = 480;
    }
    if (!(wish.fps > 0 && wish.fps < 1e6))
        wish.fps = 30;
    *device = (struct camera_device){.fd = -1};
    struct mien_camera_info camera;
    uint32_t fourcc = 0;
    int result = wish.format ? parse_format(&fourcc, wish.format, error) : 0;
    if (result || (result = camera_find(device->path, sizeof device->path, wish.device, error)) ||
        (result = camera_probe(&camera, device->path, error)))
        return result;
    memcpy(device->name, camera.name, sizeof device->name);
    device->type =
        camera.multi_planar ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : V4L2_BUF_TYPE_VIDEO_CAPTURE;
    struct mode mode = first_mode(&camera, &wish, fourcc);
    return set_up_what_fits(device, &mode, &camera, &wish, fourcc, error);
}

/* Closing the descriptor stops the stream too, but libv4l2 wants its buffers unmapped before. */
void camera_device_close(struct camera_device *device)
{
    if (device->fd < 0)
        return;
    int type = (int)device->type;
    request(device, VIDIOC_STREAMOFF, &type);
    for (unsigned i = 0; i < device->buffer_count; i++)
        v4l2_munmap(device->buffers[i].start, device->buffers[i].length);
    device->buffer_count = 0;
    mien_converter_destroy(&device->converter);
    v4l2_close(device->fd);
    device->fd = -1;
}

/* ---- streaming ---- */

enum { MOST_REFUSED = 2 * CAMERA_BUFFERS }; /* at once; a driver may say so for ever */

int camera_device_requeue(struct camera_device *device, unsigned index)
{
    struct v4l2_plane plane;
    struct v4l2_buffer buffer = blank_buffer(device, index, &plane);
    return request(device, VIDIOC_QBUF, &buffer);
}

static int dequeue_one(struct camera_device *device, struct camera_buffer *out)
{
    struct v4l2_plane plane;
    struct v4l2_buffer buffer = blank_buffer(device, 0, &plane);
    int result = request(device, VIDIOC_DQBUF, &buffer);
    if (result)
        return result;
    if (buffer.index >= device->buffer_count)
        return -EIO;
    size_t room = device->buffers[buffer.index].length;
    size_t used = is_multi_planar(device) ? plane.bytesused : buffer.bytesused;
    size_t offset = is_multi_planar(device) ? plane.data_offset : 0; /* of the picture in `used` */
    used = used < room ? used : room;
    offset = offset < used ? offset : used;
    *out = (struct camera_buffer){
        .index = buffer.index,
        .flags = buffer.flags,
        .timestamp = buffer.timestamp,
        .data = (const uint8_t *)device->buffers[buffer.index].start + offset,
        .size = used - offset,
    };
    return 0;
}

int camera_device_dequeue(struct camera_device *device, struct camera_buffer *buffer,
                          uint64_t *passed, uint64_t *broken)
{
    bool have = false;
    int refused = 0;
    for (;;) {
        struct camera_buffer next;
        int result = dequeue_one(device, &next);
        if (result == -EAGAIN && have)
            return 0;
        if (result == -EPIPE && ++refused <= MOST_REFUSED) {
            ++*broken; /* libv4l2 could not make a picture of it, and kept the buffer */
            continue;
        }
        if (result)
            return result;
        const struct camera_buffer *back = have ? buffer : NULL;
        if (next.flags & V4L2_BUF_FLAG_ERROR) {
            ++*broken;
            back = &next;
        } else if (have) {
            ++*passed;
        }
        if (back && (result = camera_device_requeue(device, back->index)))
            return result;
        if (back != &next) {
            *buffer = next;
            have = true;
        }
    }
}
