/* From the settings in force (mien/config.h) to what the parts of the program ask for. Texts in
 * the results are the configuration's own: it must live as long as they are used. */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include "camera/camera.h"
#include "mien/config.h"
#include "mien/recogniser.h"

/* Loads the settings, from `path` instead of the user's and system's files if it is not NULL.
 * Returns 0, or −errno after telling the user what is wrong. */
int settings_load(struct mien_config *config, const char *path);

/* Puts log.level into force. */
void settings_set_log(const struct mien_config *config);

/* Whether a camera opened for one would be opened alike for the other. */
bool settings_same_camera(const struct mien_config *a, const struct mien_config *b);

/* `model`, from the command line, goes before the setting where it is not NULL. */
struct mien_recogniser_options settings_recogniser(const struct mien_config *config,
                                                   const char *model);

/* Fills in what `wished`, from the command line, leaves open. */
struct mien_camera_options settings_camera(const struct mien_config *config,
                                           const struct mien_camera_options *wished);

#endif
