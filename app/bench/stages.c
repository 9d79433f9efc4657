#include "bench/stages.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <stdlib.h>

#include "base/clock.h"
#include "recognise/open.h"

enum { WARM_UP = 5, PICTURES_MIN = 15, PICTURES_MAX = 4096 };

#define FPS 30.0 /* of the time that the recogniser is told */

struct run {
    const struct stages_options *options;
    const struct scene *scene;
    struct mien_converter *converter;
    struct mien_recogniser *recogniser;
    struct mien_recogniser_times spent;
    struct mien_faces faces;
    struct mien_frame frame;
    int pictures;
    long seen;
    double times[STAGES][PICTURES_MAX];
};

static int open_run(struct run *run, struct mien_error *error)
{
    struct mien_recogniser_options options = *run->options->recogniser;
    const struct mien_convert_format *format = &run->scene->format;
    options.times = &run->spent;
    int result = mien_converter_create(&run->converter, format, error);
    if (!result)
        result = recogniser_open_beside(&run->recogniser, run->options->other, &options, error);
    if (!result)
        result = mien_picture_alloc(&run->frame.color, MIEN_BGRX32, format->width, format->height,
                                    error);
    if (!result)
        result =
            mien_picture_alloc(&run->frame.gray, MIEN_GRAY8, format->width, format->height, error);
    return result;
}

static void close_run(struct run *run)
{
    mien_picture_free(&run->frame.color);
    mien_picture_free(&run->frame.gray);
    mien_faces_free(&run->faces);
    mien_recogniser_destroy(&run->recogniser);
    mien_converter_destroy(&run->converter);
    free(run);
}

static void note(double *times, enum stage stage, int64_t from, int64_t to)
{
    times[stage] = (double)(to - from) / 1e6;
    times[STAGE_ALL] += times[stage];
}

/* The recogniser tells how long its own stages took. */
static int look(struct run *run, double *times, struct mien_error *error)
{
    run->spent = (struct mien_recogniser_times){0};
    int64_t start = clock_ns();
    int result =
        mien_recogniser_run(run->recogniser, &run->frame.gray, run->frame.time, &run->faces, error);
    int64_t took = clock_ns() - start;
    int64_t crop = run->spent.crop.wall_ns;
    int64_t detect = run->spent.detect.wall_ns;
    note(times, STAGE_DETECT, 0, detect);
    note(times, STAGE_CROP, 0, crop);
    note(times, STAGE_CLASSIFY, 0, took - detect - crop);
    return result;
}

static int decode(struct run *run, int index, double *times, struct mien_error *error)
{
    const struct scene *scene = run->scene;
    int64_t start = clock_ns();
    int result =
        mien_converter_decode(run->converter, scene->data[index], scene->sizes[index], &run->frame);
    int64_t decoded = clock_ns();
    if (!result)
        result = mien_converter_paint(run->converter, &run->frame);
    note(times, STAGE_DECODE, start, decoded);
    note(times, STAGE_CONVERT, decoded, clock_ns());
    return result ? mien_error_set(error, -result, "a made-up picture cannot be read") : 0;
}

static int show(struct run *run, double *times, struct mien_error *error)
{
    struct overlay_status status = {.fps = FPS, .analysed = FPS};
    int64_t start = clock_ns();
    int result = window_draw(run->options->window, &run->frame.color, &run->faces, &status, error);
    int64_t drawn = clock_ns();
    window_present(run->options->window);
    note(times, STAGE_DRAW, start, drawn);
    note(times, STAGE_PRESENT, drawn, clock_ns());
    window_react(run->options->window);
    return result;
}

static int one_picture(struct run *run, long number, double *times, int *seen,
                       struct mien_error *error)
{
    run->frame.time = (double)number / FPS;
    int result = decode(run, (int)(number % SCENE_PICTURES), times, error);
    if (!result)
        result = look(run, times, error);
    if (!result)
        result = show(run, times, error);
    *seen = result ? 0 : run->faces.count;
    return result;
}

static int measure(struct run *run, struct mien_error *error)
{
    double end = clock_seconds() + run->options->seconds;
    int result = 0;
    for (long number = 0; !result && run->pictures < PICTURES_MAX; number++) {
        double times[STAGES] = {0};
        int seen;
        result = one_picture(run, number, times, &seen, error);
        if (number < WARM_UP)
            continue;
        for (int i = 0; i < STAGES; i++)
            run->times[i][run->pictures] = times[i];
        run->seen += seen;
        run->pictures++;
        if (run->pictures >= PICTURES_MIN && clock_seconds() > end)
            break;
    }
    return result;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void summarise(struct run *run, int faces, struct stages_result *result)
{
    const struct mien_convert_format *format = &run->scene->format;
    *result = (struct stages_result){.width = format->width,
                                     .height = format->height,
                                     .faces = faces,
                                     .mjpeg = format->fourcc == V4L2_PIX_FMT_MJPEG,
                                     .seen = (double)run->seen / run->pictures,
                                     .pictures = run->pictures};
    for (int i = 0; i < STAGES; i++) {
        qsort(run->times[i], (size_t)run->pictures, sizeof(double), by_value);
        result->median[i] = run->times[i][run->pictures / 2];
        result->p95[i] = run->times[i][run->pictures * 95 / 100];
    }
}

int stages_measure(struct stages_result *result, const struct stages_options *options,
                   const struct scene *scene, int faces, struct mien_error *error)
{
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return mien_error_set(error, ENOMEM, "no memory to measure");
    run->options = options;
    run->scene = scene;
    int status = open_run(run, error);
    if (!status)
        status = measure(run, error);
    if (!status)
        summarise(run, faces, result);
    close_run(run);
    return status;
}
