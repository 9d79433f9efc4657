#include "timeline.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/planes.h"

#define FIRST_STEP 0.05
#define STILL_SECONDS 0.04 /* how long a lone picture is thought to be shown */
#define THUMB_SECONDS 0.5  /* shorter faces are mostly mistakes, and there may be many */

void timeline_init(struct timeline *timeline, const struct mien_model_info *model,
                   const struct mien_yuv *yuv)
{
    *timeline = (struct timeline){
        .model = model, .yuv = *yuv, .step = FIRST_STEP, .interval = STILL_SECONDS};
}

void timeline_finish(struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->face_count; i++) {
        free(timeline->faces[i].changes);
        free(timeline->faces[i].steps);
        mien_picture_free(&timeline->faces[i].thumb);
    }
    free(timeline->faces);
    free(timeline->spans);
    mien_faces_free(&timeline->before);
    *timeline = (struct timeline){0};
}

static int no_memory(struct mien_error *error)
{
    return mien_error_set(error, ENOMEM, "no memory to remember the faces");
}

/* Doubles a list that is full. */
static void *grow(void *list, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return list;
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void *larger = reallocarray(list, wanted, size);
    if (larger)
        *capacity = wanted;
    return larger;
}

/* ---- faces ---- */

/* New faces have the greatest ids, so the search ends soon from the back. */
static struct timeline_face *find_face(const struct timeline *timeline, uint32_t id, size_t *place)
{
    size_t i = timeline->face_count;
    while (i > 0 && timeline->faces[i - 1].id > id)
        i--;
    *place = i;
    return i > 0 && timeline->faces[i - 1].id == id ? &timeline->faces[i - 1] : NULL;
}

static struct timeline_face *get_face(struct timeline *timeline, uint32_t id, double time)
{
    size_t place, labels = (size_t)timeline->model->label_count;
    struct timeline_face *face = find_face(timeline, id, &place);
    if (face)
        return face;
    struct timeline_face *faces = grow(timeline->faces, timeline->face_count,
                                       &timeline->face_capacity, sizeof *timeline->faces);
    uint32_t *changes = calloc(labels * labels, sizeof *changes);
    if (faces)
        timeline->faces = faces;
    if (!faces || !changes) {
        free(changes);
        return NULL;
    }
    memmove(&faces[place + 1], &faces[place], (timeline->face_count - place) * sizeof *faces);
    faces[place] = (struct timeline_face){
        .id = id, .first = time, .last = time, .changes = changes, .span = -1};
    timeline->face_count++;
    return &faces[place];
}

/* ---- spans ---- */

static int add_span(struct timeline *timeline, struct timeline_face *face, int label, double start)
{
    struct timeline_span *spans = grow(timeline->spans, timeline->span_count,
                                       &timeline->span_capacity, sizeof *timeline->spans);
    if (!spans || timeline->span_count > INT32_MAX)
        return -ENOMEM;
    timeline->spans = spans;
    face->span = (int)timeline->span_count++;
    spans[face->span] = (struct timeline_span){face->id, label, start, start, 0};
    return 0;
}

static int extend_span(struct timeline *timeline, struct timeline_face *face,
                       const struct mien_face *seen, double start, double end)
{
    const struct timeline_span *old = face->span < 0 ? NULL : &timeline->spans[face->span];
    bool joins = old && old->end >= start;
    if (joins && old->label != seen->label)
        face->changes[old->label * timeline->model->label_count + seen->label]++;
    if ((!joins || old->label != seen->label) && add_span(timeline, face, seen->label, start) < 0)
        return -ENOMEM;
    struct timeline_span *span = &timeline->spans[face->span];
    double before = span->end - span->start, more = end - start;
    if (before + more > 0)
        span->confidence = (span->confidence * before + seen->confidence * more) / (before + more);
    span->end = end;
    return 0;
}

/* ---- curves ---- */

static size_t step_size(const struct timeline *timeline)
{
    return (size_t)timeline->model->label_count + 1;
}

