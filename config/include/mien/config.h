/* Settings of every command: defaults, JSON files, environment variables and the command line, by
 * one table (config/options.c). */
#ifndef MIEN_CONFIG_H
#define MIEN_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "mien/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MIEN_CONFIG_TEXT_MAX = 512, MIEN_CONFIG_PATH_MAX = 4096 }; /* bytes, with the end */

/* A plain value: copy it freely. Units, ranges and meanings stand in config/options.c. */
struct mien_config {
    /* ---- settings ---- */
    struct {
        char device[MIEN_CONFIG_PATH_MAX], format[MIEN_CONFIG_TEXT_MAX];
        char user[MIEN_CONFIG_TEXT_MAX], password[MIEN_CONFIG_TEXT_MAX];
        int width, height; /* one after the other, for --size */
        double fps;
        bool mirror;
    } camera;
    struct {
        char cascade[MIEN_CONFIG_PATH_MAX], model[MIEN_CONFIG_PATH_MAX],
            engine[MIEN_CONFIG_TEXT_MAX];
        bool verify, confirm;
        double scale_step, full_scan, thorough_scan;
        int neighbours, smallest, largest;
    } detection;
    struct {
        double overlap, max_age, smoothing, speed_smoothing, slowest_interval;
        int min_hits;
    } tracking;
    struct {
        char model[MIEN_CONFIG_PATH_MAX], precision[MIEN_CONFIG_TEXT_MAX];
        double smoothing, hysteresis, hysteresis_seconds, uncertain_below;
    } emotion;
    struct {
        char font[MIEN_CONFIG_PATH_MAX];
        bool bars, blur, fullscreen;
    } window;
    struct {
        char idle_text[MIEN_CONFIG_TEXT_MAX], lost_text[MIEN_CONFIG_TEXT_MAX];
        char notice[MIEN_CONFIG_TEXT_MAX], exit_keys[MIEN_CONFIG_TEXT_MAX];
        char fit[MIEN_CONFIG_TEXT_MAX], rotate[MIEN_CONFIG_TEXT_MAX];
        double idle_after;
    } kiosk;
    struct {
        char file[MIEN_CONFIG_PATH_MAX];
        double interval;
    } counts;
    struct {
        char host[MIEN_CONFIG_TEXT_MAX], topic[MIEN_CONFIG_TEXT_MAX];
        char faces_topic[MIEN_CONFIG_TEXT_MAX];
        char user[MIEN_CONFIG_TEXT_MAX], password[MIEN_CONFIG_TEXT_MAX];
        char ca_file[MIEN_CONFIG_PATH_MAX];
        int port;
    } mqtt;
    struct {
        char level[MIEN_CONFIG_TEXT_MAX];
    } log;

    /* ---- of one command line; texts are its own, NULL: not given ---- */
    struct {
        const char *video, *data, *images, *labels, *exclude, *picture;
        const char *from, *to; /* seconds or h:m:s */
        const char *region, *faces, *people;
        double rate; /* 0: every frame */
        int every;
        bool sequence; /* a folder of pictures is one film */
    } input;
    struct {
        const char *socket, *web, *osc; /* rows of what is seen */
        const char *file, *record, *jsonl, *csv, *vtt, *srt, *summary, *plot, *report;
        const char *eaf, *textgrid, *boris, *anvil, *edl, *table, *table_summary;
        double min_seconds;
        const char *confusion, *reliability;
        const char *video; /* what becomes of it */
        bool headless, json, overwrite, raw, derived, quality, explain, mqtt;
    } output;
    struct {
        const char *codec, *preset, *audio, *hwaccel;
        int crf;
    } encoding;
    struct {
        const char *config, *cpu, *only, *check;
        double seconds, measure_seconds; /* seconds 0: without end */
        int jobs, threads, batch;
        bool resume, quiet, timing, sandbox, status, print_defaults, print_schema;
    } run;
};

struct mien_command_line; /* mien/command_line.h */

/* Fills in the defaults. */
void mien_config_defaults(struct mien_config *config);

/* Lays the settings of a JSON text over *config, which is untouched on failure. `name` stands for
 * the file in messages: "name:line:column: key: what is wrong and what is allowed".
 * Returns 0, -EINVAL or -ENOMEM. */
int mien_config_parse(struct mien_config *config, const char *text, size_t size, const char *name,
                      struct mien_error *error);

/* The same for a regular file of at most 1 MiB; also returns -ENOENT, -EACCES, -EFBIG, … */
int mien_config_read(struct mien_config *config, const char *path, struct mien_error *error);

/* Defaults, then mien/config.json of the system ($XDG_CONFIG_DIRS, /etc/xdg), then the user's
 * ($XDG_CONFIG_HOME, ~/.config), or, instead of these two, the file of --config; then environment
 * variables (camera.width is MIEN_CAMERA_WIDTH); then the command line, unless it is NULL. Files
 * that are not there are fine, but for that of --config. *config is untouched on failure. */
int mien_config_load(struct mien_config *config, const struct mien_command_line *line,
                     struct mien_error *error);

/* Warns of environment variables MIEN_… that name nothing. */
void mien_config_check_environment(void);

/* Whether all settings of a group, such as "camera", are equal in both. */
bool mien_config_same(const struct mien_config *a, const struct mien_config *b, const char *group);

/* Calls visit(data, file) for each file that mien_config_load would read, there or not, the one of
 * least weight first, until it returns something else than 0, which is then returned. */
int mien_config_files(const struct mien_command_line *line,
                      int (*visit)(void *data, const char *file), void *data);

/* Prints all settings as a JSON file, but for passwords, or the JSON Schema of such files. Returns
 * 0 or -EIO. */
int mien_config_print(const struct mien_config *config, FILE *out);
int mien_config_print_schema(FILE *out);

#ifdef __cplusplus
}
#endif
#endif
