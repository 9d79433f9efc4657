#include "film.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "belt.h"
#include "base/clock.h"
#include "commands.h"
#include "data/records.h"
#include "data/timeline.h"
#include "draw/overlay.h"
#include "files/part.h"
#include "mien/log.h"
#include "progress.h"
#include "recognise/timing.h"
#include "signals.h"

/* ---- interruption ---- */

static struct mien_reader *interrupted_reader;
static volatile sig_atomic_t interrupted_by;

static int64_t interrupted_ns;

/* A second signal ends the program at once; but not the same one again, as it comes when a
 * terminal or a scheduler tells all processes and the parent passes it on. */
static void interrupt(int number)
{
    if (interrupted_by && clock_ns() - interrupted_ns > 500000000) {
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    interrupted_by = number;
    interrupted_ns = clock_ns();
    if (interrupted_reader)
        mien_reader_stop(interrupted_reader);
}

static void catch_signals(struct mien_reader *reader)
{
    struct sigaction action = {.sa_handler = interrupt};
    interrupted_reader = reader;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signals_leave_to_writes();
}

static void release_signals(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    interrupted_reader = NULL;
}

/* ---- the work ---- */

/* Frames on their way; more would only cost memory. */
enum { SLOTS = 6 };

struct slot {
    struct mien_frame frame;
    struct sightings sightings;
    struct faces faces;
};

struct film {
    const struct film_options *options;
    struct mien_reader *reader;
    struct recogniser *recogniser;
    struct canvas *canvas;
    struct mien_writer *writer;
    struct records *jsonl, *csv;
    struct papers papers;
    struct timeline timeline;
    bool with_papers;
    bool with_thumbs; /* small pictures of the faces are kept only for the report */
    struct progress progress;
    struct timing times, *timing; /* the second is NULL where nobody asks */
    struct slot slots[SLOTS];
    int64_t frames, with_faces;
    double time; /* of the last frame */
};

static int make_slots(struct film *film, struct mien_error *error)
{
    const struct mien_video_info *info = mien_reader_info(film->reader);
    int result = 0;
    for (int i = 0; i < SLOTS && result == 0; i++) {
        struct mien_frame *frame = &film->slots[i].frame;
        result = mien_picture_alloc(&frame->gray, MIEN_GRAY8, info->width, info->height, error);
        if (result == 0 && (film->options->video || film->with_thumbs))
            result =
                mien_picture_alloc(&frame->color, MIEN_YUV420, info->width, info->height, error);
    }
    return result;
}

static void free_slots(struct film *film)
{
    for (int i = 0; i < SLOTS; i++) {
        mien_picture_free(&film->slots[i].frame.color);
        mien_picture_free(&film->slots[i].frame.gray);
    }
}

/* The video comes last: its file appears even if nothing is written to it. */
static int open_outputs(struct film *film, struct mien_error *error)
{
    const struct film_options *o = film->options;
    const struct mien_model_info *model = recogniser_model(film->recogniser);
    const struct mien_yuv *yuv = &mien_reader_info(film->reader)->yuv;
    int result = 0;
    if (o->jsonl)
        result = records_open(&film->jsonl, o->jsonl, RECORDS_JSONL, model, true, error);
    if (result == 0 && o->csv)
        result = records_open(&film->csv, o->csv, RECORDS_CSV, model, true, error);
    if (result == 0)
        result = papers_open(&film->papers, error);
    if (result == 0 && o->video)
        result = canvas_create(&film->canvas, model, yuv, error);
    if (result == 0 && o->video)
        result = mien_writer_open(&film->writer, o->video, film->reader, &o->encoding, error);
    return result;
}

/* ---- the stages, each on its own thread ---- */

static int decode(void *user, int slot, struct mien_error *error)
{
    struct film *film = user;
    struct timing_moment begin = timing_begin(film->timing);
    int result = mien_reader_next_into(film->reader, &film->slots[slot].frame, error);
    timing_end(film->timing, TIMING_DECODE, begin);
    return result;
}

static int find(void *user, int number, struct mien_error *error)
{
    struct film *film = user;
    struct slot *slot = &film->slots[number];
    int result = recogniser_find(film->recogniser, &slot->frame.gray, slot->frame.time,
                                 &slot->sightings, error);
    return result < 0 ? result : 1;
}

static int read_faces(void *user, int number, struct mien_error *error)
{
    (void)error;
    struct film *film = user;
    struct slot *slot = &film->slots[number];
    recogniser_read(film->recogniser, &slot->frame.gray, slot->frame.time, &slot->sightings,
                    &slot->faces);
    return 1;
}

static int write_rows(struct film *film, const struct slot *slot, struct mien_error *error)
{
    const struct mien_frame *frame = &slot->frame;
    int result = 0;
    if (film->jsonl)
        result = records_add(film->jsonl, NULL, frame->number, frame->time, &slot->faces, error);
    if (result == 0 && film->csv)
        result = records_add(film->csv, NULL, frame->number, frame->time, &slot->faces, error);
    return result;
}

static int remember(struct film *film, const struct slot *slot, struct mien_error *error)
{
    const struct paper_facts so_far = {
        .source = film->options->in,
        .losses = mien_reader_losses(film->reader),
        .interrupted = true,
    };
    int result = timeline_add(&film->timeline, slot->frame.time, &slot->faces,
                              film->with_thumbs ? &slot->frame.color : NULL, error);
    if (result == 0)
        papers_refresh(&film->papers, &film->timeline, &so_far);
    return result;
}

static int write_picture(struct film *film, struct slot *slot, struct mien_error *error)
{
    const struct overlay_style style = {.bars = film->options->bars, .blur = film->options->blur};
    struct timing_moment begin = timing_begin(film->timing);
    int result = canvas_draw(film->canvas, &slot->frame.color, &slot->faces, &style, error);
    timing_end(film->timing, TIMING_DRAW, begin);
    if (result < 0)
        return result;
    begin = timing_begin(film->timing);
    result = mien_writer_add(film->writer, &slot->frame, error);
    timing_end(film->timing, TIMING_ENCODE, begin);
    return result;
}

static void show_progress(struct film *film)
{
    char text[160];
    double share =
        progress_of_film(text, sizeof text, film->time, mien_reader_info(film->reader)->duration,
                         progress_seconds(&film->progress));
    progress_show(&film->progress, share, text);
}

static int write_slot(void *user, int number, struct mien_error *error)
{
    struct film *film = user;
    struct slot *slot = &film->slots[number];
    struct timing_moment begin = timing_begin(film->timing);
    int result = write_rows(film, slot, error);
    if (result == 0 && film->with_papers)
        result = remember(film, slot, error);
    timing_end(film->timing, TIMING_DATA, begin);
    if (result == 0 && film->writer)
        result = write_picture(film, slot, error);
    if (result < 0)
        return result;
    film->frames++;
    film->with_faces += slot->faces.count > 0;
    film->time = slot->frame.time;
    if (progress_due(&film->progress))
        show_progress(film);
    return 1;
}

static void cancel(void *user)
{
    mien_reader_stop(((struct film *)user)->reader);
}

static int work(struct film *film, struct mien_error *error)
{
    const struct belt_stage stages[] = {{decode}, {find}, {read_faces}, {write_slot}};
    return belt_run(stages, 4, SLOTS, cancel, film, error);
}

/* ---- the end ---- */

static int close_papers(struct film *film, struct mien_error *error)
{
    const struct paper_facts facts = {
        .source = film->options->in,
        .losses = mien_reader_losses(film->reader),
        .interrupted = interrupted_by != 0,
    };
    if (!film->with_papers)
        return 0;
    int ended = timeline_end(&film->timeline, error);
    int closed = papers_close(&film->papers, &film->timeline, &facts, ended ? NULL : error);
    return ended ? ended : closed;
}

/* Closes all; returns the first error of those that only show then. */
static int close_outputs(struct film *film, struct mien_error *error)
{
    int video = mien_writer_finish(&film->writer, error);
    int jsonl = records_close(&film->jsonl, video ? NULL : error);
    int csv = records_close(&film->csv, video || jsonl ? NULL : error);
    int papers = close_papers(film, video || jsonl || csv ? NULL : error);
    return video ? video : jsonl ? jsonl : csv ? csv : papers;
}

/* All get their names together, and only when all are complete: until then an earlier file of the
 * name stays, and --resume can rely on what has its name. */
static int name_outputs(const struct film_options *o, struct mien_error *error)
{
    int result = o->video ? part_finish(o->video, error) : 0;
    if (result == 0 && o->jsonl)
        result = part_finish(o->jsonl, error);
    if (result == 0 && o->csv)
        result = part_finish(o->csv, error);
    for (int i = 0; i < PAPERS && result == 0; i++)
        if (o->papers[i])
            result = part_finish(o->papers[i], error);
    return result;
}

/* When one could not be opened. */
static void abandon_outputs(struct film *film)
{
    records_abandon(&film->jsonl);
    records_abandon(&film->csv);
    papers_abandon(&film->papers);
}

static void say_result(const struct film *film, double elapsed)
{
    mien_log(MIEN_LOG_INFO, "%lld frames (%lld with faces), %.1f s in %.1f s: %.1f × real time",
             (long long)film->frames, (long long)film->with_faces, film->time, elapsed,
             elapsed > 0 ? film->time / elapsed : 0);
    if (interrupted_by)
        mien_log(MIEN_LOG_WARNING, "interrupted at %.2f s; what is written is complete up to there",
                 film->time);
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

static int run(struct film *film)
{
    struct mien_error error, closing;
    int64_t before = timing_process_ns();
    progress_start(&film->progress, film->options->quiet);
    int result = work(film, &error);
    double elapsed = progress_end(&film->progress);
    int64_t packets = film->writer ? mien_writer_losses(film->writer) : 0;
    int closed = close_outputs(film, &closing);
    if (result == 0 && closed == 0 && !(interrupted_by && film->options->resumable))
        closed = name_outputs(film->options, &closing);
    say_errors(result < 0 ? error.text : NULL, closed < 0 ? closing.text : NULL);
    say_result(film, elapsed);
    if (film->timing)
        timing_print(film->timing, film->frames, elapsed, before);
    bool lossy = say_losses(mien_reader_losses(film->reader), packets) || result < 0 || closed < 0;
    if (interrupted_by)
        return 128 + interrupted_by;
    return lossy ? EXIT_LOSSES : EXIT_FINE;
}

static int prepare_and_run(struct film *film)
{
    struct mien_error error;
    const struct film_options *o = film->options;
    struct recogniser_options looks = o->looks;
    looks.timing = film->timing = o->timing ? &film->times : NULL;
    int result = mien_reader_open(&film->reader, o->in, &error);
    if (result == 0)
        result = recogniser_create(&film->recogniser, &looks, &error);
    if (result == 0)
        result = make_slots(film, &error);
    if (result < 0) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        return EXIT_UNREADABLE;
    }
    timeline_init(&film->timeline, recogniser_model(film->recogniser),
                  &mien_reader_info(film->reader)->yuv);
    if ((result = open_outputs(film, &error)) < 0) {
        mien_log(MIEN_LOG_ERROR, "%s", error.text);
        abandon_outputs(film);
        return result == -EINVAL ? EXIT_USAGE : EXIT_LOSSES;
    }
    catch_signals(film->reader);
    int code = run(film);
    release_signals();
    return code;
}

int film_annotate(const struct film_options *options)
{
    struct film *film = calloc(1, sizeof *film);
    if (!film) {
        mien_log(MIEN_LOG_ERROR, "no memory");
        return EXIT_LOSSES;
    }
    film->options = options;
    memcpy(film->papers.paths, options->papers, sizeof film->papers.paths);
    for (int i = 0; i < PAPERS; i++)
        film->with_papers |= options->papers[i] != NULL;
    film->with_thumbs = options->papers[PAPER_REPORT] && !options->blur;
    int code = prepare_and_run(film);
    timeline_finish(&film->timeline);
    free_slots(film);
    canvas_destroy(&film->canvas);
    recogniser_destroy(&film->recogniser);
    mien_reader_close(&film->reader);
    free(film);
    return code;
}
