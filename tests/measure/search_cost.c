/* What does the search near known faces find, and cost, against a search of every whole picture?
 *
 *     search_cost VIDEO [FULL_SCAN]
 *
 * Prints a line for each way: faces shown per picture, pictures with none, milliseconds of
 * processor time. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mien/search.h"
#include "mien/tracks.h"
#include "video/video.h"

enum { PICTURES_MAX = 100000 };

struct way {
    struct mien_search *search; /* NULL: the whole of every picture */
    struct mien_tracks *tracks;
    long faces, empty, ids;
    double milliseconds[PICTURES_MAX];
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e3 * (double)time.tv_sec + 1e-6 * (double)time.tv_nsec;
}

static int look(struct way *way, struct mien_detector *detector, const struct mien_frame *frame,
                long index, struct mien_error *error)
{
    struct mien_box boxes[MIEN_TRACKS_MAX], known[MIEN_TRACKS_MAX];
    struct mien_track shown[MIEN_TRACKS_MAX];
    size_t known_count = mien_tracks_expected(way->tracks, frame->time, known, MIEN_TRACKS_MAX);
    double start = now();
    int count = way->search
                    ? mien_search_find(way->search, &frame->gray, frame->time, known, known_count,
                                       boxes, MIEN_TRACKS_MAX, error)
                    : mien_detector_find(detector, &frame->gray, boxes, MIEN_TRACKS_MAX, error);
    if (count < 0)
        return count;
    way->milliseconds[index] = now() - start;
    mien_tracks_update(way->tracks, boxes, (size_t)count, frame->time);
    size_t faces = mien_tracks_confirmed(way->tracks, shown, MIEN_TRACKS_MAX);
    way->faces += (long)faces;
    way->empty += faces == 0;
    way->ids = faces && shown[faces - 1].id > way->ids ? shown[faces - 1].id : way->ids;
    return 0;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print(const char *name, struct way *way, long pictures)
{
    qsort(way->milliseconds, (size_t)pictures, sizeof *way->milliseconds, ascending);
    double sum = 0;
    for (long i = 0; i < pictures; i++)
        sum += way->milliseconds[i];
    printf("%-6s %6.3f faces a picture, %5.1f %% without, %3ld ids; ms: mean %.2f, median %.2f, "
           "p95 %.2f, max %.2f\n",
           name, (double)way->faces / (double)pictures,
           100.0 * (double)way->empty / (double)pictures, way->ids, sum / (double)pictures,
           way->milliseconds[pictures / 2], way->milliseconds[pictures * 95 / 100],
           way->milliseconds[pictures - 1]);
}

int main(int argc, char **argv)
{
    static struct way whole, slices;
    struct mien_detector *detector = NULL;
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    struct mien_error error = {""};
    long pictures = 0;
    if (argc < 2) {
        fputs("Usage: search_cost VIDEO [FULL_SCAN]\n", stderr);
        return 1;
    }
    int status = mien_reader_open(&reader, argv[1], &error);
    if (status == 0)
        status = mien_detector_create(&detector, NULL, &error);
    if (status == 0)
        status =
            mien_search_create(&slices.search, detector, argc > 2 ? atof(argv[2]) : 0.1, &error);
    if (status == 0)
        status = mien_tracks_create(&whole.tracks, NULL, &error);
    if (status == 0)
        status = mien_tracks_create(&slices.tracks, NULL, &error);
    while (status == 0 && pictures < PICTURES_MAX &&
           (status = mien_reader_next(reader, &frame, &error)) > 0) {
        status = look(&whole, detector, &frame, pictures, &error);
        if (status == 0)
            status = look(&slices, detector, &frame, pictures, &error);
        pictures++;
    }
    if (status < 0)
        fprintf(stderr, "search_cost: %s\n", error.text);
    else if (pictures > 0) {
        printf("%ld pictures of %d×%d\n", pictures, frame.gray.width, frame.gray.height);
        print("whole", &whole, pictures);
        print("slices", &slices, pictures);
    }
    mien_tracks_destroy(&slices.tracks);
    mien_tracks_destroy(&whole.tracks);
    mien_search_destroy(&slices.search);
    mien_detector_destroy(&detector);
    mien_reader_close(&reader);
    return status < 0 ? 2 : 0;
}