/* Halves the number of steps: two become one. */
static void coarsen(struct timeline *timeline)
{
    size_t size = step_size(timeline);
    timeline->step *= 2;
    for (size_t i = 0; i < timeline->face_count; i++) {
        struct timeline_face *face = &timeline->faces[i];
        int first = face->step_first / 2, last = (face->step_first + face->step_count - 1) / 2;
        if (!face->step_count)
            continue;
        for (int s = 0; s < face->step_count; s++) {
            double *from = face->steps + (size_t)s * size;
            double *to = face->steps + (size_t)((face->step_first + s) / 2 - first) * size;
            for (size_t k = 0; k < size && to != from; k++) {
                double value = from[k];
                from[k] = 0;
                to[k] += value;
            }
        }
        face->step_first = first;
        face->step_count = last - first + 1;
    }
}

static int reach_step(struct timeline *timeline, struct timeline_face *face, int step)
{
    size_t size = step_size(timeline);
    if (!face->step_count)
        face->step_first = step;
    int wanted = step - face->step_first + 1;
    if (wanted > face->step_capacity) {
        int capacity = wanted < 8 ? 8 : wanted * 2;
        double *steps = reallocarray(face->steps, (size_t)capacity * size, sizeof *steps);
        if (!steps)
            return -ENOMEM;
        face->steps = steps;
        face->step_capacity = capacity;
    }
    if (wanted > face->step_count) {
        memset(face->steps + (size_t)face->step_count * size, 0,
               (size_t)(wanted - face->step_count) * size * sizeof *face->steps);
        face->step_count = wanted;
    }
    return 0;
}

static int extend_curve(struct timeline *timeline, struct timeline_face *face,
                        const struct mien_face *seen, double start, double end)
{
    int last = (int)(end / timeline->step);
    for (int step = (int)(start / timeline->step); step <= last; step++) {
        double from = fmax(start, step * timeline->step);
        double seconds = fmin(end, (step + 1) * timeline->step) - from;
        if (seconds <= 0)
            continue;
        if (reach_step(timeline, face, step) < 0)
            return -ENOMEM;
        double *values = face->steps + (size_t)(step - face->step_first) * step_size(timeline);
        values[0] += seconds;
        for (int i = 0; i < timeline->model->label_count; i++)
            values[i + 1] += seen->probabilities[i] * seconds;
    }
    return 0;
}

/* ---- small pictures ---- */

static void copy_thumb(const struct timeline *timeline, struct mien_picture *thumb,
                       const struct mien_picture *color, const struct mien_box *box)
{
    for (int y = 0; y < thumb->height; y++) {
        int from_y = box->y + y * box->height / thumb->height;
        from_y = from_y < 0 ? 0 : from_y >= color->height ? color->height - 1 : from_y;
        for (int x = 0; x < thumb->width; x++) {
            int from_x = box->x + x * box->width / thumb->width;
            from_x = from_x < 0 ? 0 : from_x >= color->width ? color->width - 1 : from_x;
            uint32_t rgb = planes_color(color, &timeline->yuv, from_x, from_y);
            memcpy(thumb->data + y * thumb->stride + x * 4, &rgb, 4);
        }
    }
}

/* Keeps the picture in which the face is large and sure; a little better is not worth a copy. */
static int keep_thumb(const struct timeline *timeline, struct timeline_face *face,
                      const struct mien_face *seen, const struct mien_picture *color,
                      struct mien_error *error)
{
    double score = seen->confidence * sqrt((double)seen->box.width * seen->box.height);
    if (face->seconds < THUMB_SECONDS || score <= face->thumb_score * 1.1)
        return 0;
    if (!face->thumb.data) {
        int result = mien_picture_alloc(&face->thumb, MIEN_BGRX32, TIMELINE_THUMB_SIDE,
                                        TIMELINE_THUMB_SIDE, error);
        if (result < 0)
            return result;
    }
    face->thumb_score = score;
    copy_thumb(timeline, &face->thumb, color, &seen->box);
    return 0;
}

/* ---- frames ---- */

static int account(struct timeline *timeline, const struct mien_face *seen, double start,
                   double end)
{
    struct timeline_face *face = get_face(timeline, seen->id, start);
    if (!face)
        return -ENOMEM;
    face->last = end;
    face->seconds += end - start;
    face->label_seconds[seen->label] += end - start;
    int result = extend_span(timeline, face, seen, start, end);
    return result < 0 ? result : extend_curve(timeline, face, seen, start, end);
}

