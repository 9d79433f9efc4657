/* Which cameras there are: the nodes themselves are asked, not what they are called. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clamp.h"
#include "device.h"

enum { NODES_MAX = 256, BY_ID_MAX = 255 };
#define BY_ID "/dev/v4l/by-id/"

static int ioctl_again(int fd, unsigned long request, void *argument)
{
    int result;
    do
        result = ioctl(fd, request, argument);
    while (result < 0 && errno == EINTR);
    return result;
}

int camera_explain(struct mien_error *error, int code, const char *path, const char *doing)
{
    char holders[128];
    switch (code) {
    case EBUSY:
        camera_holders(path, holders, sizeof holders);
        return mien_error_set(error, code, "%s is in use by %s: close that first", path, holders);
    case EACCES:
    case EPERM:
        return mien_error_set(error, EACCES,
                              "no permission for %s: join the group `video` "
                              "(sudo usermod -aG video $USER) and log in again",
                              path);
    case ENOENT:
    case ENXIO:
    case ENODEV:
        return mien_error_set(error, code,
                              "there is no camera %s: plugged in? `mien devices` lists them", path);
    case ENOSPC:
        return mien_error_set(error, code,
                              "the USB bus has no room for %s: use another port, a smaller size "
                              "or the format MJPG",
                              path);
    default:
        return mien_error_set(error, code, "%s: cannot %s: %s", path, doing, strerror(code));
    }
}

/* ---- one node ---- */

static int highest_first(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x > y ? -1 : x < y;
}

static void add_rate(struct mien_camera_mode *mode, struct v4l2_fract interval)
{
    if (interval.numerator > 0 && interval.denominator > 0 &&
        mode->rate_count < MIEN_CAMERA_RATES_MAX)
        mode->rates[mode->rate_count++] = interval.denominator / (double)interval.numerator;
}

static void add_rates(struct mien_camera_mode *mode, int fd, uint32_t fourcc)
{
    struct v4l2_frmivalenum interval = {
        .pixel_format = fourcc, .width = (uint32_t)mode->width, .height = (uint32_t)mode->height};
    for (; interval.index < MIEN_CAMERA_RATES_MAX; interval.index++) {
        if (ioctl_again(fd, VIDIOC_ENUM_FRAMEINTERVALS, &interval) < 0)
            break;
        if (interval.type != V4L2_FRMIVAL_TYPE_DISCRETE) {
            add_rate(mode, interval.stepwise.min);
            add_rate(mode, interval.stepwise.max);
            break;
        }
        add_rate(mode, interval.discrete);
    }
    qsort(mode->rates, (size_t)mode->rate_count, sizeof *mode->rates, highest_first);
}

static void add_mode(struct mien_camera_info *camera, int fd, uint32_t fourcc, uint32_t width,
                     uint32_t height)
{
    if (camera->mode_count == MIEN_CAMERA_MODES_MAX || width < 1 || height < 1 ||
        width > MIEN_PICTURE_SIDE_MAX || height > MIEN_PICTURE_SIDE_MAX)
        return;
    struct mien_camera_mode *mode = &camera->modes[camera->mode_count++];
    memcpy(mode->fourcc, &fourcc, 4);
    mode->fourcc[4] = '\0';
    mode->width = (int)width;
    mode->height = (int)height;
    add_rates(mode, fd, fourcc);
}

static void add_modes(struct mien_camera_info *camera, int fd, uint32_t fourcc)
{
    struct v4l2_frmsizeenum size = {.pixel_format = fourcc};
    for (; ioctl_again(fd, VIDIOC_ENUM_FRAMESIZES, &size) == 0 && size.index < 256; size.index++) {
        if (size.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
            add_mode(camera, fd, fourcc, size.discrete.width, size.discrete.height);
            continue;
        }
        const struct v4l2_frmsize_stepwise *range = &size.stepwise; /* a usual size, the largest */
        add_mode(camera, fd, fourcc,
                 (uint32_t)clamp_double(640, range->min_width, range->max_width),
                 (uint32_t)clamp_double(480, range->min_height, range->max_height));
        add_mode(camera, fd, fourcc, range->max_width, range->max_height);
        return;
    }
    if (size.index == 0) /* the driver tells formats only; the size is then found by asking */
        add_mode(camera, fd, fourcc, 640, 480);
}

static void find_by_id(struct mien_camera_info *camera)
{
    DIR *folder = opendir(BY_ID);
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        char link[sizeof BY_ID + BY_ID_MAX], target[PATH_MAX];
        int length = snprintf(link, sizeof link, "%s%s", BY_ID, entry->d_name);
        if (length < (int)sizeof camera->by_id && realpath(link, target) &&
            !strcmp(target, camera->path))
            memcpy(camera->by_id, link, (size_t)length + 1);
    }
    if (folder)
        closedir(folder);
}

