#include "mien/recogniser.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "grow.h"
#include "mien/crop.h"
#include "mien/log.h"
#include "mien/network.h"
#include "mien/scene.h"
#include "mien/search.h"
#include "quality.h"

/* What is remembered of the face in one slot of the tracks. */
struct memory {
    uint32_t id; /* whose it is; 0: nobody's yet */
    struct mien_smoothing smoothing;
};

struct mien_recogniser {
    struct mien_smoothing_options smoothing;
    struct mien_recogniser_times *times; /* or NULL */
    bool shares;                         /* the two are another recogniser's: */
    struct mien_model *model;
    struct mien_network *network;
    struct mien_context *context;
    struct mien_finder *finder;     /* or … */
    struct mien_detector *detector; /* … NULL where the finder finds */
    struct mien_tracks *tracks;     /* NULL for unrelated pictures */
    struct mien_search *search;     /* NULL: the whole of every picture is searched */
    struct mien_scene scene;
    double max_age;                    /* of the tracks */
    int min_hits;                      /* likewise */
    int of_scene;                      /* pictures before this one that show the same scene */
    double last;                       /* time of the last picture */
    int whole;                         /* each picture is searched as a whole, for now */
    uint8_t *crop;                     /* the network's input */
    struct mien_detections detections; /* of mien_recogniser_run */
    struct memory memories[MIEN_TRACKS_MAX];
};

/* ---- opening and closing ---- */

static int open_network(struct mien_recogniser *r, const struct mien_recogniser_options *options,
                        struct mien_error *error)
{
    if (!options->model)
        return mien_error_set(error, EINVAL, "no model file is named");
    struct mien_network_options network = mien_network_defaults();
    network.cpu = options->cpu;
    network.precision = options->precision;
    int status = mien_model_open(&r->model, options->model, error);
    if (status == 0)
        status = mien_network_create(&r->network, r->model, &network, error);
    if (status == 0)
        mien_model_drop_weights(r->model);
    return status;
}

static int share_network(struct mien_recogniser *r, const struct mien_recogniser *other)
{
    r->shares = true;
    r->model = other->model;
    r->network = other->network;
    return 0;
}

static int allocate_crop(struct mien_recogniser *r, struct mien_error *error)
{
    const struct mien_model_info *info = mien_model_info(r->model);
    r->crop = malloc((size_t)info->width * (size_t)info->height);
    return r->crop ? 0 : mien_error_set(error, ENOMEM, "no memory for a face");
}

static int open_detector(struct mien_recogniser *r, const struct mien_recogniser_options *options,
                         struct mien_error *error)
{
    struct mien_detector_options detector = options->detector;
    if (!detector.cpu)
        detector.cpu = options->cpu;
    return mien_detector_create(&r->detector, &detector, error);
}

static int open_finder(struct mien_recogniser *r, const struct mien_recogniser_options *options,
                       struct mien_error *error)
{
    struct mien_finder_options finder = options->finder;
    if (!finder.cpu)
        finder.cpu = options->cpu;
    finder.full_scan = options->full_scan;
    return mien_finder_create(&r->finder, &finder, error);
}

struct mien_recogniser_options mien_recogniser_defaults(void)
{
    return (struct mien_recogniser_options){.detector = mien_detector_defaults(),
                                            .finder = mien_finder_defaults(),
                                            .tracks = mien_tracks_defaults(),
                                            .smoothing = mien_smoothing_defaults(),
                                            .full_scan = 0.1};
}

int mien_recogniser_create(struct mien_recogniser **recogniser,
                           const struct mien_recogniser_options *options, struct mien_error *error)
{
    return mien_recogniser_create_beside(recogniser, NULL, options, error);
}

