#include "publisher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mien/log.h"
#include "sinks/mqtt.h"

void publisher_use(struct publisher *publisher, const struct mien_config *config)
{
    struct mien_error error;
    sink_stop(&publisher->mqtt, 0);
    if (mqtt_start(&publisher->mqtt, config, &error))
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
}

#define TOLD_SECONDS 3600.0 /* between two messages about a file that stays as it is */

/* The file is opened anew for each row, so that it may be moved away at any time. A pipe that
 * nobody reads is an error, and not waited for. */
static int append(const char *path, const char *row, size_t size)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (fd < 0)
        return errno;
    ssize_t count = write(fd, row, size);
    int result = count < 0 ? errno : (size_t)count < size ? ENOSPC : 0;
    if (close(fd) && !result)
        result = errno;
    return result;
}

/* A disk that is full is told of once and each hour, not with each row. */
static void keep(struct publisher *publisher, const char *path, const char *row, size_t size,
                 double now)
{
    int failure = append(path, row, size);
    if (!failure && publisher->failure)
        mien_log(MIEN_LOG_INFO, "counts are written to %s again", path);
    if (failure && (failure != publisher->failure || now - publisher->told >= TOLD_SECONDS)) {
        mien_log(MIEN_LOG_ERROR, "counts are not written: %s: %s", path, strerror(failure));
        publisher->told = now;
    }
    publisher->failure = failure;
}

static void publish(struct publisher *publisher, const struct mien_config *config,
                    const struct mien_model_info *model, double now)
{
    char *row = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&row, &size);
    if (!text)
        return;
    counts_write(&publisher->counts, text, model, now - publisher->since);
    publisher->since = now;
    if (!fclose(text)) {
        if (*config->counts.file)
            keep(publisher, config->counts.file, row, size, now);
        row[size - 1] = '\0'; /* the line's end */
        mqtt_send(publisher->mqtt, config->mqtt.topic, row);
    }
    free(row);
}

void publisher_run(struct publisher *publisher, const struct mien_config *config,
                   const struct mien_model_info *model, double now)
{
    if (now - publisher->since >= config->counts.interval)
        publish(publisher, config, model, now);
}

void publisher_finish(struct publisher *publisher, const struct mien_config *config,
                      const struct mien_model_info *model, double now)
{
    if (counts_any(&publisher->counts))
        publish(publisher, config, model, now);
    sink_end(publisher->mqtt);
}

void publisher_close(struct publisher *publisher, int patience_ms)
{
    sink_stop(&publisher->mqtt, patience_ms);
}
