#include "settings.h"

#include <errno.h>
#include <string.h>

#include "common/model_path.h"
#include "draw/text.h"
#include "mien/log.h"
#include "opencv.h"

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

int settings_load(struct mien_config *config, const struct mien_command_line *line)
{
    struct mien_error error;
    mien_config_check_environment();
    int status = mien_config_load(config, line, &error);
    if (status)
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
    else {
        settings_set_log(config);
        text_use_font(or_null(config->window.font));
    }
    return status;
}

void settings_set_log(const struct mien_config *config)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(config->log.level, names[i]))
            mien_log_set_level((enum mien_log_level)i);
    if (config->run.quiet)
        mien_log_set_level(MIEN_LOG_WARNING);
}

bool settings_same_camera(const struct mien_config *a, const struct mien_config *b)
{
    struct mien_config like_a = *b;
    like_a.camera.mirror = a->camera.mirror; /* not of the camera, but of its showing */
    return mien_config_same(a, &like_a, "camera");
}

static enum mien_detector_engine detector_engine(const char *name)
{
    return !strcmp(name, "mien")     ? MIEN_DETECTOR_MIEN
           : !strcmp(name, "opencv") ? MIEN_DETECTOR_OPENCV
                                     : MIEN_DETECTOR_AUTO;
}

/* Without a model: faces are found by the cascade alone. One of the caller's or OpenCV proposes too
 * little for the network. */
static struct mien_finder_options finder(const struct mien_config *config)
{
    struct mien_finder_options options = mien_finder_defaults();
    bool verify = config->detection.verify && !*config->detection.cascade &&
                  detector_engine(config->detection.engine) != MIEN_DETECTOR_OPENCV;
    options.model = verify ? config->detection.model : NULL;
    options.smallest = config->detection.smallest;
    options.largest = config->detection.largest;
    if (config->detection.thorough_scan > 0)
        options.thorough_scan = config->detection.thorough_scan;
    return options;
}

struct mien_recogniser_options settings_recogniser(const struct mien_config *config)
{
    return (struct mien_recogniser_options){
        .model = or_null(config->emotion.model),
        .cpu = config->run.cpu,
        .precision = config->emotion.precision,
        .detector = {.cascade = or_null(config->detection.cascade),
                     .scale_step = config->detection.scale_step,
                     .neighbours = config->detection.neighbours,
                     .smallest = config->detection.smallest,
                     .largest = config->detection.largest,
                     .confirm = config->detection.confirm,
                     .engine = detector_engine(config->detection.engine),
                     .load_opencv = opencv_load},
        .finder = finder(config),
        .tracks = {.overlap = config->tracking.overlap,
                   .max_age = config->tracking.max_age,
                   .min_hits = config->tracking.min_hits,
                   .smoothing = config->tracking.smoothing,
                   .speed_smoothing = config->tracking.speed_smoothing,
                   .slowest_interval = config->tracking.slowest_interval},
        .smoothing = {.time_constant = config->emotion.smoothing,
                      .hysteresis = config->emotion.hysteresis,
                      .hysteresis_seconds = config->emotion.hysteresis_seconds,
                      .uncertain_below = config->emotion.uncertain_below},
        .full_scan = config->detection.full_scan,
    };
}

struct mien_camera_options settings_camera(const struct mien_config *config)
{
    return (struct mien_camera_options){.device = or_null(config->camera.device),
                                        .format = or_null(config->camera.format),
                                        .user = or_null(config->camera.user),
                                        .password = or_null(config->camera.password),
                                        .width = config->camera.width,
                                        .height = config->camera.height,
                                        .fps = config->camera.fps};
}
