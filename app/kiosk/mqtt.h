/* Rows of JSON to an MQTT broker, on a thread of its own. */
#ifndef APP_KIOSK_MQTT_H
#define APP_KIOSK_MQTT_H

#include <stddef.h>

#include "mien/config.h"
#include "mien/error.h"

struct mqtt;

/* Connects to the broker of config->mqtt, and again whenever it is lost; not reaching it now is no
 * error. *mqtt becomes NULL when the settings name none. Returns 0, -EINVAL (wrong settings),
 * -ENOTSUP (mien was built without MQTT) or -ENOMEM. */
int mqtt_open(struct mqtt **mqtt, const struct mien_config *config, struct mien_error *error);

/* Never waits. A row that comes while the broker is away is not sent later. NULL is fine. */
void mqtt_send(struct mqtt *mqtt, const char *row, size_t size);

/* Sends what is due, frees, sets NULL; takes some seconds where the broker is away. NULL is fine.
 */
void mqtt_close(struct mqtt **mqtt);

#endif
