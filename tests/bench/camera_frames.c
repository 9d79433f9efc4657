/* mien's side of tests/bench/annotate --only frames: the pictures of a camera, from JPEG to faces
 * with emotions, by the converter, the recogniser and the settings of `mien live`, one after the
 * other; gray alone.
 *
 *     camera_frames FILE.avi [PRECISION]      MJPEG, as a camera sends it
 *
 * Prints what opencv_peer prints, and the milliseconds of each stage. */
#include <errno.h>
#include <libavformat/avformat.h>
#include <linux/videodev2.h>
#include <stdio.h>

#include "base/clock.h"
#include "camera/convert.h"
#include "log_writer.h"
#include "recognise/open.h"
#include "recognise/timing.h"
#include "settings.h"

struct run {
    AVFormatContext *file;
    AVPacket *packet;
    struct mien_converter *converter;
    struct mien_recogniser *recogniser;
    struct timing timing;
    struct mien_faces faces_found;
    struct mien_frame frame; /* gray alone */
    long pictures, faces;
};

static int open_file(struct run *run, const char *path, struct mien_error *error)
{
    run->packet = av_packet_alloc();
    if (avformat_open_input(&run->file, path, NULL, NULL) < 0 ||
        avformat_find_stream_info(run->file, NULL) < 0 || run->file->nb_streams != 1 ||
        run->file->streams[0]->codecpar->codec_id != AV_CODEC_ID_MJPEG)
        return mien_error_set(error, EINVAL, "%s is no MJPEG recording", path);
    const AVCodecParameters *video = run->file->streams[0]->codecpar;
    const struct mien_convert_format format = {
        V4L2_PIX_FMT_MJPEG, video->width, video->height, 0, true, false};
    int result = mien_converter_create(&run->converter, &format, error);
    return result ? result
                  : mien_picture_alloc(&run->frame.gray, MIEN_GRAY8, video->width, video->height,
                                       error);
}

static int open_run(struct run *run, const char *path, const char *precision,
                    const struct mien_config *config, struct mien_error *error)
{
    struct mien_recogniser_options options = settings_recogniser(config);
    options.precision = precision;
    options.times = &run->timing.recogniser;
    int result = recogniser_open(&run->recogniser, &options, error);
    return result ? result : open_file(run, path, error);
}

static void close_run(struct run *run)
{
    mien_faces_free(&run->faces_found);
    mien_recogniser_destroy(&run->recogniser);
    mien_converter_destroy(&run->converter);
    mien_picture_free(&run->frame.gray);
    av_packet_free(&run->packet);
    avformat_close_input(&run->file);
}

static int look(struct run *run, struct mien_error *error)
{
    struct mien_stage_time begin = timing_begin(&run->timing);
    run->frame.time = (double)run->pictures / 30;
    int result = mien_converter_run(run->converter, run->packet->data, (size_t)run->packet->size,
                                    &run->frame);
    timing_end(&run->timing, TIMING_DECODE, begin);
    if (result)
        return mien_error_set(error, -result, "picture %ld cannot be decoded", run->pictures);
    result = mien_recogniser_run(run->recogniser, &run->frame.gray, run->frame.time,
                                 &run->faces_found, error);
    run->pictures++;
    run->faces += result ? 0 : run->faces_found.count;
    return result;
}

static void print(const struct run *run, int64_t clock, int64_t cpu)
{
    double unit = 1e6 * (run->pictures ? (double)run->pictures : 1);
    const struct mien_recogniser_times *times = &run->timing.recogniser;
    printf("pictures %ld faces %ld clock %.3f cpu %.3f decode %.3f detect %.3f crop %.3f network "
           "%.3f\n",
           run->pictures, run->faces, (double)clock / unit, (double)cpu / unit,
           (double)run->timing.parts[TIMING_DECODE].cpu_ns / unit,
           (double)times->detect.cpu_ns / unit, (double)times->crop.cpu_ns / unit,
           (double)times->classify.cpu_ns / unit);
}

int main(int argc, char **argv)
{
    struct run run = {0};
    struct mien_config config;
    struct mien_error error = {""};
    log_writer_install();
    if (argc < 2 || argc > 3) {
        fputs("Usage: camera_frames FILE.avi [PRECISION]\n", stderr);
        return 1;
    }
    if (settings_load(&config, NULL))
        return 2;
    int result = open_run(&run, argv[1], argc > 2 ? argv[2] : NULL, &config, &error);
    int64_t clock = clock_ns(), cpu = timing_process_ns();
    while (!result && av_read_frame(run.file, run.packet) >= 0) {
        result = look(&run, &error);
        av_packet_unref(run.packet);
    }
    if (result)
        fprintf(stderr, "camera_frames: %s\n", error.text);
    else
        print(&run, clock_ns() - clock, timing_process_ns() - cpu);
    close_run(&run);
    return result ? 2 : 0;
}