static int open_node(const char *path, struct mien_error *error)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return camera_explain(error, errno, path, "open");
    if (!S_ISCHR(status.st_mode))
        return mien_error_set(error, ENOTTY,
                              "%s is no camera (for a recording there is `mien annotate`)", path);
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return fd < 0 ? camera_explain(error, errno, path, "open") : fd;
}

static int read_capability(struct mien_camera_info *camera, uint32_t *type, int fd,
                           struct mien_error *error)
{
    struct v4l2_capability capability;
    if (ioctl_again(fd, VIDIOC_QUERYCAP, &capability) < 0) {
        if (errno == ENOTTY || errno == EINVAL)
            return mien_error_set(error, ENOTTY, "%s is no camera", camera->path);
        return camera_explain(error, errno, camera->path, "ask what it is");
    }
    snprintf(camera->name, sizeof camera->name, "%.32s", (const char *)capability.card);
    snprintf(camera->driver, sizeof camera->driver, "%.16s", (const char *)capability.driver);
    snprintf(camera->bus, sizeof camera->bus, "%.32s", (const char *)capability.bus_info);
    uint32_t able = capability.capabilities & V4L2_CAP_DEVICE_CAPS ? capability.device_caps
                                                                   : capability.capabilities;
    bool captures = able & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE);
    if (!captures || !(able & V4L2_CAP_STREAMING))
        return mien_error_set(error, EINVAL,
                              "%s (%s) captures no video, it is another node of a device; "
                              "`mien devices` lists those that do",
                              camera->path, camera->name);
    camera->multi_planar = !(able & V4L2_CAP_VIDEO_CAPTURE);
    *type = camera->multi_planar ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : V4L2_BUF_TYPE_VIDEO_CAPTURE;
    return 0;
}

int camera_probe(struct mien_camera_info *camera, const char *path, struct mien_error *error)
{
    int fd = open_node(path, error);
    if (fd < 0)
        return fd;
    *camera = (struct mien_camera_info){0};
    snprintf(camera->path, sizeof camera->path, "%s", path);
    uint32_t type = 0;
    int result = read_capability(camera, &type, fd, error);
    if (result == 0) {
        struct v4l2_fmtdesc format = {.type = type};
        for (; ioctl_again(fd, VIDIOC_ENUM_FMT, &format) == 0 && format.index < 64; format.index++)
            add_modes(camera, fd, format.pixelformat);
        find_by_id(camera);
    }
    close(fd);
    return result;
}

/* ---- all of them ---- */

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static size_t list_nodes(int *numbers)
{
    size_t count = 0;
    DIR *folder = opendir("/dev");
    struct dirent *entry;
    while (folder && count < NODES_MAX && (entry = readdir(folder))) {
        int end = 0;
        if (sscanf(entry->d_name, "video%4d%n", &numbers[count], &end) == 1 &&
            entry->d_name[end] == '\0')
            count++;
    }
    if (folder)
        closedir(folder);
    qsort(numbers, count, sizeof *numbers, by_number);
    return count;
}

int mien_camera_list(struct mien_camera_info *cameras, size_t capacity, struct mien_error *error)
{
    int numbers[NODES_MAX];
    size_t nodes = list_nodes(numbers), count = 0;
    struct mien_error refused = {""};
    for (size_t i = 0; i < nodes && count < capacity; i++) {
        char path[32];
        struct mien_error why;
        snprintf(path, sizeof path, "/dev/video%d", numbers[i]);
        int result = camera_probe(&cameras[count], path, &why);
        if (result == 0)
            count++;
        else if (result == -EACCES)
            refused = why;
    }
    if (count == 0 && refused.text[0] != '\0')
        return mien_error_set(error, EACCES, "%s", refused.text);
    return (int)count;
}

int camera_find(char *path, size_t size, const char *wish, struct mien_error *error)
{
    if (!wish) {
        struct mien_camera_info first;
        int count = mien_camera_list(&first, 1, error);
        if (count < 0)
            return count;
        if (count == 0)
            return mien_error_set(error, ENODEV,
                                  "no camera found: plug one in (`mien devices` lists them)");
        snprintf(path, size, "%s", first.path);
        return 0;
    }
    if (wish[0] != '\0' && strspn(wish, "0123456789") == strlen(wish)) {
        snprintf(path, size, "/dev/video%.8s", wish);
        return 0;
    }
    char target[PATH_MAX]; /* links in by-id point to the node of today */
    const char *found = realpath(wish, target);
    if (!found)
        return camera_explain(error, errno, wish, "find");
    if (strlen(found) >= size)
        return mien_error_set(error, ENAMETOOLONG, "%s is too long for the path of a camera", wish);
    strcpy(path, found);
    return 0;
}
