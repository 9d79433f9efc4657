#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "mien/log.h"
#include "playback.h"

struct source {
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

static int open_named(struct source *source, const struct mien_camera_options *options,
                      struct mien_error *error)
{
    char address[1024];
    if (!options->device || !mien_url_is(options->device))
        return mien_camera_open(&source->camera, options, error);
    mien_url_with_secrets(options->device, options->user ? options->user : "",
                          options->password ? options->password : "", address, sizeof address);
    return playback_open(&source->playback, address, error);
}

static unsigned count_names(const char *list)
{
    char name[512];
    unsigned count = 0;
    while (next_name(&list, name, sizeof name))
        count++;
    return count;
}

/* Opens the one at a place of the list, counted round. */
static int open_at(struct source *source, const struct mien_camera_options *wished, unsigned place,
                   struct mien_error *error)
{
    char name[512];
    const char *list = wished->device;
    for (unsigned i = 0; i <= place; i++)
        next_name(&list, name, sizeof name);
    struct mien_camera_options options = *wished;
    options.device = name;
    return open_named(source, &options, error);
}

/* A stream is found out to be away only later: whoever comes back then begins after it. */
static int open_any(struct source *source, const struct mien_camera_options *wished, unsigned from,
                    struct mien_error *error)
{
    unsigned count = count_names(wished->device);
    int result = 0;
    for (unsigned i = 0; i < count; i++) {
        struct mien_error why;
        int failure = open_at(source, wished, (from + i) % count, &why);
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

int source_open(struct source **source, const char *video, const struct mien_camera_options *camera,
                unsigned from, struct mien_error *error)
{
    struct source *s = calloc(1, sizeof *s);
    if (!s)
        return mien_error_set(error, ENOMEM, "no memory for a source of pictures");
    int result = video ? playback_open(&s->playback, video, error)
                 : camera->device && strchr(camera->device, ',') ? open_any(s, camera, from, error)
                                                                 : open_named(s, camera, error);
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

int source_failure(struct source *source, struct mien_error *error)
{
    return source->camera ? mien_error_set(error, EIO, "there are no more pictures")
                          : playback_failure(source->playback, error);
}

bool source_is_camera(const struct source *source)
{
    return source->camera != NULL;
}

void source_status(struct source *source, struct mien_camera_status *status)
{
    if (source->camera)
        mien_camera_get_status(source->camera, status);
    else
        playback_get_status(source->playback, status);
}

void source_describe(struct source *source, char *text, size_t size)
{
    struct mien_camera_status status;
    source_status(source, &status);
    if (!status.width)
        snprintf(text, size, "%s", status.path);
    else
        snprintf(text, size, "%s%s%s, %d×%d%s%s at %.3g fps", status.name, *status.name ? ", " : "",
                 status.path, status.width, status.height, *status.fourcc ? " " : "", status.fourcc,
                 status.fps);
}
