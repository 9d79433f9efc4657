#include "recogniser.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mien/crop.h"
#include "mien/network.h"
#include "mien/scene.h"
#include "mien/search.h"
#include "model_path.h"
#include "smoothing.h"

/* What is remembered of the face in one slot of the tracks. */
struct memory {
    uint32_t id; /* whose it is; 0: nobody's yet */
    struct smoothing smoothing;
};

struct recogniser {
    struct smoothing_options smoothing;
    struct timing *timing; /* or NULL */
    struct mien_model *model;
    struct mien_network *network;
    struct mien_context *context;
    struct mien_detector *detector;
    struct mien_tracks *tracks; /* NULL for unrelated pictures */
    struct mien_search *search; /* NULL: the whole of every picture is searched */
    struct mien_scene scene;
    uint8_t *crop; /* the network's input */
    struct memory memories[MIEN_TRACKS_MAX];
};

static int open_network(struct recogniser *r, const struct recogniser_options *options,
                        struct mien_error *error)
{
    const char *path = model_path(options->model, error);
    if (!path)
        return -ENOENT;
    struct mien_network_options network = {.cpu = options->cpu, .precision = options->precision};
    int status = mien_model_open(&r->model, path, error);
    if (status == 0)
        status = mien_network_create(&r->network, r->model, &network, error);
    if (status == 0)
        mien_model_drop_weights(r->model);
    if (status == 0)
        status = mien_context_create(&r->context, r->network, error);
    return status;
}

static int allocate_crop(struct recogniser *r, struct mien_error *error)
{
    const struct mien_model_info *info = mien_model_info(r->model);
    r->crop = malloc((size_t)info->width * (size_t)info->height);
    return r->crop ? 0 : mien_error_set(error, ENOMEM, "no memory for a face");
}

int recogniser_create(struct recogniser **recogniser, const struct recogniser_options *options,
                      struct mien_error *error)
{
    struct recogniser *r = calloc(1, sizeof *r);
    if (!r)
        return mien_error_set(error, ENOMEM, "no memory for the recogniser");
    r->smoothing = options->smoothing;
    r->timing = options->timing;
    int status = open_network(r, options, error);
    if (status == 0)
        status = allocate_crop(r, error);
    if (status == 0)
        status = mien_detector_create(&r->detector, &options->detector, error);
    if (status == 0 && !options->still)
        status = mien_tracks_create(&r->tracks, &options->tracks, error);
    if (status == 0 && !options->still && options->sweep >= 0)
        status = mien_search_create(&r->search, r->detector, options->sweep, error);
    if (status < 0) {
        recogniser_destroy(&r);
        return status;
    }
    *recogniser = r;
    return 0;
}

void recogniser_destroy(struct recogniser **recogniser)
{
    struct recogniser *r = *recogniser;
    if (!r)
        return;
    mien_search_destroy(&r->search);
    mien_tracks_destroy(&r->tracks);
    mien_detector_destroy(&r->detector);
    mien_context_destroy(&r->context);
    mien_network_destroy(&r->network);
    mien_model_close(&r->model);
    free(r->crop);
    free(r);
    *recogniser = NULL;
}

const struct mien_model_info *recogniser_model(const struct recogniser *recogniser)
{
    return mien_model_info(recogniser->model);
}

const char *recogniser_cpu(const struct recogniser *recogniser)
{
    return mien_network_cpu(recogniser->network);
}

const char *recogniser_precision(const struct recogniser *recogniser)
{
    return mien_network_precision(recogniser->network);
}

void recogniser_number_after(struct recogniser *recogniser, const struct recogniser *before)
{
    mien_tracks_number_after(recogniser->tracks, before->tracks);
}

static void classify(struct recogniser *r, const struct mien_picture *gray,
                     const struct mien_box *box, float *probabilities)
{
    const struct mien_model_info *info = mien_model_info(r->model);
    struct timing_moment begin = timing_begin(r->timing);
    mien_crop(gray, box, r->crop, info->width, info->height);
    timing_end(r->timing, TIMING_CROP, begin);
    begin = timing_begin(r->timing);
    mien_context_run(r->context, r->crop, info->width, probabilities);
    mien_softmax(probabilities, probabilities, info->label_count, info->temperature);
    timing_end(r->timing, TIMING_CLASSIFY, begin);
}

