#include "analysis.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/frame_pool.h"
#include "base/mailbox.h"

/* What was found in a frame of the pool. */
struct detected {
    struct mien_detections detections;
    unsigned by; /* which recogniser */
};

struct analysis {
    pthread_mutex_t detecting, classifying; /* held during each half of a look: guard these three */
    struct mien_recogniser *recogniser;
    unsigned recogniser_number; /* 0, and one more with each that follows */
    struct rows *rows;
    struct mien_mailbox *offered, *found;
    /* Gray only: one in each mailbox, one with each thread, one being filled. */
    struct mien_frame_pool pool;
    struct detected detected[FRAME_POOL_MAX]; /* of each frame, by its slot */
    struct mien_faces faces;                  /* of the picture being classified; of that thread */
    atomic_bool whole;                        /* each picture is searched as a whole */
    pthread_t detection, classification;
    int threads;            /* how many of the two run */
    pthread_mutex_t lock;   /* guards what follows */
    pthread_cond_t looked;  /* with it: there is a newer result, or a failure */
    struct mien_faces read; /* as last read */
    struct analysis_result result;
    int failure; /* 0 or −errno */
    struct mien_error error;
};

static void fail(struct analysis *analysis, int failure, const struct mien_error *error)
{
    pthread_mutex_lock(&analysis->lock);
    analysis->failure = failure;
    analysis->error = *error;
    pthread_cond_broadcast(&analysis->looked);
    pthread_mutex_unlock(&analysis->lock);
}

/* ---- what both threads make together ---- */

/* A face that has been read goes on expressing what it did; one that has not is not shown yet. */
static void place_face(struct mien_faces *faces, const struct mien_track *track,
                       const struct mien_face *read)
{
    if (!read) {
        faces->tentative.boxes[faces->tentative.count++] = track->box;
        return;
    }
    struct mien_face *face = &faces->list[faces->count++];
    *face = *read;
    face->box = track->box;
}

static int place_faces(struct analysis *analysis, const struct mien_detections *found,
                       struct mien_error *error)
{
    struct mien_faces *faces = &analysis->result.faces;
    const struct mien_boxes *tentative = &found->tentative;
    int result = mien_faces_reserve(faces, MIEN_TRACKS_MAX, tentative->count + found->count, error);
    if (result)
        return result;
    faces->count = 0;
    faces->tentative.count = tentative->count;
    for (int i = 0; i < tentative->count; i++)
        faces->tentative.boxes[i] = tentative->boxes[i];
    for (int i = 0; i < found->count; i++)
        place_face(faces, &found->tracks[i], mien_faces_find(&analysis->read, found->tracks[i].id));
    return 0;
}

/* Newer places of faces. */
static int publish_places(struct analysis *analysis, const struct mien_frame *frame,
                          struct mien_error *error)
{
    pthread_mutex_lock(&analysis->lock);
    struct analysis_result *result = &analysis->result;
    int failure = place_faces(analysis, &analysis->detected[frame->slot].detections, error);
    if (!failure) {
        result->analysed++;
        result->changes++;
        result->time = frame->time;
        result->captured_ns = frame->captured_ns;
        result->number = frame->number;
    }
    pthread_cond_broadcast(&analysis->looked);
    pthread_mutex_unlock(&analysis->lock);
    return failure;
}

/* The face of the result that this is, with its place of now. A face of now that had not been read
 * comes in; NULL: it was read late, and may have gone. */
static struct mien_face *shown_face(struct analysis_result *result, const struct mien_frame *frame,
                                    const struct mien_face *read)
{
    struct mien_faces *faces = &result->faces;
    struct mien_face *shown = mien_faces_find(faces, read->id);
    if (shown)
        return shown;
    if (frame->time < result->time || faces->count == MIEN_TRACKS_MAX)
        return NULL;
    shown = &faces->list[faces->count++];
    shown->box = read->box;
    return shown;
}

/* Newer emotions for the places of now. What was read last becomes memory for what comes. */
static void publish_emotions(struct analysis *analysis, const struct mien_frame *frame,
                             struct mien_faces *read)
{
    pthread_mutex_lock(&analysis->lock);
    struct mien_faces before = analysis->read;
    analysis->read = *read;
    *read = before;
    for (int i = 0; i < analysis->read.count; i++) {
        const struct mien_face *face = &analysis->read.list[i];
        struct mien_face *shown = shown_face(&analysis->result, frame, face);
        if (!shown)
            continue;
        struct mien_box place = shown->box;
        *shown = *face;
        shown->box = place;
    }
    analysis->result.classified++;
    analysis->result.changes++;
    pthread_mutex_unlock(&analysis->lock);
}

