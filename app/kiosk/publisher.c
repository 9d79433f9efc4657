#include "publisher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mien/log.h"
#include "sinks/mqtt.h"

/* At the end, for what is still to be sent. */
enum { PATIENCE_MS = 1500 };

void publisher_use(struct publisher *publisher, const struct mien_config *config)
{
    struct mien_error error;
    sink_stop(&publisher->mqtt, 0);
    if (mqtt_start(&publisher->mqtt, config, &error))
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
}

/* The file is opened anew for each row, so that it may be moved away at any time. */
static void append(const char *path, const char *row, size_t size)
{
    FILE *file = fopen(path, "ae");
    bool written = file && fwrite(row, 1, size, file) == size;
    if ((file && fclose(file)) || !written)
        mien_log(MIEN_LOG_ERROR, "counts are not written: %s: %s", path, strerror(errno));
}

static void publish(struct publisher *publisher, const struct mien_config *config,
                    const struct mien_model_info *model, double now)
{
    char *row = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&row, &size);
    if (!text)
        return;
    counts_put(&publisher->counts, text, model, now - publisher->since);
    publisher->since = now;
    if (!fclose(text)) {
        if (*config->counts.file)
            append(config->counts.file, row, size);
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
    sink_stop(&publisher->mqtt, PATIENCE_MS);
}