int mien_recogniser_create_beside(struct mien_recogniser **recogniser,
                                  const struct mien_recogniser *other,
                                  const struct mien_recogniser_options *options,
                                  struct mien_error *error)
{
    struct mien_recogniser *r = calloc(1, sizeof *r);
    if (!r)
        return mien_error_set(error, ENOMEM, "no memory for the recogniser");
    r->smoothing = options->smoothing;
    r->times = options->times;
    r->max_age = options->tracks.max_age;
    r->min_hits = options->tracks.min_hits;
    r->of_scene = -1;
    int status = other ? share_network(r, other) : open_network(r, options, error);
    if (status == 0)
        status = mien_context_create(&r->context, r->network, error);
    if (status == 0)
        status = allocate_crop(r, error);
    if (status == 0)
        status = options->finder.model ? open_finder(r, options, error)
                                       : open_detector(r, options, error);
    if (status == 0 && !options->still)
        status = mien_tracks_create(&r->tracks, &options->tracks, error);
    if (status == 0 && !options->still && r->detector && options->full_scan > 0)
        status = mien_search_create(&r->search, r->detector, options->full_scan, error);
    if (status < 0) {
        mien_recogniser_destroy(&r);
        return status;
    }
    *recogniser = r;
    return 0;
}

void mien_recogniser_destroy(struct mien_recogniser **recogniser)
{
    struct mien_recogniser *r = *recogniser;
    if (!r)
        return;
    mien_search_destroy(&r->search);
    mien_tracks_destroy(&r->tracks);
    mien_detector_destroy(&r->detector);
    mien_finder_destroy(&r->finder);
    mien_context_destroy(&r->context);
    if (!r->shares) {
        mien_network_destroy(&r->network);
        mien_model_close(&r->model);
    }
    mien_detections_free(&r->detections);
    free(r->crop);
    free(r);
    *recogniser = NULL;
}

const struct mien_model_info *mien_recogniser_model(const struct mien_recogniser *recogniser)
{
    return mien_model_info(recogniser->model);
}

const char *mien_recogniser_cpu(const struct mien_recogniser *recogniser)
{
    return mien_network_cpu(recogniser->network);
}

const char *mien_recogniser_precision(const struct mien_recogniser *recogniser)
{
    return mien_network_precision(recogniser->network);
}

void mien_recogniser_number_after(struct mien_recogniser *recogniser,
                                  const struct mien_recogniser *before)
{
    mien_tracks_number_after(recogniser->tracks, before->tracks);
}

/* ---- time ---- */

static struct mien_stage_time begin_stage(const struct mien_recogniser *r)
{
    if (!r->times)
        return (struct mien_stage_time){0, 0};
    return (struct mien_stage_time){clock_ns(), clock_read(CLOCK_THREAD_CPUTIME_ID)};
}

static void end_stage(const struct mien_recogniser *r, struct mien_stage_time *sum,
                      struct mien_stage_time begin)
{
    struct mien_stage_time now = begin_stage(r);
    sum->wall_ns += now.wall_ns - begin.wall_ns;
    sum->cpu_ns += now.cpu_ns - begin.cpu_ns;
}

/* ---- classifying ---- */

static void classify(struct mien_recogniser *r, const struct mien_picture *gray,
                     const struct mien_track *track, float *probabilities)
{
    const struct mien_model_info *info = mien_model_info(r->model);
    struct mien_stage_time begin = begin_stage(r);
    mien_crop_upright(gray, &track->box, track->tilt, r->crop, info->width, info->height);
    if (r->times)
        end_stage(r, &r->times->crop, begin);
    begin = begin_stage(r);
    mien_context_run(r->context, r->crop, info->width, probabilities);
    mien_softmax(probabilities, probabilities, info->label_count, info->temperature);
    if (r->times)
        end_stage(r, &r->times->classify, begin);
}

/* A face that was not found in this picture keeps what it last expressed. Returns whether it was
 * found, and fills `probabilities` with what it expresses now. */
static bool remember(struct mien_recogniser *r, const struct mien_picture *gray,
                     const struct mien_track *track, double time, float *probabilities)
{
    struct memory *memory = &r->memories[track->slot];
    int labels = mien_model_info(r->model)->label_count;
    bool known = r->tracks && memory->id == track->id;
    if (known && track->last < time)
        return false;
    classify(r, gray, track, probabilities);
    if (known)
        mien_smoothing_add(&memory->smoothing, probabilities, labels, time, &r->smoothing);
    else
        mien_smoothing_begin(&memory->smoothing, probabilities, labels, time, &r->smoothing);
    memory->id = track->id;
    return true;
}