/* ---- the threads ---- */

static void *detect(void *data)
{
    struct analysis *analysis = data;
    struct mien_error error = {""};
    int failure = 0;
    void *item;
    while (!failure && !mien_mailbox_take(analysis->offered, &item, -1)) {
        const struct mien_frame *frame = item;
        struct detected *found = &analysis->detected[frame->slot];
        pthread_mutex_lock(&analysis->detecting);
        mien_recogniser_search_whole(analysis->recogniser, atomic_load(&analysis->whole));
        failure = mien_recogniser_detect(analysis->recogniser, &frame->gray, frame->time,
                                         &found->detections, &error);
        found->by = analysis->recogniser_number;
        if (!failure)
            failure = publish_places(analysis, frame, &error);
        mien_frame_pool_give_back(&analysis->pool,
                                  failure ? frame : mien_mailbox_put(analysis->found, item));
        pthread_mutex_unlock(&analysis->detecting);
    }
    if (failure)
        fail(analysis, failure, &error);
    return NULL;
}

/* The wall clock may be set at any time: what it says now counts. */
static int64_t utc_of(int64_t captured_ns)
{
    return clock_read(CLOCK_REALTIME) - (clock_ns() - captured_ns);
}

/* What another recogniser found is not for this one to read. */
static int classify_frame(struct analysis *analysis, const struct mien_frame *frame,
                          struct mien_error *error)
{
    struct mien_faces *faces = &analysis->faces;
    const struct detected *found = &analysis->detected[frame->slot];
    if (found->by != analysis->recogniser_number)
        return 0;
    int result = mien_recogniser_classify(analysis->recogniser, &frame->gray, frame->time,
                                          &found->detections, faces, error);
    if (result)
        return result;
    publish_emotions(analysis, frame, faces);
    return rows_add(analysis->rows, frame->number, frame->time, utc_of(frame->captured_ns),
                    &analysis->read, error);
}

static void *classify(void *data)
{
    struct analysis *analysis = data;
    struct mien_error error = {""};
    int failure = 0;
    void *item;
    while (!failure && !mien_mailbox_take(analysis->found, &item, -1)) {
        pthread_mutex_lock(&analysis->classifying);
        failure = classify_frame(analysis, item, &error);
        pthread_mutex_unlock(&analysis->classifying);
        mien_frame_pool_give_back(&analysis->pool, item);
    }
    if (failure)
        fail(analysis, failure, &error);
    return NULL;
}

/* ---- for the callers ---- */

static int start_threads(struct analysis *analysis)
{
    analysis->offered = mien_mailbox_create();
    analysis->found = mien_mailbox_create();
    if (!analysis->offered || !analysis->found)
        return ENOMEM;
    int result = pthread_create(&analysis->detection, NULL, detect, analysis);
    if (result)
        return result;
    analysis->threads = 1;
    result = pthread_create(&analysis->classification, NULL, classify, analysis);
    if (!result)
        analysis->threads = 2;
    return result;
}

int analysis_start(struct analysis **analysis, struct mien_recogniser *recogniser,
                   struct rows *rows, struct mien_error *error)
{
    struct analysis *a = calloc(1, sizeof *a);
    if (!a)
        return mien_error_set(error, ENOMEM, "no memory to look at pictures");
    a->recogniser = recogniser;
    a->rows = rows;
    a->pool.count = FRAME_POOL_MAX;
    pthread_mutex_init(&a->detecting, NULL);
    pthread_mutex_init(&a->classifying, NULL);
    pthread_mutex_init(&a->lock, NULL);
    clock_condition_init(&a->looked);
    int result = start_threads(a);
    if (result) {
        analysis_stop(&a);
        return mien_error_set(error, result, "no thread to look at pictures: %s", strerror(result));
    }
    *analysis = a;
    return 0;
}

