/* Our own search for faces against OpenCV's, on every EVERYth picture of a video: do they find
 * the same, and what does each cost?
 *
 *     scan_cost CASCADE VIDEO [STEP [SMALLEST [EVERY]]]      SMALLEST: share of the height
 *
 * Prints how many pictures differ (raw hits and groups), and milliseconds of processor time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "faces/scan.h"
#include "faces/scan_kernels.h"
#include "rival.h"
#include "video/video.h"

enum { PICTURES_MAX = 100000, NEIGHBOURS = 5 };

enum { LEVELS = 4, OPENCV = LEVELS, WAYS };

struct bench {
    struct rival *opencv;
    struct scan *scans[LEVELS];
    struct scan_sizes sizes;
    double smallest;
    long pictures, hits, faces, different[LEVELS];
    double milliseconds[WAYS][PICTURES_MAX];
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e3 * (double)time.tv_sec + 1e-6 * (double)time.tv_nsec;
}

static int is_same(struct bench *bench, int level, const struct mien_picture *gray, int neighbours,
                   const struct mien_box *expected, int count, struct mien_error *error)
{
    const struct mien_box *boxes;
    int own = scan_find(bench->scans[level], gray, &bench->sizes, neighbours, &boxes, error);
    return own == count && (count == 0 || !memcmp(boxes, expected, (size_t)count * sizeof *boxes));
}

static int look(struct bench *bench, const struct mien_picture *gray, struct mien_error *error)
{
    const struct mien_box *raw, *faces;
    bench->sizes.smallest = (int)lround(bench->smallest * gray->height);
    int count = rival_find(bench->opencv, gray, &bench->sizes, 0, &raw, error);
    if (count < 0)
        return count;
    bench->hits += count;
    int same[LEVELS] = {0};
    for (int i = 0; i < LEVELS; i++)
        same[i] = bench->scans[i] && is_same(bench, i, gray, 0, raw, count, error);
    double start = now();
    count = rival_find(bench->opencv, gray, &bench->sizes, NEIGHBOURS, &faces, error);
    bench->milliseconds[OPENCV][bench->pictures] = now() - start;
    if (count < 0)
        return count;
    bench->faces += count;
    for (int i = 0; i < LEVELS; i++) {
        if (!bench->scans[i])
            continue;
        start = now();
        same[i] &= is_same(bench, i, gray, NEIGHBOURS, faces, count, error);
        bench->milliseconds[i][bench->pictures] = now() - start;
        bench->different[i] += !same[i];
    }
    bench->pictures++;
    return 0;
}

static int open_ways(struct bench *bench, const char *path, struct mien_error *error)
{
    int status = rival_open(&bench->opencv, path, error);
    for (int i = 0; i < LEVELS && status == 0; i++) {
        struct cascade cascade;
        status = own_read(&cascade, path, error);
        if (status == 0)
            scan_create(&bench->scans[i], &cascade, scan_level(i), NULL);
        if (status == 0)
            cascade_free(&cascade);
    }
    return status;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, long count)
{
    qsort(values, (size_t)count, sizeof *values, ascending);
    return values[count / 2];
}

static void print(struct bench *bench, const struct mien_video_info *info)
{
    double reference = median(bench->milliseconds[OPENCV], bench->pictures);
    printf("%ld pictures of %d×%d, step %g, smallest %g: %ld raw hits, %ld faces\n",
           bench->pictures, info->width, info->height, bench->sizes.step, bench->smallest,
           bench->hits, bench->faces);
    printf("  opencv %8.2f ms\n", reference);
    for (int i = 0; i < LEVELS; i++) {
        if (!bench->scans[i])
            continue;
        double own = median(bench->milliseconds[i], bench->pictures);
        printf("  %-6s %8.2f ms, %5.2f times as fast, %ld pictures differ\n", scan_level(i), own,
               reference / own, bench->different[i]);
    }
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct mien_reader *reader = NULL;
    struct mien_frame frame;
    struct mien_error error = {""};
    if (argc < 3) {
        fputs("Usage: scan_cost CASCADE VIDEO [STEP [SMALLEST [EVERY]]]\n", stderr);
        return 1;
    }
    bench.sizes.step = argc > 3 ? atof(argv[3]) : 1.1;
    bench.smallest = argc > 4 ? atof(argv[4]) : 0.125;
    long every = argc > 5 ? atol(argv[5]) : 1;
    int status = open_ways(&bench, argv[1], &error);
    if (status == 0)
        status = mien_reader_open(&reader, argv[2], &error);
    for (long i = 0; status == 0 && bench.pictures < PICTURES_MAX; i++) {
        if (mien_reader_next(reader, &frame, &error) <= 0)
            break;
        if (i % every == 0)
            status = look(&bench, &frame.gray, &error);
    }
    if (status < 0)
        fprintf(stderr, "scan_cost: %s\n", error.text);
    else if (bench.pictures > 0)
        print(&bench, mien_reader_info(reader));
    mien_reader_close(&reader);
    for (int i = 0; i < LEVELS; i++)
        scan_destroy(&bench.scans[i]);
    rival_close(bench.opencv);
    return status < 0 ? 2 : 0;
}
