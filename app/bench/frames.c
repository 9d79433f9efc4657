#include "bench/frames.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/stages.h"
#include "recognise/open.h"

/* The size, the faces or the input changes, one at a time. */
static const struct {
    int height, faces;
    bool mjpeg;
} rows[] = {
    {480, 1, true},  {720, 0, true},  {720, 1, true},  {720, 4, true},
    {720, 16, true}, {720, 1, false}, {1080, 1, true},
};
static const char *const stage_names[STAGES] = {"decode",   "convert", "detect",  "crop",
                                                "classify", "draw",    "present", "all"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct frames {
    const struct frames_options *options;
    struct mien_recogniser *recogniser; /* lends each row's its network */
    struct window *window;
    struct mien_picture face;
    cJSON *list;
};

/* A window on the user's display, else SDL's driver that shows nothing. */
static int open_window(struct frames *frames, struct mien_error *error)
{
    const struct window_options looks = {
        .title = "mien bench", .width = 1280, .height = 720, .bars = true};
    const struct mien_model_info *model = mien_recogniser_model(frames->recogniser);
    int result = window_open(&frames->window, &looks, model, error);
    if (result != -ENODEV)
        return result;
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    return window_open(&frames->window, &looks, model, error);
}

static int open_frames(struct frames *frames, struct mien_error *error)
{
    int result = recogniser_open(&frames->recogniser, frames->options->recogniser, error);
    if (!result)
        result = scene_read_face(&frames->face, frames->options->picture, error);
    return result ? result : open_window(frames, error);
}

static void close_frames(struct frames *frames)
{
    window_close(&frames->window);
    mien_picture_free(&frames->face);
    mien_recogniser_destroy(&frames->recogniser);
}

/* ---- results ---- */

static void print_head(const struct frames *frames)
{
    printf("a picture of a camera, one stage after the other on 1 thread; kernels: %s, %s; shown "
           "on %s\nmilliseconds, median and 95th percentile\n",
           mien_recogniser_cpu(frames->recogniser), mien_recogniser_precision(frames->recogniser),
           window_driver(frames->window));
    printf("%-5s  %-5s  %5s %5s", "lines", "input", "faces", "found");
    for (int i = 0; i < STAGES; i++)
        printf("  %11s", stage_names[i]);
    printf("  %10s\n", "pictures/s");
}

static void print_row(const struct stages_result *row)
{
    printf("%-5d  %-5s  %5d %5.1f", row->height, row->mjpeg ? "MJPEG" : "YUYV", row->faces,
           row->seen);
    for (int i = 0; i < STAGES; i++)
        printf("  %5.2f %5.2f", row->median[i], row->p95[i]);
    printf("  %10.1f\n", 1e3 / row->median[STAGE_ALL]);
    fflush(stdout);
}

static void add_object(const struct frames *frames, const struct stages_result *row)
{
    cJSON *object = cJSON_CreateObject(), *stages = cJSON_CreateObject();
    cJSON_AddItemToArray(frames->list, object);
    cJSON_AddStringToObject(object, "part", "frames");
    cJSON_AddStringToObject(object, "model", mien_recogniser_model(frames->recogniser)->name);
    cJSON_AddStringToObject(object, "cpu", mien_recogniser_cpu(frames->recogniser));
    cJSON_AddStringToObject(object, "precision", mien_recogniser_precision(frames->recogniser));
    cJSON_AddStringToObject(object, "shown_on", window_driver(frames->window));
    cJSON_AddNumberToObject(object, "threads", 1);
    cJSON_AddNumberToObject(object, "width", row->width);
    cJSON_AddNumberToObject(object, "height", row->height);
    cJSON_AddStringToObject(object, "input", row->mjpeg ? "MJPEG" : "YUYV");
    cJSON_AddNumberToObject(object, "faces", row->faces);
    cJSON_AddNumberToObject(object, "faces_found", row->seen);
    cJSON_AddNumberToObject(object, "pictures", row->pictures);
    cJSON_AddNumberToObject(object, "pictures_per_second", 1e3 / row->median[STAGE_ALL]);
    cJSON_AddItemToObject(object, "stages", stages);
    for (int i = 0; i < STAGES; i++) {
        cJSON *stage = cJSON_AddObjectToObject(stages, stage_names[i]);
        cJSON_AddNumberToObject(stage, "median_ms", row->median[i]);
        cJSON_AddNumberToObject(stage, "p95_ms", row->p95[i]);
    }
}

/* ---- all rows ---- */

static int measure_row(struct frames *frames, int height, bool mjpeg, int faces,
                       struct mien_error *error)
{
    const struct stages_options options = {frames->options->recogniser, frames->recogniser,
                                           frames->window,
                                           frames->options->seconds / (double)COUNT(rows)};
    struct stages_result row;
    struct scene scene;
    int result = scene_init(&scene, &frames->face, height, faces, mjpeg, error);
    if (!result)
        result = stages_measure(&row, &options, &scene, faces, error);
    scene_finish(&scene);
    if (result)
        return result;
    if (frames->list)
        add_object(frames, &row);
    else
        print_row(&row);
    return 0;
}

int frames_measure(const struct frames_options *options, cJSON *list, struct mien_error *error)
{
    struct frames frames = {.options = options, .list = list};
    int result = open_frames(&frames, error);
    if (!result && !list)
        print_head(&frames);
    for (size_t i = 0; i < COUNT(rows) && !result; i++)
        result = measure_row(&frames, rows[i].height, rows[i].mjpeg, rows[i].faces, error);
    close_frames(&frames);
    return result;
}
