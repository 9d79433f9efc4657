/* Does our own search for faces find what OpenCV's finds, raw and grouped, at every level that
 * this CPU has (but the portable one, which is slow and has tests of its own)?
 *
 *     scan_equal CASCADE VIDEO [EVERY]     on every EVERYth picture, with one of nine settings
 * each: steps 1.05, 1.1, 1.2; smallest faces 30, 60, height/8 scan_equal CASCADE noise COUNT on
 * noise and slopes of many sizes
 *
 * Prints how many searches were compared and how many differ; the exit status is 1 if any does. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faces/scan.h"
#include "faces/scan_kernels.h"
#include "noise.h"
#include "rival.h"
#include "video/video.h"

enum { LEVELS_MAX = 4, SETTINGS = 9 };

struct rivals {
    struct rival *opencv;
    struct scan *scans[LEVELS_MAX];
    long pictures, searches, boxes, different;
};

static int open_rivals(struct rivals *rivals, const char *path, struct mien_error *error)
{
    int status = rival_open(&rivals->opencv, path, error);
    for (int i = 1; i < LEVELS_MAX && scan_level(i) && status == 0; i++) {
        struct cascade cascade;
        status = own_read(&cascade, path, error);
        if (status == 0)
            scan_create(&rivals->scans[i], &cascade, scan_level(i), NULL);
        if (status == 0)
            cascade_free(&cascade);
    }
    return status;
}

static void close_rivals(struct rivals *rivals)
{
    for (int i = 0; i < LEVELS_MAX; i++)
        scan_destroy(&rivals->scans[i]);
    rival_close(rivals->opencv);
}

static int compare(struct rivals *rivals, const struct mien_picture *gray,
                   const struct scan_sizes *sizes, int neighbours, struct mien_error *error)
{
    const struct mien_box *expected, *boxes;
    int count = rival_find(rivals->opencv, gray, sizes, neighbours, &expected, error);
    if (count < 0)
        return count;
    rivals->boxes += count;
    for (int i = 1; i < LEVELS_MAX; i++) {
        if (!rivals->scans[i])
            continue;
        int own = scan_find(rivals->scans[i], gray, sizes, neighbours, &boxes, error);
        if (own < 0)
            return own;
        rivals->searches++;
        if (own == count && (count == 0 || !memcmp(boxes, expected, (size_t)count * sizeof *boxes)))
            continue;
        rivals->different++;
        printf("picture %ld, %d×%d, step %g, smallest %d, neighbours %d: %s finds %d, not %d\n",
               rivals->pictures, gray->width, gray->height, sizes->step, sizes->smallest,
               neighbours, scan_cpu(rivals->scans[i]), own, count);
    }
    return 0;
}

static int compare_both(struct rivals *rivals, const struct mien_picture *gray,
                        const struct scan_sizes *sizes, struct mien_error *error)
{
    int status = compare(rivals, gray, sizes, 0, error);
    if (status == 0)
        status = compare(rivals, gray, sizes, 5, error);
    rivals->pictures++;
    return status;
}

static int compare_video(struct rivals *rivals, const char *path, long every,
                         struct mien_error *error)
{
    static const double steps[] = {1.05, 1.1, 1.2};
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    int status = mien_reader_open(&reader, path, error);
    for (long i = 0; status == 0 && mien_reader_next(reader, &frame, error) > 0; i++) {
        if (i % every)
            continue;
        int smallest[] = {30, 60, (int)lround(frame.gray.height / 8.0)};
        int setting = (int)(rivals->pictures % SETTINGS);
        struct scan_sizes sizes = {steps[setting / 3], smallest[setting % 3], 0};
        status = compare_both(rivals, &frame.gray, &sizes, error);
    }
    mien_reader_close(&reader);
    return status;
}

static int compare_noise(struct rivals *rivals, long count, struct mien_error *error)
{
    int status = 0;
    srand(7);
    for (long i = 0; i < count && status == 0; i++) {
        struct mien_picture gray = {0};
        status = mien_picture_alloc(&gray, MIEN_GRAY8, 24 + rand() % 400, 24 + rand() % 300, error);
        if (status < 0)
            break;
        noise_fill(&gray, 1 + rand() % 40, rand() % 9 / 2.0 - 2, i % 4 ? rand() % 400 : 0);
        struct scan_sizes sizes = {1.03 + rand() % 20 / 100.0, rand() % 60, 0};
        status = compare_both(rivals, &gray, &sizes, error);
        mien_picture_free(&gray);
    }
    return status;
}

int main(int argc, char **argv)
{
    struct rivals rivals = {0};
    struct mien_error error = {""};
    long number = argc > 3 ? atol(argv[3]) : 1;
    if (argc < 3 || number < 1) {
        fputs("Usage: scan_equal CASCADE VIDEO [EVERY] | scan_equal CASCADE noise COUNT\n", stderr);
        return 2;
    }
    int status = open_rivals(&rivals, argv[1], &error);
    if (status == 0)
        status = strcmp(argv[2], "noise") ? compare_video(&rivals, argv[2], number, &error)
                                          : compare_noise(&rivals, number, &error);
    if (status < 0)
        fprintf(stderr, "scan_equal: %s\n", error.text);
    else
        printf("%ld pictures, %ld boxes, %ld searches compared, %ld differ\n", rivals.pictures,
               rivals.boxes, rivals.searches, rivals.different);
    close_rivals(&rivals);
    return status < 0 ? 2 : rivals.different > 0;
}
