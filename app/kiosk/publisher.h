/* Where rows of counts go: to the file of the settings, to the MQTT broker, or nowhere. */
#ifndef APP_KIOSK_PUBLISHER_H
#define APP_KIOSK_PUBLISHER_H

#include "counts.h"
#include "mien/config.h"

struct sink;

/* Zeroed, it publishes to the file only. */
struct publisher {
    struct counts counts;
    struct sink *mqtt;
    double since; /* seconds: when the row in the making began */
};

/* Puts new settings into force; old ones may have been in force before. What cannot be is logged,
 * and left out. */
void publisher_use(struct publisher *publisher, const struct mien_config *config);

/* Publishes a row when one is due, or, at the end, when anything was counted since. */
void publisher_run(struct publisher *publisher, const struct mien_config *config,
                   const struct mien_model_info *model, double now);
void publisher_finish(struct publisher *publisher, const struct mien_config *config,
                      const struct mien_model_info *model, double now);

#endif
