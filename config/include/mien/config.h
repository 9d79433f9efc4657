/* Settings of every command: JSON files, environment variables, and one table that describes each
 * key (config/options.c), from which parsing, errors, documentation and the JSON Schema come. */
#ifndef MIEN_CONFIG_H
#define MIEN_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "mien/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MIEN_CONFIG_TEXT_MAX = 512 }; /* bytes of a text value, with its end */

/* A plain value: copy it freely. Units and ranges stand in config/options.c. */
struct mien_config {
    struct {
        char device[MIEN_CONFIG_TEXT_MAX], format[MIEN_CONFIG_TEXT_MAX];
        int width, height;
        double fps;
        bool mirror;
    } camera;
    struct {
        char cascade[MIEN_CONFIG_TEXT_MAX], engine[MIEN_CONFIG_TEXT_MAX];
        bool confirm;
        double scale_step, smallest, sweep;
        int neighbours;
    } detection;
    struct {
        double overlap, bridge, smoothing, speed_smoothing, slowest_looks;
        int persist;
    } tracking;
    struct {
        char model[MIEN_CONFIG_TEXT_MAX], precision[MIEN_CONFIG_TEXT_MAX];
        double smoothing, lead, lead_seconds, uncertain_below;
    } emotion;
    struct {
        bool bars, blur, fullscreen;
    } window;
    struct {
        char idle_text[MIEN_CONFIG_TEXT_MAX], lost_text[MIEN_CONFIG_TEXT_MAX];
        char notice[MIEN_CONFIG_TEXT_MAX], exit_keys[MIEN_CONFIG_TEXT_MAX];
        double idle_after;
    } kiosk;
    struct {
        char file[MIEN_CONFIG_TEXT_MAX];
        double interval;
    } counts;
    struct {
        char host[MIEN_CONFIG_TEXT_MAX], topic[MIEN_CONFIG_TEXT_MAX];
        char user[MIEN_CONFIG_TEXT_MAX], password[MIEN_CONFIG_TEXT_MAX];
        char ca_file[MIEN_CONFIG_TEXT_MAX];
        int port;
    } mqtt;
    struct {
        char level[MIEN_CONFIG_TEXT_MAX];
    } log;
};

/* Fills in the defaults. */
void mien_config_defaults(struct mien_config *config);

/* Lays the settings of a JSON text over *config, which is untouched on failure. `name` stands for
 * the file in messages: "name:line:column: key: what is wrong and what is allowed".
 * Returns 0, -EINVAL or -ENOMEM. */
int mien_config_parse(struct mien_config *config, const char *text, size_t size, const char *name,
                      struct mien_error *error);

/* The same for a file of at most 1 MiB; also returns -ENOENT, -EACCES, -EFBIG, … */
int mien_config_read(struct mien_config *config, const char *path, struct mien_error *error);

/* Defaults, then mien/config.json of the system ($XDG_CONFIG_DIRS, /etc/xdg), then the user's
 * ($XDG_CONFIG_HOME, ~/.config), or, instead of these two, `path` if it is not NULL; then
 * environment variables (camera.width is MIEN_CAMERA_WIDTH). Files that are not there are fine,
 * but for `path`. *config is untouched on failure. */
int mien_config_load(struct mien_config *config, const char *path, struct mien_error *error);

/* Whether all settings of a group, such as "camera", are equal in both. */
bool mien_config_same(const struct mien_config *a, const struct mien_config *b, const char *group);

/* Calls visit(data, file) for each file that mien_config_load would read, there or not, the one of
 * least weight first, until it returns something else than 0, which is then returned. */
int mien_config_files(const char *path, int (*visit)(void *data, const char *file), void *data);

/* Prints all settings as a JSON file, or the JSON Schema of such files. Returns 0 or -EIO. */
int mien_config_print(const struct mien_config *config, FILE *out);
int mien_config_print_schema(FILE *out);

#ifdef __cplusplus
}
#endif
#endif
