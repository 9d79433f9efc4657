/* Texts to an MQTT broker, by a thread of their own: nobody waits for a broker. */
#ifndef APP_SINKS_MQTT_H
#define APP_SINKS_MQTT_H

#include "mien/config.h"
#include "mien/error.h"
#include "sink.h"

enum { MQTT_TOPIC_MAX = 600, MQTT_TEXT_MAX = 2048 };

/* What the sink takes. */
struct mqtt_item {
    char topic[MQTT_TOPIC_MAX], text[MQTT_TEXT_MAX];
    bool at_least_once; /* else: at most once */
};

/* Connects to the broker of config->mqtt, and again whenever it is lost; not reaching it is no
 * error. What is sent while it is away is dropped. *sink becomes NULL when the settings name none.
 * Returns 0, -EINVAL (wrong settings), -ENOTSUP (mien was built without MQTT) or -ENOMEM. */
int mqtt_start(struct sink **sink, const struct mien_config *config, struct mien_error *error);

/* Sends a text at least once. A sink that is NULL is fine. */
void mqtt_send(struct sink *sink, const char *topic, const char *text);

/* The same at most once: for what the next one soon makes old. */
void mqtt_send_once(struct sink *sink, const char *topic, const char *text);

#endif