/* A face that was not found in this picture keeps what it last expressed. */
static const struct smoothing *remember(struct recogniser *r, const struct mien_picture *gray,
                                        const struct mien_track *track, double time)
{
    struct memory *memory = &r->memories[track->slot];
    int labels = mien_model_info(r->model)->label_count;
    float probabilities[MIEN_LABELS_MAX];
    bool known = r->tracks && memory->id == track->id;
    if (known && track->last < time)
        return &memory->smoothing;
    classify(r, gray, &track->box, probabilities);
    if (known)
        smoothing_add(&memory->smoothing, probabilities, labels, time, &r->smoothing);
    else
        smoothing_begin(&memory->smoothing, probabilities, labels, time, &r->smoothing);
    memory->id = track->id;
    return &memory->smoothing;
}

static void add_face(struct faces *faces, const struct mien_track *track,
                     const struct smoothing *smoothing)
{
    struct face *face = &faces->list[faces->count++];
    *face = (struct face){.id = track->id, .box = track->box, .label = smoothing->label};
    memcpy(face->probabilities, smoothing->probabilities, sizeof face->probabilities);
    face->confidence = face->probabilities[face->label];
    face->uncertain = smoothing->uncertain;
}

static void forget_faces_of_last_scene(struct recogniser *r, const struct mien_picture *gray,
                                       double time)
{
    if (!r->tracks || !mien_scene_is_cut(&r->scene, gray, time))
        return;
    mien_tracks_forget(r->tracks);
    if (r->search)
        mien_search_restart(r->search);
}

static int find(struct recogniser *r, const struct mien_picture *gray, double time,
                struct mien_box *boxes, struct mien_error *error)
{
    struct mien_box known[MIEN_TRACKS_MAX];
    if (!r->search)
        return mien_detector_find(r->detector, gray, boxes, FACES_MAX, error);
    size_t count = mien_tracks_expected(r->tracks, time, known, MIEN_TRACKS_MAX);
    return mien_search_find(r->search, gray, time, known, count, boxes, FACES_MAX, error);
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
static int confirm(struct recogniser *r, const struct mien_picture *gray, struct mien_box *boxes,
                   int count, struct tentative *tentative, struct mien_error *error)
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

/* Unrelated pictures: each box is a face of its own. */
static void list_boxes(struct detections *detections, const struct mien_box *boxes, int count,
                       double time)
{
    detections->count = (size_t)count;
    for (int i = 0; i < count; i++)
        detections->tracks[i] = (struct mien_track){
            .id = (uint32_t)i + 1, .box = boxes[i], .first = time, .last = time, .slot = i};
}

int recogniser_detect(struct recogniser *recogniser, const struct mien_picture *gray, double time,
                      struct detections *detections, struct mien_error *error)
{
    struct mien_box boxes[FACES_MAX];
    struct timing_moment begin = timing_begin(recogniser->timing);
    struct tentative *tentative = &detections->tentative;
    forget_faces_of_last_scene(recogniser, gray, time);
    int count = find(recogniser, gray, time, boxes, error);
    tentative->count = 0;
    if (count > 0)
        count = confirm(recogniser, gray, boxes, count, tentative, error);
    if (count >= 0 && recogniser->tracks) {
        mien_tracks_update(recogniser->tracks, boxes, (size_t)count, time);
        detections->count =
            mien_tracks_confirmed(recogniser->tracks, detections->tracks, MIEN_TRACKS_MAX);
        tentative->count += (int)mien_tracks_tentative(
            recogniser->tracks, tentative->boxes + tentative->count, FACES_MAX);
    } else if (count >= 0) {
        list_boxes(detections, boxes, count, time);
    }
    timing_end(recogniser->timing, TIMING_DETECT, begin);
    return count < 0 ? count : 0;
}

void recogniser_classify(struct recogniser *recogniser, const struct mien_picture *gray,
                         double time, const struct detections *detections, struct faces *faces)
{
    faces->count = 0;
    faces->tentative = detections->tentative;
    for (size_t i = 0; i < detections->count; i++) {
        const struct mien_track *track = &detections->tracks[i];
        add_face(faces, track, remember(recogniser, gray, track, time));
    }
}

int recogniser_run(struct recogniser *recogniser, const struct mien_picture *gray, double time,
                   struct faces *faces, struct mien_error *error)
{
    struct detections detections;
    int result = recogniser_detect(recogniser, gray, time, &detections, error);
    if (result == 0)
        recogniser_classify(recogniser, gray, time, &detections, faces);
    return result;
}