static void add_face(struct mien_recogniser *r, const struct mien_picture *gray,
                     const struct mien_track *track, double time, struct mien_faces *faces)
{
    struct mien_face *face = &faces->list[faces->count++];
    *face = (struct mien_face){.id = track->id, .box = track->box};
    face->held = !remember(r, gray, track, time, face->raw);
    if (!face->held)
        face->quality = quality_of(track, gray, r->crop, mien_model_info(r->model)->width);
    const struct mien_smoothing *smoothing = &r->memories[track->slot].smoothing;
    face->label = smoothing->label;
    memcpy(face->probabilities, smoothing->probabilities, sizeof face->probabilities);
    face->confidence = face->probabilities[face->label];
    face->uncertain = smoothing->uncertain;
}

int mien_recogniser_classify(struct mien_recogniser *recogniser, const struct mien_picture *gray,
                             double time, const struct mien_detections *detections,
                             struct mien_faces *faces, struct mien_error *error)
{
    const struct mien_boxes *tentative = &detections->tentative;
    int result = mien_faces_reserve(faces, detections->count, tentative->count, error);
    if (result < 0)
        return result;
    faces->count = 0;
    faces->tentative.count = tentative->count;
    for (int i = 0; i < tentative->count; i++)
        faces->tentative.boxes[i] = tentative->boxes[i];
    for (int i = 0; i < detections->count; i++)
        add_face(recogniser, gray, &detections->tracks[i], time, faces);
    return 0;
}

/* ---- detecting ---- */

void mien_detections_free(struct mien_detections *detections)
{
    free(detections->tracks);
    free(detections->tentative.boxes);
    *detections = (struct mien_detections){0};
}

/* As many as there can ever be: every track, and as many boxes that no track has. */
static int reserve(struct mien_detections *detections, struct mien_error *error)
{
    struct mien_boxes *tentative = &detections->tentative;
    int result = grow((void **)&detections->tracks, &detections->room, MIEN_TRACKS_MAX,
                      sizeof *detections->tracks, error);
    if (result == 0)
        result = grow((void **)&tentative->boxes, &tentative->room, 2 * MIEN_TRACKS_MAX,
                      sizeof *tentative->boxes, error);
    return result;
}

static void forget_faces_of_last_scene(struct mien_recogniser *r, const struct mien_picture *gray,
                                       double time)
{
    if (r->of_scene < INT_MAX)
        r->of_scene++;
    if (!r->tracks || !mien_scene_is_cut(&r->scene, gray, time))
        return;
    r->of_scene = 0;
    mien_tracks_forget(r->tracks);
    if (r->search)
        mien_search_restart(r->search);
    if (r->finder)
        mien_finder_restart(r->finder);
}

void mien_recogniser_search_whole(struct mien_recogniser *recogniser, int whole)
{
    recogniser->whole = whole;
    if (recogniser->finder)
        mien_finder_search_whole(recogniser->finder, whole);
}

static int find(struct mien_recogniser *r, const struct mien_picture *gray, double time,
                struct mien_box *boxes, struct mien_error *error)
{
    struct mien_box known[MIEN_TRACKS_MAX];
    if (!r->search)
        return mien_detector_find(r->detector, gray, boxes, MIEN_TRACKS_MAX, error);
    if (r->whole)
        mien_search_restart(r->search);
    size_t count = mien_tracks_expected(r->tracks, time, known, MIEN_TRACKS_MAX);
    return mien_search_find(r->search, gray, time, known, count, boxes, MIEN_TRACKS_MAX, error);
}

static bool is_on(const struct mien_box *box, const struct mien_track *tracks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (mien_box_has_centre(&tracks[i].box, box))
            return true;
    return false;
}

/* Keeps the boxes that are confirmed; the others go to the tentative. A face that is shown has been
 * confirmed as often as the tracks want, and is not asked about again. Returns how many are kept,
 * or an error. */
static int confirm(struct mien_recogniser *r, const struct mien_picture *gray,
                   struct mien_box *boxes, int count, struct mien_boxes *tentative,
                   struct mien_error *error)
{
    struct mien_track shown[MIEN_TRACKS_MAX];
    size_t shown_count = r->tracks ? mien_tracks_confirmed(r->tracks, shown, MIEN_TRACKS_MAX) : 0;
    int kept = 0;
    for (int i = 0; i < count; i++) {
        int confirmed = is_on(&boxes[i], shown, shown_count)
                            ? 1
                            : mien_detector_confirms(r->detector, gray, &boxes[i], error);
        if (confirmed < 0)
            return confirmed;
        if (confirmed)
            boxes[kept++] = boxes[i];
        else
            tentative->boxes[tentative->count++] = boxes[i];
    }
    return kept;
}

