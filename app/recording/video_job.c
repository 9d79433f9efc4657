#include "video_job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/url.h"
#include "common/exit_code.h"
#include "common/signals.h"
#include "data/marks.h"
#include "data/records.h"
#include "data/summary_row.h"
#include "data/timeline.h"
#include "draw/overlay.h"
#include "files/atomic_file.h"
#include "mien/log.h"
#include "pipeline.h"
#include "progress.h"
#include "recognise/open.h"
#include "recognise/timing.h"
#include "row_list.h"

/* ---- the work ---- */

/* Frames that are looked back at, and on their way; more would only cost memory. */
enum { LOOK_BACK = 6, SLOTS = 6 + LOOK_BACK };

struct slot {
    struct mien_frame frame;
    char file[256]; /* of the frame, in a film of pictures; else empty */
    struct mien_detections detections;
    struct mien_faces faces;
};

struct job {
    const struct video_job_options *options;
    struct mien_reader *reader;
    struct mien_recogniser *recogniser;
    struct canvas *canvas;
    struct mien_writer *writer;
    struct atomic_files files; /* all outputs: they get their names together */
    struct row_list rows;
    struct exports exports;
    struct timeline timeline;
    struct people *people; /* NULL: nobody named them */
    bool with_exports;     /* or rows that depend on the timeline */
    bool with_thumbs;      /* small pictures of the faces are kept only for the report */
    struct marks *marks;   /* of the last frame, where the video is copied; else NULL */
    double marks_time;
    struct progress progress;
    char source[1024];            /* what is read, without passwords */
    struct timing times, *timing; /* the second is NULL where nobody asks */
    struct slot slots[SLOTS];
    int64_t found; /* frames in which faces were looked for */
    int64_t frames, with_faces;
    double time; /* of the last frame */
};

static bool draws(const struct job *job)
{
    return job->options->video && !job->options->copy;
}

static int make_slots(struct job *job, struct mien_error *error)
{
    const struct mien_video_info *info = mien_reader_info(job->reader);
    int result = 0;
    for (int i = 0; i < SLOTS && result == 0; i++) {
        struct mien_frame *frame = &job->slots[i].frame;
        result = mien_picture_alloc(&frame->gray, MIEN_GRAY8, info->width, info->height, error);
        if (result == 0 && (draws(job) || job->with_thumbs))
            result =
                mien_picture_alloc(&frame->color, MIEN_YUV420, info->width, info->height, error);
    }
    return result;
}

static void free_slots(struct job *job)
{
    for (int i = 0; i < SLOTS; i++) {
        mien_picture_free(&job->slots[i].frame.color);
        mien_picture_free(&job->slots[i].frame.gray);
        mien_detections_free(&job->slots[i].detections);
        mien_faces_free(&job->slots[i].faces);
    }
}

static int open_tables(struct job *job, struct mien_error *error)
{
    const struct video_job_options *o = job->options;
    struct records **tables = job->rows.tables;
    const struct mien_model_info *model = mien_recogniser_model(job->recogniser);
    int result = records_start(&tables[0], &job->files, o->jsonl, RECORDS_JSONL, model, error);
    if (result == 0)
        result = records_start(&tables[1], &job->files, o->csv, RECORDS_CSV, model, error);
    if (result == 0 && o->table)
        result = records_on(&tables[2], o->table, "the table of all recordings", RECORDS_CSV, model,
                            error);
    for (int i = 0; i < ROWS_TABLES && result == 0; i++)
        if (tables[i]) {
            records_add_columns(tables[i], o->columns);
            records_name_people(tables[i], job->people);
        }
    job->rows.timeline = &job->timeline;
    job->rows.patience = o->recogniser.tracks.max_age + 1;
    return result;
}

static int open_video(struct job *job, struct mien_error *error)
{
    const struct video_job_options *o = job->options;
    const struct mien_video_info *info = mien_reader_info(job->reader);
    struct mien_writer_options encoding = o->encoding;
    struct atomic_file *file = NULL;
    char header[1024];
    int result = atomic_files_open(&job->files, &file, o->video, error);
    if (result == 0 && o->copy) {
        marks_header(header, sizeof header, info->width, info->height);
        encoding.marks = header;
        job->marks = calloc(1, sizeof *job->marks);
        if (!job->marks)
            return mien_error_set(error, ENOMEM, "no memory for marks");
    }
    return result ? result
                  : mien_writer_open(&job->writer, o->video, atomic_file_descriptor(file),
                                     job->reader, &encoding, error);
}

