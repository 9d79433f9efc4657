/* Prints the size of every public struct, where its fields lie, and the values of constants: what a
 * program that was built against the library relies on. */
#include <mien/crop.h>
#include <mien/error.h>
#include <mien/faces.h>
#include <mien/finder.h>
#include <mien/log.h>
#include <mien/model.h>
#include <mien/network.h>
#include <mien/picture.h>
#include <mien/recogniser.h>
#include <mien/scene.h>
#include <mien/search.h>
#include <mien/smoothing.h>
#include <mien/tracks.h>
#include <stddef.h>
#include <stdio.h>

struct line {
    const char *kind, *name; /* kind: how it is printed */
    size_t value, size;
};

#define CONSTANT(name)                                                                             \
    {                                                                                              \
        "%s %zu\n", #name, name, 0                                                                 \
    }
#define STRUCT(name)                                                                               \
    {                                                                                              \
        "%s %zu\n", #name, sizeof(struct name), 0                                                  \
    }
#define FIELD(name, field)                                                                         \
    {                                                                                              \
        "  %s %zu %zu\n", #field, offsetof(struct name, field), sizeof(((struct name *)0)->field)  \
    }

static const struct line lines[] = {
    CONSTANT(MIEN_LOG_ERROR),
    CONSTANT(MIEN_LOG_WARNING),
    CONSTANT(MIEN_LOG_INFO),
    CONSTANT(MIEN_LOG_DEBUG),
    CONSTANT(MIEN_LABELS_MAX),
    CONSTANT(MIEN_PRECISIONS),
    CONSTANT(MIEN_FACES_MAX),
    CONSTANT(MIEN_GRAY8),
    CONSTANT(MIEN_BGRX32),
    CONSTANT(MIEN_YUV420),
    CONSTANT(MIEN_DETECTOR_AUTO),
    CONSTANT(MIEN_DETECTOR_MIEN),
    CONSTANT(MIEN_DETECTOR_OPENCV),
    CONSTANT(MIEN_SCENE_SIDE),
    CONSTANT(MIEN_TRACKS_MAX),
    STRUCT(mien_error),
    FIELD(mien_error, text),
    STRUCT(mien_model_info),
    FIELD(mien_model_info, name),
    FIELD(mien_model_info, width),
    FIELD(mien_model_info, height),
    FIELD(mien_model_info, channels),
    FIELD(mien_model_info, divide),
    FIELD(mien_model_info, mean),
    FIELD(mien_model_info, std),
    FIELD(mien_model_info, label_count),
    FIELD(mien_model_info, labels),
    FIELD(mien_model_info, temperature),
    FIELD(mien_model_info, accuracy),
    FIELD(mien_model_info, provenance),
    FIELD(mien_model_info, parameters),
    FIELD(mien_model_info, trainable),
    FIELD(mien_model_info, statistics),
    STRUCT(mien_network_options),
    FIELD(mien_network_options, cpu),
    FIELD(mien_network_options, precision),
    FIELD(mien_network_options, threads),
    FIELD(mien_network_options, faces),
    STRUCT(mien_picture),
    FIELD(mien_picture, pixels),
    FIELD(mien_picture, width),
    FIELD(mien_picture, height),
    FIELD(mien_picture, stride),
    FIELD(mien_picture, data),
    STRUCT(mien_yuv),
    FIELD(mien_yuv, red),
    FIELD(mien_yuv, blue),
    FIELD(mien_yuv, full_range),
    STRUCT(mien_box),
    FIELD(mien_box, x),
    FIELD(mien_box, y),
    FIELD(mien_box, width),
    FIELD(mien_box, height),
    STRUCT(mien_detector_options),
    FIELD(mien_detector_options, cascade),
    FIELD(mien_detector_options, cpu),
    FIELD(mien_detector_options, scale_step),
    FIELD(mien_detector_options, neighbours),
    FIELD(mien_detector_options, engine),
    FIELD(mien_detector_options, load_opencv),
    FIELD(mien_detector_options, smallest),
    FIELD(mien_detector_options, largest),
    FIELD(mien_detector_options, confirm),
    STRUCT(mien_detector_range),
    FIELD(mien_detector_range, region),
    FIELD(mien_detector_range, smallest),
    FIELD(mien_detector_range, largest),
    STRUCT(mien_face),
    FIELD(mien_face, id),
    FIELD(mien_face, box),
    FIELD(mien_face, probabilities),
    FIELD(mien_face, label),
    FIELD(mien_face, confidence),
    FIELD(mien_face, raw),
    FIELD(mien_face, held),
    FIELD(mien_face, uncertain),
    FIELD(mien_face, quality),
    STRUCT(mien_quality),
    FIELD(mien_quality, score),
    FIELD(mien_quality, tilt),
    FIELD(mien_quality, sharpness),
    FIELD(mien_quality, brightness),
    FIELD(mien_quality, cut),
    STRUCT(mien_boxes),
    FIELD(mien_boxes, boxes),
    FIELD(mien_boxes, count),
    FIELD(mien_boxes, room),
    STRUCT(mien_faces),
    FIELD(mien_faces, list),
    FIELD(mien_faces, count),
    FIELD(mien_faces, room),
    FIELD(mien_faces, tentative),
    STRUCT(mien_stage_time),
    FIELD(mien_stage_time, wall_ns),
    FIELD(mien_stage_time, cpu_ns),
    STRUCT(mien_recogniser_times),
    FIELD(mien_recogniser_times, detect),
    FIELD(mien_recogniser_times, crop),
    FIELD(mien_recogniser_times, classify),
    STRUCT(mien_finder_options),
    FIELD(mien_finder_options, model),
    FIELD(mien_finder_options, cascades),
    FIELD(mien_finder_options, cpu),
    FIELD(mien_finder_options, least),
    FIELD(mien_finder_options, smallest),
    FIELD(mien_finder_options, largest),
    FIELD(mien_finder_options, full_scan),
    FIELD(mien_finder_options, thorough_scan),
    FIELD(mien_finder_options, offline),
    STRUCT(mien_detection),
    FIELD(mien_detection, box),
    FIELD(mien_detection, tilt),
    FIELD(mien_detection, score),
    FIELD(mien_detection, sure),
    STRUCT(mien_recogniser_options),
    FIELD(mien_recogniser_options, model),
    FIELD(mien_recogniser_options, cpu),
    FIELD(mien_recogniser_options, precision),
    FIELD(mien_recogniser_options, detector),
    FIELD(mien_recogniser_options, finder),
    FIELD(mien_recogniser_options, tracks),
    FIELD(mien_recogniser_options, smoothing),
    FIELD(mien_recogniser_options, full_scan),
    FIELD(mien_recogniser_options, still),
    FIELD(mien_recogniser_options, times),
    STRUCT(mien_detections),
    FIELD(mien_detections, tracks),
    FIELD(mien_detections, count),
    FIELD(mien_detections, room),
    FIELD(mien_detections, tentative),
    STRUCT(mien_past),
    FIELD(mien_past, gray),
    FIELD(mien_past, time),
    FIELD(mien_past, detections),
    STRUCT(mien_scene),
    FIELD(mien_scene, small),
    FIELD(mien_scene, time),
    FIELD(mien_scene, faded),
    STRUCT(mien_smoothing_options),
    FIELD(mien_smoothing_options, time_constant),
    FIELD(mien_smoothing_options, hysteresis),
    FIELD(mien_smoothing_options, hysteresis_seconds),
    FIELD(mien_smoothing_options, uncertain_below),
    STRUCT(mien_smoothing),
    FIELD(mien_smoothing, probabilities),
    FIELD(mien_smoothing, label),
    FIELD(mien_smoothing, time),
    FIELD(mien_smoothing, rival),
    FIELD(mien_smoothing, rival_since),
    FIELD(mien_smoothing, uncertain),
    FIELD(mien_smoothing, doubted),
    STRUCT(mien_track),
    FIELD(mien_track, id),
    FIELD(mien_track, box),
    FIELD(mien_track, first),
    FIELD(mien_track, last),
    FIELD(mien_track, hits),
    FIELD(mien_track, tilt),
    FIELD(mien_track, score),
    FIELD(mien_track, slot),
    STRUCT(mien_tracks_options),
    FIELD(mien_tracks_options, overlap),
    FIELD(mien_tracks_options, max_age),
    FIELD(mien_tracks_options, min_hits),
    FIELD(mien_tracks_options, smoothing),
    FIELD(mien_tracks_options, speed_smoothing),
    FIELD(mien_tracks_options, slowest_interval),
};

int main(void)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        printf(lines[i].kind, lines[i].name, lines[i].value, lines[i].size);
    return 0;
}