/* Ends the frame before at `time`. */
static int pass(struct timeline *timeline, double time, struct mien_error *error)
{
    while (time >= timeline->step * TIMELINE_STEPS_MAX)
        coarsen(timeline);
    for (int i = 0; i < timeline->before.count; i++)
        if (account(timeline, &timeline->before.list[i], timeline->before_time, time) < 0)
            return no_memory(error);
    timeline->before.count = 0;
    timeline->end = time;
    return 0;
}

int timeline_add(struct timeline *timeline, double time, const struct mien_faces *faces,
                 const struct mien_picture *color, struct mien_error *error)
{
    time = fmin(fmax(time, timeline->before_time), 1e9);
    int result = pass(timeline, time, error);
    if (timeline->frames > 0)
        timeline->interval = time - timeline->before_time;
    timeline->frames++;
    timeline->frames_with_faces += faces->count > 0;
    if (result == 0)
        result = mien_faces_copy(&timeline->before, faces, error);
    timeline->before_time = time;
    for (int i = 0; i < faces->count && color && result == 0; i++) {
        struct timeline_face *face = get_face(timeline, faces->list[i].id, time);
        result =
            face ? keep_thumb(timeline, face, &faces->list[i], color, error) : no_memory(error);
    }
    return result;
}

int timeline_end(struct timeline *timeline, struct mien_error *error)
{
    return pass(timeline, timeline->before_time + timeline->interval, error);
}

/* ---- choosing ---- */

const struct timeline_face *timeline_face_of(const struct timeline *timeline, uint32_t id)
{
    size_t place;
    return find_face(timeline, id, &place);
}

void timeline_name(const struct timeline *timeline, uint32_t face, char name[TIMELINE_NAME_MAX])
{
    const char *person = people_name(timeline->people, face);
    if (person)
        snprintf(name, TIMELINE_NAME_MAX, "%.120s (face %u)", person, face);
    else
        snprintf(name, TIMELINE_NAME_MAX, "face %u", face);
}

/* Sums of times are not exact. */
bool timeline_keeps(const struct timeline *timeline, const struct timeline_face *face)
{
    return face && face->seconds >= timeline->min_seconds - 1e-6;
}

int timeline_keep(const struct timeline *timeline, struct timeline *kept, struct mien_error *error)
{
    *kept = *timeline;
    kept->faces = calloc(timeline->face_count + 1, sizeof *kept->faces);
    kept->spans = calloc(timeline->span_count + 1, sizeof *kept->spans);
    if (!kept->faces || !kept->spans) {
        timeline_release(kept);
        return no_memory(error);
    }
    kept->face_count = kept->span_count = 0;
    for (size_t i = 0; i < timeline->face_count; i++)
        if (timeline_keeps(timeline, &timeline->faces[i]))
            kept->faces[kept->face_count++] = timeline->faces[i];
    for (size_t i = 0; i < timeline->span_count; i++)
        if (timeline->min_seconds <= 0 ||
            timeline_keeps(timeline, timeline_face_of(timeline, timeline->spans[i].face)))
            kept->spans[kept->span_count++] = timeline->spans[i];
    return 0;
}

void timeline_release(struct timeline *kept)
{
    free(kept->faces);
    free(kept->spans);
    *kept = (struct timeline){0};
}

size_t timeline_main_faces(const struct timeline *timeline, size_t *faces, size_t capacity)
{
    size_t count = 0;
    for (size_t i = 0; i < timeline->face_count; i++) {
        if (count < capacity) {
            faces[count++] = i;
            continue;
        }
        size_t least = 0;
        for (size_t k = 1; k < count; k++)
            if (timeline->faces[faces[k]].seconds < timeline->faces[faces[least]].seconds)
                least = k;
        if (timeline->faces[i].seconds <= timeline->faces[faces[least]].seconds)
            continue;
        memmove(&faces[least], &faces[least + 1], (count - least - 1) * sizeof *faces);
        faces[count - 1] = i;
    }
    return count;
}
