#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mien/log.h"
#include "playback.h"

struct source {
    const char *video;
    struct mien_camera *camera; /* one of these two */
    struct playback *playback;
};

/* Copies the next name of a list and steps over it; false at the end of the list. */
static bool next_name(const char **list, char *name, size_t size)
{
    *list += strspn(*list, ", ");
    size_t length = strcspn(*list, ",");
    snprintf(name, size, "%.*s", (int)length, *list);
    for (size_t end = strlen(name); end && name[end - 1] == ' ';)
        name[--end] = '\0';
    *list += length;
    return *name;
}

static int open_first(struct mien_camera **camera, const struct mien_camera_options *wished,
                      struct mien_error *error)
{
    char name[256];
    const char *list = wished->device;
    int result = 0;
    while (next_name(&list, name, sizeof name)) {
        struct mien_camera_options options = *wished;
        struct mien_error why;
        options.device = name;
        int failure = mien_camera_open(camera, &options, &why);
        if (!failure)
            return 0;
        if (!result) {
            result = failure;
            mien_error_set(error, -failure, "%s", why.text);
        } else {
            mien_log(MIEN_LOG_WARNING, "%s", why.text);
        }
    }
    return result ? result : mien_error_set(error, EINVAL, "'%s' names no camera", wished->device);
}

static int open_camera(struct mien_camera **camera, const struct mien_camera_options *options,
                       struct mien_error *error)
{
    return options->device && strchr(options->device, ',')
               ? open_first(camera, options, error)
               : mien_camera_open(camera, options, error);
}

int source_open(struct source **source, const char *video, const struct mien_camera_options *camera,
                struct mien_error *error)
{
    struct source *s = calloc(1, sizeof *s);
    if (!s)
        return mien_error_set(error, ENOMEM, "no memory for a source of pictures");
    s->video = video;
    int result =
        video ? playback_open(&s->playback, video, error) : open_camera(&s->camera, camera, error);
    if (result) {
        free(s);
        return result;
    }
    *source = s;
    return 0;
}

void source_close(struct source **source)
{
    if (!*source)
        return;
    mien_camera_close(&(*source)->camera);
    playback_close(&(*source)->playback);
    free(*source);
    *source = NULL;
}

int source_take(struct source *source, struct mien_frame *frame, int timeout_ms)
{
    return source->camera ? mien_camera_take(source->camera, frame, timeout_ms)
                          : playback_take(source->playback, frame, timeout_ms);
}

void source_release(struct source *source, struct mien_frame *frame)
{
    if (source->camera)
        mien_camera_release(source->camera, frame);
    else
        playback_release(source->playback, frame);
}

void source_status(struct source *source, struct mien_camera_status *status)
{
    if (source->camera) {
        mien_camera_get_status(source->camera, status);
        return;
    }
    const struct mien_video_info *info = playback_info(source->playback);
    *status = (struct mien_camera_status){.width = info->width,
                                          .height = info->height,
                                          .fps = info->fps,
                                          .dropped = playback_dropped(source->playback)};
    snprintf(status->path, sizeof status->path, "%s", source->video);
}

void source_describe(struct source *source, char *text, size_t size)
{
    struct mien_camera_status status;
    source_status(source, &status);
    snprintf(text, size, "%s%s%s, %d×%d%s%s at %.3g fps", status.name, *status.name ? ", " : "",
             status.path, status.width, status.height, *status.fourcc ? " " : "", status.fourcc,
             status.fps);
}
