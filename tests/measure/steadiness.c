/* How calm is what people see, and what do the tracks and the smoothing over time do for it?
 *
 *     steadiness VIDEO…
 *
 * Looks at each recording twice, with the model and settings that `mien live` would use: once as
 * found (each picture for itself: no misses bridged, nothing smoothed), once as shown. Prints a row
 * of a table for each way; the columns are explained at `struct way`. */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "log_writer.h"
#include "recognise/open.h"
#include "settings.h"
#include "video/video.h"

enum { HISTORY = 4096, UNCERTAIN = -1 };

#define SAME_PLACE 0.3 /* overlap of two faces that are one person's */
#define ABSENCE 2.0    /* seconds after which a face in the same place may be somebody else */
#define FLASH 0.3      /* seconds: whoever is shown for less was nobody */

/* The last that was seen of one id. */
struct history {
    uint32_t id;
    struct mien_box box;
    double first, last, x, y, dx, dy; /* centre, and its last movement */
    int label, word, pictures;        /* word: the label, or UNCERTAIN */
};

struct way {
    struct mien_recogniser *recogniser;
    struct history history[HISTORY];
    int ids;
    long pictures, faces, empty;
    long switches; /* a face got a new id in the place of one lost in the last two seconds */
    long label_changes, word_changes;
    long moves;
    double face_seconds; /* the time faces were on show, for changes a second */
    double jitter;       /* sum of the changes of movement, in widths of the face */
    double time;
};

static double overlap(struct mien_box a, struct mien_box b)
{
    int left = a.x > b.x ? a.x : b.x, top = a.y > b.y ? a.y : b.y;
    int right = a.x + a.width < b.x + b.width ? a.x + a.width : b.x + b.width;
    int bottom = a.y + a.height < b.y + b.height ? a.y + a.height : b.y + b.height;
    if (right <= left || bottom <= top)
        return 0;
    double shared = (double)(right - left) * (bottom - top);
    return shared / ((double)a.width * a.height + (double)b.width * b.height - shared);
}

static struct history *find_id(struct way *way, uint32_t id)
{
    for (int i = 0; i < way->ids; i++)
        if (way->history[i].id == id)
            return &way->history[i];
    return NULL;
}

/* Whom a new id replaces: the latest who was lost in this place; NULL: it is somebody new. */
static struct history *find_lost(struct way *way, const struct mien_face *face, double time)
{
    struct history *found = NULL;
    for (int i = 0; i < way->ids; i++) {
        struct history *h = &way->history[i];
        bool lost = h->last < time && time - h->last <= ABSENCE;
        if (lost && overlap(h->box, face->box) >= SAME_PLACE && (!found || h->last > found->last))
            found = h;
    }
    return found;
}

static void compare(struct way *way, const struct history *before, const struct mien_face *face)
{
    way->label_changes += before->label != face->label;
    way->word_changes += before->word != (face->uncertain ? UNCERTAIN : face->label);
}

static void add_movement(struct way *way, struct history *h, const struct mien_face *face)
{
    double x = face->box.x + face->box.width / 2.0, y = face->box.y + face->box.height / 2.0;
    double dx = x - h->x, dy = y - h->y;
    if (h->pictures >= 2) {
        way->jitter += hypot(dx - h->dx, dy - h->dy) / face->box.width;
        way->moves++;
    }
    h->x = x, h->y = y, h->dx = dx, h->dy = dy;
}

static void add_face(struct way *way, const struct mien_face *face, double time)
{
    struct history *h = find_id(way, face->id);
    const struct history *before = h ? h : find_lost(way, face, time);
    if (before)
        compare(way, before, face);
    if (!h && way->ids < HISTORY) {
        way->switches += before != NULL;
        h = &way->history[way->ids++];
        *h = (struct history){.id = face->id, .first = time};
    }
    if (!h)
        return;
    add_movement(way, h, face);
    h->pictures++;
    h->box = face->box;
    h->last = time;
    h->label = face->label;
    h->word = face->uncertain ? UNCERTAIN : face->label;
}

static int look(struct way *way, const struct mien_frame *frame, struct mien_error *error)
{
    static struct mien_faces faces;
    int result = mien_recogniser_run(way->recogniser, &frame->gray, frame->time, &faces, error);
    if (result)
        return result;
    if (way->pictures++)
        way->face_seconds += faces.count * (frame->time - way->time);
    way->time = frame->time;
    way->faces += faces.count;
    way->empty += faces.count == 0;
    for (int i = 0; i < faces.count; i++)
        add_face(way, &faces.list[i], frame->time);
    return 0;
}

static void print(const char *name, const struct way *way)
{
    int flashes = 0;
    for (int i = 0; i < way->ids; i++)
        flashes += way->history[i].last - way->history[i].first < FLASH;
    double seconds = way->face_seconds > 0 ? way->face_seconds : 1,
           pictures = (double)way->pictures;
    printf("| %-8s | %5.2f | %5.1f %% | %4d | %4d | %4ld | %5.2f | %5.2f | %5.2f %% |\n", name,
           (double)way->faces / pictures, 100 * (double)way->empty / pictures, way->ids, flashes,
           way->switches, (double)way->label_changes / seconds, (double)way->word_changes / seconds,
           way->moves ? 100 * way->jitter / (double)way->moves : 0);
}

static int open_ways(struct way *found, struct way *shown, struct mien_error *error)
{
    struct mien_config config;
    if (settings_load(&config, NULL))
        return mien_error_set(error, EINVAL, "the settings are wrong");
    struct mien_recogniser_options options = settings_recogniser(&config);
    int result = recogniser_open(&shown->recogniser, &options, error);
    options.tracks.min_hits = 1;
    options.tracks.max_age = 1e-6;
    options.tracks.smoothing = 0;
    options.smoothing =
        (struct mien_smoothing_options){.uncertain_below = options.smoothing.uncertain_below};
    return result ? result : recogniser_open(&found->recogniser, &options, error);
}

static int measure(const char *path, struct mien_error *error)
{
    static struct way found, shown;
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    found = shown = (struct way){0};
    int result = open_ways(&found, &shown, error);
    if (!result)
        result = mien_reader_open(&reader, path, error);
    while (!result && (result = mien_reader_next(reader, &frame, error)) > 0) {
        result = look(&found, &frame, error);
        if (!result)
            result = look(&shown, &frame, error);
    }
    if (!result && shown.pictures) {
        printf("%s: %ld pictures, %.1f s\n", path, shown.pictures, shown.time);
        puts("|          | faces a picture | without | ids | flashes | id switches | label "
             "changes/s "
             "| words/s | jitter |");
        print("as found", &found);
        print("as shown", &shown);
    }
    mien_reader_close(&reader);
    mien_recogniser_destroy(&found.recogniser);
    mien_recogniser_destroy(&shown.recogniser);
    return result;
}

int main(int argc, char **argv)
{
    struct mien_error error = {""};
    log_writer_install();
    if (argc < 2) {
        fputs("Usage: steadiness VIDEO…\n", stderr);
        return 1;
    }
    for (int i = 1; i < argc; i++)
        if (measure(argv[i], &error)) {
            fprintf(stderr, "steadiness: %s\n", error.text);
            return 2;
        }
    return 0;
}