/* Unrelated pictures. */
static void list_boxes(struct mien_detections *detections, const struct mien_box *boxes, int count,
                       double time)
{
    detections->count = count;
    for (int i = 0; i < count; i++)
        detections->tracks[i] = (struct mien_track){
            .id = (uint32_t)i + 1, .box = boxes[i], .first = time, .last = time, .slot = i};
}

/* Finds the faces of a picture that has nothing to do with others. */
static int find_thoroughly(struct mien_recogniser *r, const struct mien_picture *gray, double time,
                           struct mien_detections *detections, struct mien_error *error)
{
    struct mien_detection found[MIEN_TRACKS_MAX];
    int count = mien_finder_find(r->finder, gray, found, MIEN_TRACKS_MAX, error);
    if (count < 0)
        return count;
    if (count > MIEN_TRACKS_MAX)
        mien_log(MIEN_LOG_WARNING, "%d faces of %d are left out: the surest %d are told",
                 count - MIEN_TRACKS_MAX, count, MIEN_TRACKS_MAX);
    detections->count = count < MIEN_TRACKS_MAX ? count : MIEN_TRACKS_MAX;
    for (int i = 0; i < detections->count; i++)
        detections->tracks[i] = (struct mien_track){.id = (uint32_t)i + 1,
                                                    .box = found[i].box,
                                                    .first = time,
                                                    .last = time,
                                                    .tilt = found[i].tilt,
                                                    .score = found[i].score,
                                                    .slot = i};
    return 0;
}

/* The faces that are followed. */
static void list_tracks(struct mien_recogniser *r, struct mien_detections *detections)
{
    struct mien_boxes *tentative = &detections->tentative;
    detections->count = (int)mien_tracks_confirmed(r->tracks, detections->tracks, MIEN_TRACKS_MAX);
    tentative->count +=
        (int)mien_tracks_tentative(r->tracks, tentative->boxes + tentative->count, MIEN_TRACKS_MAX);
}

/* Follows the faces that were found, in a stream; else each is one of its own. */
static void list_faces(struct mien_recogniser *r, const struct mien_box *boxes, int count,
                       double time, struct mien_detections *detections)
{
    if (!r->tracks) {
        list_boxes(detections, boxes, count, time);
        return;
    }
    mien_tracks_update(r->tracks, boxes, (size_t)count, time);
    list_tracks(r, detections);
}

static int detect_and_follow(struct mien_recogniser *r, const struct mien_picture *gray,
                             double time, struct mien_detections *detections,
                             struct mien_error *error)
{
    struct mien_box boxes[MIEN_TRACKS_MAX];
    forget_faces_of_last_scene(r, gray, time);
    int count = find(r, gray, time, boxes, error);
    if (count > 0)
        count = confirm(r, gray, boxes, count, &detections->tentative, error);
    if (count >= 0)
        list_faces(r, boxes, count, time, detections);
    return count;
}

/* What may be a face is told as tentative. Where no picture tells of the same scene a moment
 * earlier a face is shown at once. */
static int find_and_follow(struct mien_recogniser *r, const struct mien_picture *gray, double time,
                           struct mien_detections *detections, struct mien_error *error)
{
    struct mien_detection known[MIEN_TRACKS_MAX], found[MIEN_TRACKS_MAX];
    struct mien_boxes *tentative = &detections->tentative;
    forget_faces_of_last_scene(r, gray, time);
    size_t known_count = mien_tracks_expected_faces(r->tracks, time, known, MIEN_TRACKS_MAX);
    int count = mien_finder_follow(r->finder, gray, time, known, known_count, found,
                                   MIEN_TRACKS_MAX, error);
    if (count < 0)
        return count;
    count = count < MIEN_TRACKS_MAX ? count : MIEN_TRACKS_MAX;
    if (time - r->last > r->max_age)
        r->of_scene = 0;
    r->last = time;
    mien_tracks_follow(r->tracks, found, (size_t)count, time, r->of_scene == 0);
    for (int i = 0; i < count; i++)
        if (!found[i].sure)
            tentative->boxes[tentative->count++] = found[i].box;
    list_tracks(r, detections);
    return count;
}

