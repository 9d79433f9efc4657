/* From the settings in force (mien/config.h) to what the parts of the program ask for. Texts in
 * the results are the configuration's own: it must live as long as they are used. */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include "camera/camera.h"
#include "mien/command_line.h"
#include "mien/config.h"
#include "mien/recogniser.h"

/* Loads the settings, with what the command line says of them; it may be NULL.
 * Returns 0, or −errno after telling the user what is wrong. */
int settings_load(struct mien_config *config, const struct mien_command_line *line);

/* Puts log.level into force, and --quiet. */
void settings_set_log(const struct mien_config *config);

/* Whether a camera opened for one would be opened alike for the other. */
bool settings_same_camera(const struct mien_config *a, const struct mien_config *b);

struct mien_recogniser_options settings_recogniser(const struct mien_config *config);

struct mien_camera_options settings_camera(const struct mien_config *config);

#endif
