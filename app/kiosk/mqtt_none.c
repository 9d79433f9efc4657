/* In the place of mqtt.c where libmosquitto is missing. */
#include "mqtt.h"

#include <errno.h>

int mqtt_open(struct mqtt **mqtt, const struct mien_config *config, struct mien_error *error)
{
    *mqtt = NULL;
    return *config->mqtt.host
               ? mien_error_set(error, ENOTSUP, "mqtt.host: this mien was built without MQTT")
               : 0;
}

void mqtt_send(struct mqtt *mqtt, const char *row, size_t size)
{
    (void)mqtt, (void)row, (void)size;
}

void mqtt_close(struct mqtt **mqtt)
{
    *mqtt = NULL;
}