static int open_outputs(struct job *job, struct mien_error *error)
{
    const struct video_job_options *o = job->options;
    const struct mien_model_info *model = mien_recogniser_model(job->recogniser);
    const struct mien_yuv *yuv = &mien_reader_info(job->reader)->yuv;
    int result = open_tables(job, error);
    if (result == 0)
        result = exports_open(&job->exports, &job->files, error);
    if (result == 0 && draws(job))
        result = canvas_create(&job->canvas, model, yuv, error);
    if (result == 0 && o->video)
        result = open_video(job, error);
    return result;
}

/* ---- the stages, each on its own thread ---- */

static int decode(void *user, int slot, struct mien_error *error)
{
    struct job *job = user;
    struct mien_stage_time begin = timing_begin(job->timing);
    int result = mien_reader_next_into(job->reader, &job->slots[slot].frame, error);
    const char *file = mien_reader_file(job->reader);
    snprintf(job->slots[slot].file, sizeof job->slots[slot].file, "%s", file ? file : "");
    timing_end(job->timing, TIMING_DECODE, begin);
    return result;
}

static int look_back(struct job *job, int number, struct mien_error *error)
{
    struct mien_past past[LOOK_BACK];
    int count = job->found < LOOK_BACK ? (int)job->found : LOOK_BACK;
    for (int i = 0; i < count; i++) {
        struct slot *slot = &job->slots[(number - 1 - i + SLOTS) % SLOTS];
        past[i] = (struct mien_past){&slot->frame.gray, slot->frame.time, &slot->detections};
    }
    job->found++;
    return mien_recogniser_look_back(job->recogniser, &job->slots[number].detections, past, count,
                                     error);
}

static int find(void *user, int number, struct mien_error *error)
{
    struct job *job = user;
    struct slot *slot = &job->slots[number];
    int result = mien_recogniser_detect(job->recogniser, &slot->frame.gray, slot->frame.time,
                                        &slot->detections, error);
    if (result == 0)
        result = look_back(job, number, error);
    return result < 0 ? result : 1;
}

static int read_faces(void *user, int number, struct mien_error *error)
{
    struct job *job = user;
    struct slot *slot = &job->slots[number];
    int result = mien_recogniser_classify(job->recogniser, &slot->frame.gray, slot->frame.time,
                                          &slot->detections, &slot->faces, error);
    if (result >= 0)
        result = choice_apply(&job->options->choice, slot->frame.gray.width,
                              slot->frame.gray.height, &slot->faces, error);
    return result < 0 ? result : 1;
}

static struct export_facts facts_of(const struct job *job, bool interrupted)
{
    return (struct export_facts){.source = job->source,
                                 .fps = mien_reader_info(job->reader)->fps,
                                 .losses = mien_reader_losses(job->reader),
                                 .jumps = mien_reader_jumps(job->reader),
                                 .interrupted = interrupted};
}

static int remember(struct job *job, const struct slot *slot, struct mien_error *error)
{
    const struct export_facts so_far = facts_of(job, true);
    int result = timeline_add(&job->timeline, slot->frame.time, &slot->faces,
                              job->with_thumbs ? &slot->frame.color : NULL, error);
    if (result == 0)
        exports_refresh(&job->exports, &job->timeline, &so_far);
    return result;
}

/* Those of the last frame last until `time`. */
static int end_marks(struct job *job, double time, struct mien_error *error)
{
    int result = 0;
    for (int i = 0; i < job->marks->count && result == 0; i++)
        result = mien_writer_mark(job->writer, job->marks->events[i], job->marks_time,
                                  time - job->marks_time, error);
    job->marks->count = 0;
    return result;
}

static int write_marks(struct job *job, const struct slot *slot, struct mien_error *error)
{
    const struct mien_picture *gray = &slot->frame.gray;
    int result = end_marks(job, slot->frame.time, error);
    job->marks_time = slot->frame.time;
    marks_of(job->marks, mien_recogniser_model(job->recogniser), &slot->faces, gray->width,
             gray->height);
    return result;
}

