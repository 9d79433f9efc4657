#include "private.h"

#include <errno.h>
#include <libavutil/log.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/url.h"
#include "mien/log.h"

/* strerror of an invalid file says little; the line that libav logged just before says why. */
static _Thread_local char last_error[200];

static void cut_line_end(char *text)
{
    text[strcspn(text, "\r\n")] = '\0';
}

static void take_line(void *object, int level, const char *format, va_list arguments)
{
    if (level > AV_LOG_WARNING)
        return;
    char line[200];
    char told[1024];
    vsnprintf(told, sizeof told, format, arguments);
    mien_url_without_secrets(told, line, sizeof line);
    cut_line_end(line);
    if (!line[0])
        return;
    if (level <= AV_LOG_ERROR)
        memcpy(last_error, line, sizeof line);
    const AVClass *class = object ? *(const AVClass **)object : NULL;
    mien_log(MIEN_LOG_DEBUG, "%s: %s", class ? class->item_name(object) : "libav", line);
}

static void install(void)
{
    av_log_set_callback(take_line);
}

void video_log_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install);
    video_log_forget();
}

void video_log_forget(void)
{
    last_error[0] = '\0';
}

const char *video_log_last(void)
{
    return last_error;
}

/* libav has codes of its own beside negated errno values, which are small. */
static int errno_of(int code)
{
    if (code == AVERROR_EXTERNAL || code == AVERROR_UNKNOWN || code == AVERROR_EOF)
        return EIO;
    return code < 0 && code > -4096 ? -code : EINVAL;
}

int video_error(struct mien_error *error, int code, const char *name)
{
    char words[AV_ERROR_MAX_STRING_SIZE];
    av_make_error_string(words, sizeof words, code);
    if (code == AVERROR_INVALIDDATA)
        strcpy(words, "no video or picture that FFmpeg knows, or damaged");
    if (last_error[0])
        return mien_error_set(error, errno_of(code), "%s: %s (%s)", name, words, last_error);
    return mien_error_set(error, errno_of(code), "%s: %s", name, words);
}
