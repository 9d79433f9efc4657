/* mien devices: which cameras there are, and what they can do. */
#include "commands.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "camera/camera.h"
#include "data/json.h"
#include "mien/config.h"
#include "mien/log.h"

enum { CAMERAS_MAX = 32 };

/* ---- for people ---- */

static void print_rates(const struct mien_camera_mode *mode)
{
    for (int i = 0; i < mode->rate_count; i++)
        printf("%s%g", i == 0 ? " at " : "/", mode->rates[i]);
    if (mode->rate_count > 0)
        printf(" fps");
}

/* One line a format: its sizes, each with its rates. */
static void print_modes(const struct mien_camera_info *camera)
{
    for (size_t i = 0; i < camera->mode_count; i++) {
        const struct mien_camera_mode *mode = &camera->modes[i];
        bool first = i == 0 || strcmp(camera->modes[i - 1].fourcc, mode->fourcc);
        if (first)
            printf("%s  %s ", i == 0 ? "" : "\n", mode->fourcc);
        printf("%s %d×%d", first ? "" : ",", mode->width, mode->height);
        print_rates(mode);
    }
    if (camera->mode_count > 0)
        putchar('\n');
}

static void print_camera(const struct mien_camera_info *camera)
{
    printf("%s  %s\n", camera->path, camera->name);
    printf("  bus   %s (driver %s%s)\n", camera->bus, camera->driver,
           camera->multi_planar ? ", multi-planar" : "");
    if (camera->by_id[0] != '\0')
        printf("  by-id %s\n", camera->by_id);
    print_modes(camera);
}

/* ---- for programs ---- */

static void add_camera(cJSON *list, const struct mien_camera_info *camera)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToArray(list, object);
    cJSON_AddStringToObject(object, "path", camera->path);
    cJSON_AddStringToObject(object, "name", camera->name);
    cJSON_AddStringToObject(object, "driver", camera->driver);
    cJSON_AddStringToObject(object, "bus", camera->bus);
    cJSON_AddStringToObject(object, "by_id", camera->by_id);
    cJSON_AddBoolToObject(object, "multi_planar", camera->multi_planar);
    cJSON *modes = cJSON_AddArrayToObject(object, "modes");
    for (size_t i = 0; i < camera->mode_count; i++) {
        cJSON *mode = cJSON_CreateObject();
        cJSON_AddItemToArray(modes, mode);
        cJSON_AddStringToObject(mode, "format", camera->modes[i].fourcc);
        cJSON_AddNumberToObject(mode, "width", camera->modes[i].width);
        cJSON_AddNumberToObject(mode, "height", camera->modes[i].height);
        cJSON_AddItemToObject(
            mode, "rates",
            cJSON_CreateDoubleArray(camera->modes[i].rates, camera->modes[i].rate_count));
    }
}

static int print_json(const struct mien_camera_info *cameras, int count)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < count; i++)
        add_camera(list, &cameras[i]);
    int result = json_print(list);
    cJSON_Delete(list);
    return result;
}

int command_devices(const struct mien_command_line *line)
{
    struct mien_config config;
    mien_config_defaults(&config);
    mien_command_line_apply(line, &config);
    bool json = config.output.json;
    static struct mien_camera_info cameras[CAMERAS_MAX];
    struct mien_error error;
    int count = mien_camera_list(cameras, CAMERAS_MAX, &error);
    if (json && print_json(cameras, count < 0 ? 0 : count))
        return EXIT_LOSSES;
    for (int i = 0; i < count && !json; i++)
        print_camera(&cameras[i]);
    if (count > 0)
        return fflush(stdout) ? EXIT_LOSSES : EXIT_FINE;
    mien_log(MIEN_LOG_ERROR, "%s",
             count < 0 ? error.text
                       : "no camera found: plug one in and try again "
                         "(recordings need none: `mien annotate`)");
    return EXIT_NO_DEVICE;
}
