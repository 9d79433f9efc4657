#include "recorder.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/frame_pool.h"
#include "base/mailbox.h"
#include "files/atomic_file.h"
#include "letterbox.h"
#include "mien/log.h"
#include "video/video.h"

/* One in the mailbox, one being encoded, one being filled. */
enum { FRAMES = 3 };

/* How a frame of the pool is marked. */
struct marks {
    struct mien_faces faces;
    struct overlay_style style;
};

struct recorder {
    struct atomic_files files; /* the recording */
    struct mien_writer *writer;
    struct canvas *canvas;
    struct mien_mailbox *mailbox;
    struct mien_frame_pool pool; /* colour only */
    struct marks marks[FRAMES];  /* of each frame, by its slot */
    struct letterbox letterbox;  /* to the recording's size; of the thread */
    double began;                /* time of the first picture */
    int width, height;           /* of the last picture */
    pthread_t thread;
    atomic_int failure;      /* 0 or −errno; set last */
    struct mien_error error; /* valid once failure is set */
};

/* Marked in its own size, then brought to the recording's. */
static int write_frame(struct recorder *recorder, struct mien_frame frame)
{
    struct mien_error *error = &recorder->error;
    const struct marks *marks = &recorder->marks[frame.slot];
    const struct letterbox *letterbox = &recorder->letterbox;
    int result = canvas_draw(recorder->canvas, &frame.color, &marks->faces, &marks->style, error);
    if (!result &&
        (frame.color.width != letterbox->width || frame.color.height != letterbox->height)) {
        result = letterbox_picture(&recorder->letterbox, &frame.color, error);
        frame.color = letterbox->picture;
    }
    return result ? result : mien_writer_add(recorder->writer, &frame, error);
}

static int encode(struct recorder *recorder, const struct mien_frame *frame)
{
    int result = write_frame(recorder, *frame);
    mien_frame_pool_give_back(&recorder->pool, frame);
    return result;
}

static void *run(void *data)
{
    struct recorder *recorder = data;
    void *item;
    int failure = 0;
    while (!failure && !mien_mailbox_take(recorder->mailbox, &item, -1))
        failure = encode(recorder, item);
    if (!failure && (item = mien_mailbox_poll(recorder->mailbox)))
        failure = encode(recorder, item);
    atomic_store(&recorder->failure, failure);
    return NULL;
}

static int allocate(struct recorder *recorder, const struct mien_picture *color,
                    const struct mien_model_info *model, struct mien_error *error)
{
    int result = canvas_create(&recorder->canvas, model, NULL, error);
    recorder->pool.count = FRAMES;
    for (int i = 0; i < FRAMES && !result; i++)
        result = mien_picture_alloc(&recorder->pool.frames[i].color, MIEN_BGRX32, color->width,
                                    color->height, error);
    recorder->mailbox = mien_mailbox_create();
    if (!result && !recorder->mailbox)
        result = mien_error_set(error, ENOMEM, "no memory to record");
    return result;
}

static void release(struct recorder *recorder)
{
    mien_mailbox_destroy(&recorder->mailbox);
    canvas_destroy(&recorder->canvas);
    letterbox_finish(&recorder->letterbox);
    mien_frame_pool_finish(&recorder->pool);
    for (int i = 0; i < FRAMES; i++)
        mien_faces_free(&recorder->marks[i].faces);
    atomic_files_discard(&recorder->files);
    free(recorder);
}

int recorder_start(struct recorder **recorder, const char *path, const struct mien_frame *first,
                   double fps, bool overwrite, const struct mien_model_info *model,
                   struct mien_error *error)
{
    if (!overwrite && strcmp(path, "-") && !access(path, F_OK))
        return mien_error_set(error, EEXIST, "%s exists already; -y overwrites it", path);
    struct recorder *r = calloc(1, sizeof *r);
    if (!r)
        return mien_error_set(error, ENOMEM, "no memory to record");
    r->began = first->time;
    r->letterbox.width = r->width = first->color.width;
    r->letterbox.height = r->height = first->color.height;
    struct mien_writer_options options = {
        .crf = -1, .width = first->color.width, .height = first->color.height, .fps = fps};
    struct atomic_file *file = NULL;
    int result = allocate(r, &first->color, model, error);
    if (!result)
        result = atomic_files_open(&r->files, &file, path, error);
    if (!result)
        result =
            mien_writer_open(&r->writer, path, atomic_file_descriptor(file), NULL, &options, error);
    if (result)
        goto failed;
    result = pthread_create(&r->thread, NULL, run, r);
    if (result) {
        mien_writer_finish(&r->writer, NULL);
        result = mien_error_set(error, result, "no thread to record: %s", strerror(result));
        goto failed;
    }
    *recorder = r;
    return 0;
failed:
    release(r);
    return result;
}

/* A camera may come back with another size. */
static void note_size(struct recorder *recorder, const struct mien_picture *color)
{
    if (color->width == recorder->width && color->height == recorder->height)
        return;
    recorder->width = color->width;
    recorder->height = color->height;
    mien_log(MIEN_LOG_INFO, "the pictures are %d×%d now; the recording goes on with %d×%d",
             color->width, color->height, recorder->letterbox.width, recorder->letterbox.height);
}

int recorder_add(struct recorder *recorder, const struct mien_frame *frame,
                 const struct mien_faces *faces, const struct overlay_style *style,
                 struct mien_error *error)
{
    int failure = atomic_load(&recorder->failure);
    if (failure) {
        *error = recorder->error;
        return failure;
    }
    struct mien_frame *mine = mien_frame_pool_take(&recorder->pool); /* one of three is free */
    struct marks *marks = &recorder->marks[mine->slot];
    int result = mien_picture_copy(&mine->color, &frame->color, error);
    if (!result)
        result = mien_faces_copy(&marks->faces, faces, error);
    if (result) {
        mien_frame_pool_give_back(&recorder->pool, mine);
        return result;
    }
    note_size(recorder, &frame->color);
    mine->time = frame->time - recorder->began;
    marks->style = (struct overlay_style){.bars = style->bars, .blur = style->blur};
    mien_frame_pool_give_back(&recorder->pool, mien_mailbox_put(recorder->mailbox, mine));
    return 0;
}

uint64_t recorder_dropped(struct recorder *recorder)
{
    return mien_mailbox_dropped(recorder->mailbox);
}

int recorder_stop(struct recorder **recorder, struct mien_error *error)
{
    struct recorder *r = *recorder;
    if (!r)
        return 0;
    mien_mailbox_close(r->mailbox);
    pthread_join(r->thread, NULL);
    int failure = atomic_load(&r->failure);
    int result = mien_writer_finish(&r->writer, error);
    if (failure) {
        *error = r->error;
        result = failure;
    }
    if (!result)
        result = atomic_files_commit(&r->files, error);
    atomic_files_keep(&r->files);
    release(r);
    *recorder = NULL;
    return result;
}