/* ---- looking back ---- */

static void take_out(struct mien_detections *detections, uint32_t id)
{
    int kept = 0;
    for (int i = 0; i < detections->count; i++)
        if (detections->tracks[i].id != id)
            detections->tracks[kept++] = detections->tracks[i];
    detections->count = kept;
}

static bool has_room_for(const struct mien_detections *detections, const struct mien_track *track)
{
    for (int i = 0; i < detections->count; i++)
        if (detections->tracks[i].slot == track->slot ||
            mien_box_has_centre(&detections->tracks[i].box, &track->box))
            return false;
    return detections->count < MIEN_TRACKS_MAX;
}

static bool was_shown(const struct mien_detections *detections, uint32_t id)
{
    for (int i = 0; i < detections->count; i++)
        if (detections->tracks[i].id == id)
            return true;
    return false;
}

/* Puts a face into the earlier pictures, as far back as it is seen. */
static int trace(struct mien_recogniser *r, const struct mien_track *track,
                 const struct mien_past *past, int count, struct mien_error *error)
{
    struct mien_detection face = {track->box, track->tilt, track->score, 1};
    struct mien_track earlier = *track;
    int status = 1;
    for (int i = 0; i < count && status > 0; i++) {
        status = mien_finder_trace(r->finder, past[i].gray, &face, error);
        earlier.box = face.box;
        earlier.tilt = face.tilt;
        earlier.score = face.score;
        earlier.first = earlier.last = past[i].time;
        if (status > 0 && !has_room_for(past[i].detections, &earlier))
            return 0;
        if (status > 0)
            past[i].detections->tracks[past[i].detections->count++] = earlier;
    }
    return status < 0 ? status : 0;
}

int mien_recogniser_look_back(struct mien_recogniser *recogniser, const struct mien_detections *now,
                              const struct mien_past *past, int count, struct mien_error *error)
{
    struct mien_recogniser *r = recogniser;
    uint32_t flashes[MIEN_TRACKS_MAX];
    int status = 0;
    count = count < r->of_scene ? count : r->of_scene;
    if (!r->finder || !r->tracks || count <= 0)
        return 0;
    size_t gone = mien_tracks_flashes(r->tracks, flashes, MIEN_TRACKS_MAX);
    for (size_t i = 0; i < gone; i++)
        for (int j = 0; j < count; j++)
            take_out(past[j].detections, flashes[i]);
    for (int i = 0; i < now->count && status == 0; i++)
        if (now->tracks[i].hits == r->min_hits && now->tracks[i].last == r->last &&
            !was_shown(past[0].detections, now->tracks[i].id))
            status = trace(r, &now->tracks[i], past, count, error);
    return status;
}

int mien_recogniser_detect(struct mien_recogniser *recogniser, const struct mien_picture *gray,
                           double time, struct mien_detections *detections,
                           struct mien_error *error)
{
    struct mien_stage_time begin = begin_stage(recogniser);
    int count = reserve(detections, error);
    if (count < 0)
        return count;
    detections->tentative.count = 0;
    if (!recogniser->finder)
        count = detect_and_follow(recogniser, gray, time, detections, error);
    else if (recogniser->tracks)
        count = find_and_follow(recogniser, gray, time, detections, error);
    else
        count = find_thoroughly(recogniser, gray, time, detections, error);
    if (recogniser->times)
        end_stage(recogniser, &recogniser->times->detect, begin);
    return count < 0 ? count : 0;
}

int mien_recogniser_run(struct mien_recogniser *recogniser, const struct mien_picture *gray,
                        double time, struct mien_faces *faces, struct mien_error *error)
{
    struct mien_detections *detections = &recogniser->detections;
    int result = mien_recogniser_detect(recogniser, gray, time, detections, error);
    if (result == 0)
        result = mien_recogniser_classify(recogniser, gray, time, detections, faces, error);
    return result;
}
