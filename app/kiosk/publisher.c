#include "publisher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mien/log.h"
#include "mqtt.h"

void publisher_use(struct publisher *publisher, const struct mien_config *config)
{
    struct mien_error error;
    mqtt_close(&publisher->mqtt);
    if (mqtt_open(&publisher->mqtt, config, &error))
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
        mqtt_send(publisher->mqtt, row, size - 1); /* without the line's end */
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
    mqtt_close(&publisher->mqtt);
}