static int write_picture(struct job *job, struct slot *slot, struct mien_error *error)
{
    if (job->marks)
        return write_marks(job, slot, error);
    const struct overlay_style style = {.bars = job->options->bars, .blur = job->options->blur};
    struct mien_stage_time begin = timing_begin(job->timing);
    int result = canvas_draw(job->canvas, &slot->frame.color, &slot->faces, &style, error);
    timing_end(job->timing, TIMING_DRAW, begin);
    if (result < 0)
        return result;
    begin = timing_begin(job->timing);
    result = mien_writer_add(job->writer, &slot->frame, error);
    timing_end(job->timing, TIMING_ENCODE, begin);
    return result;
}

static void show_progress(struct job *job)
{
    char text[160];
    const struct mien_selection *part = &job->options->selection;
    double end = mien_reader_info(job->reader)->duration;
    if (part->to > 0 && (end <= 0 || part->to < end))
        end = part->to;
    double share =
        progress_of_video(text, sizeof text, job->time - part->from, end > 0 ? end - part->from : 0,
                          progress_seconds(&job->progress));
    progress_show(&job->progress, share, text);
}

static int write_slot(void *user, int number, struct mien_error *error)
{
    struct job *job = user;
    struct slot *slot = &job->slots[number];
    struct mien_stage_time begin = timing_begin(job->timing);
    int result = job->with_exports ? remember(job, slot, error) : 0;
    if (result == 0)
        result = row_list_add(&job->rows, slot->frame.number, slot->frame.time,
                              *slot->file ? slot->file : NULL, &slot->faces, error);
    timing_end(job->timing, TIMING_DATA, begin);
    if (result == 0 && job->writer)
        result = write_picture(job, slot, error);
    if (result < 0)
        return result;
    job->frames++;
    job->with_faces += slot->faces.count > 0;
    job->time = slot->frame.time;
    if (progress_due(&job->progress))
        show_progress(job);
    return 1;
}

static void cancel(void *user)
{
    mien_reader_stop(((struct job *)user)->reader);
}

static int work(struct job *job, struct mien_error *error)
{
    const struct pipeline_stage stages[] = {
        {decode}, {find}, {read_faces, LOOK_BACK}, {write_slot}};
    return pipeline_run(stages, 4, SLOTS, cancel, job, error);
}

/* ---- the end ---- */

static int write_study_row(const struct job *job, const struct export_facts *facts,
                           struct mien_error *error)
{
    FILE *file = job->options->table_summary;
    struct timeline kept;
    int result = file ? timeline_keep(&job->timeline, &kept, error) : 0;
    if (result || !file)
        return result;
    write_summary_names(file, kept.model);
    write_summary_row(file, &kept, facts);
    timeline_release(&kept);
    return fflush(file)
               ? mien_error_set(error, errno, "the table of all recordings: %s", strerror(errno))
               : 0;
}

static int close_exports(struct job *job, struct mien_error *error)
{
    const struct export_facts facts = facts_of(job, signals_stop() != 0);
    if (!job->with_exports)
        return 0;
    int closed = exports_close(&job->exports, &job->timeline, &facts, error);
    int row = write_study_row(job, &facts, closed ? NULL : error);
    return closed ? closed : row;
}

/* Closes all; returns the first error of those that only show then. */
static int close_outputs(struct job *job, struct mien_error *error)
{
    if (job->marks)
        end_marks(job, job->time + job->timeline.interval, NULL);
    int video = mien_writer_finish(&job->writer, error);
    int ended = timeline_end(&job->timeline, video ? NULL : error);
    int rows = row_list_close(&job->rows, video || ended ? NULL : error);
    int exports = close_exports(job, video || ended || rows ? NULL : error);
    return video ? video : ended ? ended : rows ? rows : exports;
}

/* A run that is interrupted has whole files up to there; but they do not replace older ones, which
 * may hold more, and --resume relies on what has its name. */
static int name_outputs(struct job *job, struct mien_error *error)
{
    if (signals_stop() && (job->options->resumable || atomic_files_replace_any(&job->files)))
        return 0;
    return atomic_files_commit(&job->files, error);
}

static void say_result(const struct job *job, double elapsed)
{
    mien_log(MIEN_LOG_INFO, "%lld frames (%lld with faces), %.1f s in %.1f s: %.1f × real time",
             (long long)job->frames, (long long)job->with_faces, job->time, elapsed,
             elapsed > 0 ? job->time / elapsed : 0);
    if (signals_stop())
        mien_log(MIEN_LOG_WARNING, "interrupted at %.2f s; what is written is complete up to there",
                 job->time);
}