void analysis_stop(struct analysis **analysis)
{
    struct analysis *a = *analysis;
    if (!a)
        return;
    if (a->threads > 0) {
        mien_mailbox_close(a->offered);
        pthread_join(a->detection, NULL);
    }
    if (a->threads > 1) {
        mien_mailbox_close(a->found);
        pthread_join(a->classification, NULL);
    }
    mien_mailbox_destroy(&a->offered);
    mien_mailbox_destroy(&a->found);
    mien_frame_pool_finish(&a->pool);
    for (int i = 0; i < FRAME_POOL_MAX; i++)
        mien_detections_free(&a->detected[i].detections);
    mien_faces_free(&a->faces);
    mien_faces_free(&a->read);
    mien_faces_free(&a->result.faces);
    pthread_cond_destroy(&a->looked);
    pthread_mutex_destroy(&a->lock);
    pthread_mutex_destroy(&a->classifying);
    pthread_mutex_destroy(&a->detecting);
    free(a);
    *analysis = NULL;
}

void analysis_forget_emotions(struct mien_faces *faces)
{
    struct mien_boxes *places = &faces->tentative;
    if (mien_faces_reserve(faces, 0, places->count + faces->count, NULL) == 0)
        for (int i = 0; i < faces->count; i++)
            places->boxes[places->count++] = faces->list[i].box;
    faces->count = 0;
}

struct mien_recogniser *analysis_use(struct analysis *analysis, struct mien_recogniser *recogniser)
{
    pthread_mutex_lock(&analysis->detecting);
    pthread_mutex_lock(&analysis->classifying);
    struct mien_recogniser *old = analysis->recogniser;
    mien_recogniser_number_after(recogniser, old);
    analysis->recogniser = recogniser;
    analysis->recogniser_number++;
    rows_use(analysis->rows, mien_recogniser_model(recogniser));
    pthread_mutex_lock(&analysis->lock);
    analysis->read.count = 0;
    analysis_forget_emotions(&analysis->result.faces);
    analysis->result.changes++;
    pthread_mutex_unlock(&analysis->lock);
    pthread_mutex_unlock(&analysis->classifying);
    pthread_mutex_unlock(&analysis->detecting);
    return old;
}

int analysis_offer(struct analysis *analysis, const struct mien_frame *frame,
                   struct mien_error *error)
{
    pthread_mutex_lock(&analysis->lock);
    int failure = analysis->failure;
    if (failure && error)
        *error = analysis->error;
    pthread_mutex_unlock(&analysis->lock);
    if (failure)
        return failure;
    struct mien_frame *mine = mien_frame_pool_take(&analysis->pool); /* one of five is free */
    int result = mien_picture_copy(&mine->gray, &frame->gray, error);
    mine->number = frame->number;
    mine->time = frame->time;
    mine->captured_ns = frame->captured_ns;
    mien_frame_pool_give_back(&analysis->pool,
                              result ? mine : mien_mailbox_put(analysis->offered, mine));
    return result;
}

static bool is_known(const struct analysis_result *result, uint64_t number)
{
    return result->analysed > 0 && result->number >= number;
}

void analysis_wait(struct analysis *analysis, uint64_t number, int timeout_ms)
{
    struct timespec deadline = clock_deadline(timeout_ms);
    int over = 0;
    pthread_mutex_lock(&analysis->lock);
    while (!over && !analysis->failure && !is_known(&analysis->result, number))
        over = pthread_cond_timedwait(&analysis->looked, &analysis->lock, &deadline);
    pthread_mutex_unlock(&analysis->lock);
}

void analysis_search_whole(struct analysis *analysis, bool whole)
{
    atomic_store(&analysis->whole, whole);
}

bool analysis_latest(struct analysis *analysis, struct analysis_result *result)
{
    pthread_mutex_lock(&analysis->lock);
    bool newer = analysis->result.analysed != result->analysed;
    struct mien_faces faces = result->faces;
    if (analysis->result.changes != result->changes &&
        mien_faces_copy(&faces, &analysis->result.faces, NULL) == 0) {
        *result = analysis->result;
        result->faces = faces;
    }
    pthread_mutex_unlock(&analysis->lock);
    return newer;
}

uint64_t analysis_skipped(struct analysis *analysis)
{
    return mien_mailbox_dropped(analysis->offered);
}

uint64_t analysis_unclassified(struct analysis *analysis)
{
    return mien_mailbox_dropped(analysis->found);
}
