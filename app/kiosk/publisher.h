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
    int failure;  /* errno of the last row that went to the file; 0: none */
    double told;  /* seconds: and when that was said */
};

/* Puts new settings into force; old ones may have been in force before. What cannot be is logged,
 * and left out. */
void publisher_use(struct publisher *publisher, const struct mien_config *config);

/* Publishes a row when one is due, or, at the end, when anything was counted since. What is sent
 * at the end goes out while other things end: publisher_close waits for the rest of it, up to
 * `patience_ms`. */
void publisher_run(struct publisher *publisher, const struct mien_config *config,
                   const struct mien_model_info *model, double now);
void publisher_finish(struct publisher *publisher, const struct mien_config *config,
                      const struct mien_model_info *model, double now);
void publisher_close(struct publisher *publisher, int patience_ms);

#endif
