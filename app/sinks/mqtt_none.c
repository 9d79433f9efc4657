/* In the place of mqtt.c where libmosquitto is missing. */
#include "mqtt.h"

#include <errno.h>

int mqtt_start(struct sink **sink, const struct mien_config *config, struct mien_error *error)
{
    *sink = NULL;
    return *config->mqtt.host
               ? mien_error_set(error, ENOTSUP, "mqtt.host: this mien was built without MQTT")
               : 0;
}

void mqtt_send(struct sink *sink, const char *topic, const char *text)
{
    (void)sink, (void)topic, (void)text;
}

void mqtt_send_once(struct sink *sink, const char *topic, const char *text)
{
    (void)sink, (void)topic, (void)text;
}