static void say_jumps(int64_t count)
{
    if (count)
        mien_log(MIEN_LOG_WARNING,
                 "its times jump %lld time%s, as where recordings were joined; what comes after "
                 "follows on, in data and video",
                 (long long)count, count == 1 ? "" : "s");
}

static bool say_losses(int64_t frames, int64_t packets)
{
    if (frames)
        mien_log(MIEN_LOG_WARNING, "%lld frames of the input are missing or damaged",
                 (long long)frames);
    if (packets)
        mien_log(MIEN_LOG_WARNING, "%lld streams or packets could not be copied as they are",
                 (long long)packets);
    return frames || packets;
}

/* What stopped the work often shows again when its file is closed, maybe with more words. */
static void say_errors(const char *working, const char *closing)
{
    if (working && !(closing && !strncmp(working, closing, strlen(working))))
        mien_log(MIEN_LOG_ERROR, "%s", working);
    if (closing)
        mien_log(MIEN_LOG_ERROR, "%s", closing);
}

static int run(struct job *job)
{
    struct mien_error error, closing;
    int64_t before = timing_process_ns();
    progress_start(&job->progress, job->options->quiet);
    int result = work(job, &error);
    double elapsed = progress_end(&job->progress);
    int64_t packets = job->writer ? mien_writer_losses(job->writer) : 0;
    int closed = close_outputs(job, &closing);
    if (result == 0 && closed == 0)
        closed = name_outputs(job, &closing);
    say_errors(result < 0 ? error.text : NULL, closed < 0 ? closing.text : NULL);
    say_result(job, elapsed);
    atomic_files_keep(&job->files);
    if (job->timing)
        timing_print(job->timing, job->frames, elapsed, before);
    say_jumps(mien_reader_jumps(job->reader));
    bool lossy = say_losses(mien_reader_losses(job->reader), packets) || result < 0 || closed < 0;
    if (signals_stop())
        return 128 + signals_stop();
    return lossy ? EXIT_LOSSES : EXIT_FINE;
}

static int prepare_and_run(struct job *job)
{
    struct mien_error error;
    const struct video_job_options *o = job->options;
    struct mien_recogniser_options recogniser = o->recogniser;
    job->timing = o->timing ? &job->times : NULL;
    mien_url_without_secrets(o->in, job->source, sizeof job->source);
    recogniser.times = o->timing ? &job->times.recogniser : NULL;
    int result = mien_reader_open_with(&job->reader, o->in, &o->reading, &error);
    if (result == 0)
        result = mien_reader_select(job->reader, &o->selection, &error);
    if (result == 0 && o->people)
        result = people_read(&job->people, o->people, o->in, &error);
    if (result == 0)
        result = recogniser_open(&job->recogniser, &recogniser, &error);
    if (result == 0)
        result = make_slots(job, &error);
    if (result < 0) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        return EXIT_UNREADABLE;
    }
    timeline_init(&job->timeline, mien_recogniser_model(job->recogniser),
                  &mien_reader_info(job->reader)->yuv);
    job->timeline.min_seconds = o->min_seconds;
    job->timeline.people = job->people;
    if ((result = open_outputs(job, &error)) < 0) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        row_list_abandon(&job->rows);
        atomic_files_discard(&job->files);
        return result == -EINVAL ? EXIT_USAGE : EXIT_LOSSES;
    }
    signals_catch(&(struct signals_options){.stop = cancel, .user = job});
    int code = run(job);
    signals_release();
    return code;
}

int video_job_run(const struct video_job_options *options)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job) {
        mien_log(MIEN_LOG_ERROR, "no memory");
        return EXIT_LOSSES;
    }
    job->options = options;
    memcpy(job->exports.paths, options->exports, sizeof job->exports.paths);
    job->with_exports = options->table_summary || options->min_seconds > 0;
    for (int i = 0; i < EXPORT_KINDS; i++)
        job->with_exports |= options->exports[i] != NULL;
    job->with_thumbs = options->exports[EXPORT_REPORT] && !options->blur;
    int code = prepare_and_run(job);
    timeline_finish(&job->timeline);
    free_slots(job);
    canvas_destroy(&job->canvas);
    free(job->marks);
    people_free(&job->people);
    mien_recogniser_destroy(&job->recogniser);
    mien_reader_close(&job->reader);
    free(job);
    return code;
}
