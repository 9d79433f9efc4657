/* Finds faces: options, the search for the cascade file, which engine searches, and order among
 * what it finds. */
#include "mien/detector.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cascade_file.h"
#include "cascade_source.h"
#include "engine.h"
#include "full_scan.h"
#include "scan.h"

#define CASCADE_FILE "haarcascade_frontalface_default.xml"

/* Trained apart from the first: what is no face seldom looks like one to both. A face stands out in
 * many places and sizes, and steps finer than those of the search tell more of them; of the false
 * faces looked at none had two raw hits in one place (docs/detection.md). */
#define SECOND_FILE "haarcascade_frontalface_alt.xml"
static const double SECOND_STEP = 1.05;
enum { SECOND_NEIGHBOURS = 1, SECOND_FROM = 40 }; /* pixels: below, it takes two at a step */

/* How far, in shares of its side, and how much smaller or larger it may see a face. */
static const double SECOND_REACH = 0.3, SECOND_SMALLEST = 0.7, SECOND_LARGEST = 1.35;

/* The smallest face where no size is wished, as a share of the height. */
static const double SMALLEST_SHARE = 0.125;

struct mien_detector {
    struct scan *scan;                     /* our own search, or NULL and … */
    const struct mien_face_engine *engine; /* … another, */
    void *searcher;                        /* with its cascade */
    struct mien_detector *second;          /* which confirms, or NULL */
    struct full_scan full_scan;
    int width, height; /* of its pictures */
    double step;
    int smallest, largest;
    int neighbours;
};

static int check_named(const char *path, struct mien_error *error)
{
    if (access(path, R_OK) == 0)
        return 0;
    int code = errno;
    return mien_error_set(error, code, "cannot read the face cascade %s: %s", path, strerror(code));
}

/* Sets *path, which may point into `buffer`. */
static int find_cascade(const char **path, const char *wished, char *buffer, size_t size,
                        struct mien_error *error)
{
    *path = wished ? wished : buffer;
    return wished ? check_named(wished, error)
                  : cascade_source_find(CASCADE_FILE, buffer, size, error);
}

static int check_options(const struct mien_detector_options *options, struct mien_error *error)
{
    if (!(options->scale_step >= 1.01 && options->scale_step <= 10))
        return mien_error_set(error, EINVAL, "the step between face sizes must be 1.01…10, not %g",
                              options->scale_step);
    if (options->neighbours < 1)
        return mien_error_set(error, EINVAL,
                              "the raw hits that a face must exceed are 1 or more, not %d",
                              options->neighbours);
    if (options->smallest < 0 || options->largest < 0)
        return mien_error_set(error, EINVAL, "a face's size is a number of pixels above 0, not %d",
                              options->smallest < 0 ? options->smallest : options->largest);
    if (options->largest && options->largest < options->smallest)
        return mien_error_set(error, EINVAL,
                              "the largest face, %d pixels, is smaller than the smallest, %d",
                              options->largest, options->smallest);
    return 0;
}

/* The level is that of the network too, and may be one that the scan has not. */
static int create_scan(struct scan **scan, struct cascade *cascade, const char *cpu,
                       struct mien_error *error)
{
    if (cpu && *cpu && scan_create(scan, cascade, cpu, NULL) == 0)
        return 0;
    return scan_create(scan, cascade, NULL, error);
}

static int open_scan(struct mien_detector *detector, const struct cascade_file *file,
                     const char *cpu, struct mien_error *error)
{
    struct cascade cascade;
    int status = cascade_file_stumps(file, &cascade, error);
    if (status == 0) {
        status = create_scan(&detector->scan, &cascade, cpu, error);
        cascade_free(&cascade);
    }
    return status;
}

/* OpenCV trusts each number in a cascade, so it gets what we read and checked, not the file. */
static int open_engine(struct mien_detector *detector, const struct cascade_file *file,
                       const struct mien_detector_options *options, struct mien_error *error)
{
    char *xml;
    size_t size;
    if (!options->load_opencv)
        return mien_error_set(error, ENOTSUP, "only OpenCV searches with it, which is not here");
    int status = options->load_opencv(&detector->engine, error);
    if (status == 0)
        status = cascade_file_print(file, &xml, &size, error);
    if (status == 0) {
        status = detector->engine->open(&detector->searcher, xml, size, error);
        free(xml);
    }
    return status;
}

static int load_file(struct mien_detector *detector, const struct cascade_file *file,
                     const struct mien_detector_options *options, struct mien_error *error)
{
    int status = -ENOTSUP;
    if (options->engine != MIEN_DETECTOR_OPENCV)
        status = open_scan(detector, file, options->cpu, error);
    if (status == -ENOTSUP && options->engine != MIEN_DETECTOR_MIEN)
        status = open_engine(detector, file, options, error);
    return status;
}

static int load(struct mien_detector *detector, const char *path,
                const struct mien_detector_options *options, struct mien_error *error)
{
    struct cascade_file file;
    struct mien_error reason = {""};
    int status = cascade_file_read(&file, path, error);
    if (status < 0)
        return status;
    status = load_file(detector, &file, options, &reason);
    cascade_file_free(&file);
    return status == 0 ? 0
                       : mien_error_set(error, -status, "the face cascade %s cannot be used: %s",
                                        path, reason.text);
}

/* Nobody says that it would agree with a cascade of the caller's. */
static int create_second(struct mien_detector *detector, const struct mien_detector_options *first,
                         struct mien_error *error)
{
    char path[1024];
    struct mien_detector_options options = mien_detector_defaults();
    options.cascade = path;
    options.cpu = first->cpu;
    options.scale_step = SECOND_STEP;
    options.neighbours = SECOND_NEIGHBOURS;
    options.engine = first->engine;
    options.load_opencv = first->load_opencv;
    options.confirm = 0;
    int status = cascade_source_find(SECOND_FILE, path, sizeof path, error);
    return status < 0 ? status : mien_detector_create(&detector->second, &options, error);
}

struct mien_detector_options mien_detector_defaults(void)
{
    return (struct mien_detector_options){.scale_step = 1.1, .neighbours = 5, .confirm = 1};
}

int mien_detector_create(struct mien_detector **detector,
                         const struct mien_detector_options *options, struct mien_error *error)
{
    struct mien_detector_options o = options ? *options : mien_detector_defaults();
    char buffer[1024];
    const char *path = NULL;
    int status = check_options(&o, error);
    if (status == 0)
        status = find_cascade(&path, o.cascade, buffer, sizeof buffer, error);
    if (status < 0)
        return status;
    struct mien_detector *created = calloc(1, sizeof *created);
    if (!created)
        return mien_error_set(error, ENOMEM, "no memory for the face detector");
    created->step = o.scale_step;
    created->smallest = o.smallest;
    created->largest = o.largest;
    created->neighbours = o.neighbours;
    status = load(created, path, &o, error);
    if (status == 0 && o.confirm && path == buffer)
        status = create_second(created, &o, error);
    if (status < 0) {
        mien_detector_destroy(&created);
        return status;
    }
    *detector = created;
    return 0;
}

void mien_detector_destroy(struct mien_detector **detector)
{
    if (!*detector)
        return;
    mien_detector_destroy(&(*detector)->second);
    scan_destroy(&(*detector)->scan);
    if ((*detector)->engine)
        (*detector)->engine->close((*detector)->searcher);
    full_scan_finish(&(*detector)->full_scan);
    free(*detector);
    *detector = NULL;
}

/* Larger first; among equals from top to bottom, then from left to right. */
static bool comes_before(const struct mien_box *a, const struct mien_box *b)
{
    int64_t area_a = (int64_t)a->width * a->height, area_b = (int64_t)b->width * b->height;
    if (area_a != area_b)
        return area_a > area_b;
    return a->y != b->y ? a->y < b->y : a->x < b->x;
}

/* Puts a box in its place among the `count` already sorted; the last falls off when full. */
static size_t insert_sorted(struct mien_box *boxes, size_t count, size_t capacity,
                            const struct mien_box *box)
{
    size_t place = count;
    while (place > 0 && comes_before(box, &boxes[place - 1]))
        place--;
    if (place == capacity)
        return count;
    size_t kept = count < capacity ? count : capacity - 1;
    memmove(boxes + place + 1, boxes + place, (kept - place) * sizeof *boxes);
    boxes[place] = *box;
    return kept + 1;
}

static struct mien_box intersect(const struct mien_box *a, const struct mien_box *b)
{
    int left = a->x > b->x ? a->x : b->x, top = a->y > b->y ? a->y : b->y;
    int right = a->x + a->width < b->x + b->width ? a->x + a->width : b->x + b->width;
    int bottom = a->y + a->height < b->y + b->height ? a->y + a->height : b->y + b->height;
    return (struct mien_box){left, top, right - left, bottom - top};
}

/* The averages that OpenCV makes of its raw hits may stand out by a pixel. */
static size_t collect(const struct mien_box *found, int found_count, const struct mien_box *region,
                      struct mien_box *boxes, size_t capacity)
{
    size_t count = 0;
    for (int i = 0; i < found_count; i++) {
        struct mien_box box = found[i];
        box.x += region->x;
        box.y += region->y;
        box = intersect(&box, region);
        if (box.width > 0 && box.height > 0)
            count = insert_sorted(boxes, count, capacity, &box);
    }
    return count;
}

int mien_detector_find_in(struct mien_detector *detector, const struct mien_picture *gray,
                          const struct mien_detector_range *range, struct mien_box *boxes,
                          size_t capacity, struct mien_error *error)
{
    if (gray->pixels != MIEN_GRAY8)
        return mien_error_set(error, EINVAL, "faces are only looked for in gray pictures");
    struct mien_box whole = {0, 0, gray->width, gray->height};
    struct mien_box region = intersect(&range->region, &whole);
    int least = range->smallest > 1 ? range->smallest : 1;
    if (region.width < least || region.height < least)
        return 0;
    struct mien_picture part = {MIEN_GRAY8, region.width, region.height, gray->stride,
                                gray->data + region.y * gray->stride + region.x};
    struct scan_sizes sizes = {detector->step, range->smallest, range->largest};
    const struct mien_box *found;
    int count = detector->scan
                    ? scan_find(detector->scan, &part, &sizes, detector->neighbours, &found, error)
                    : detector->engine->find(detector->searcher, &part, &sizes,
                                             detector->neighbours, &found, error);
    return count < 0 ? count : (int)collect(found, count, &region, boxes, capacity);
}

int mien_detector_confirms(struct mien_detector *detector, const struct mien_picture *gray,
                           const struct mien_box *face, struct mien_error *error)
{
    struct mien_box seen;
    if (!detector->second || face->width < SECOND_FROM)
        return 1;
    int reach = (int)(SECOND_REACH * face->width);
    struct mien_detector_range range = {
        {face->x - reach, face->y - reach, face->width + 2 * reach, face->height + 2 * reach},
        (int)(SECOND_SMALLEST * face->width),
        (int)(SECOND_LARGEST * face->width)};
    return mien_detector_find_in(detector->second, gray, &range, &seen, 1, error);
}

struct mien_detector_range mien_detector_range_of(const struct mien_detector *detector, int width,
                                                  int height)
{
    return (struct mien_detector_range){{0, 0, width, height},
                                        detector->smallest ? detector->smallest
                                                           : (int)lround(SMALLEST_SHARE * height),
                                        detector->largest};
}

int mien_detector_find(struct mien_detector *detector, const struct mien_picture *gray,
                       struct mien_box *boxes, size_t capacity, struct mien_error *error)
{
    struct mien_detector_range range = mien_detector_range_of(detector, gray->width, gray->height);
    return mien_detector_find_in(detector, gray, &range, boxes, capacity, error);
}

static void forget_other_sizes(struct mien_detector *detector, const struct mien_picture *gray)
{
    if (detector->width != gray->width || detector->height != gray->height)
        detector->full_scan.count = 0;
    detector->width = gray->width;
    detector->height = gray->height;
}

int mien_detector_find_part(struct mien_detector *detector, const struct mien_picture *gray,
                            double from, double to, struct mien_box *boxes, size_t capacity,
                            struct mien_error *error)
{
    if (!detector->scan)
        return to < 1 ? 0 : mien_detector_find(detector, gray, boxes, capacity, error);
    if (gray->pixels != MIEN_GRAY8)
        return mien_error_set(error, EINVAL, "faces are only looked for in gray pictures");
    struct mien_detector_range range = mien_detector_range_of(detector, gray->width, gray->height);
    struct scan_sizes sizes = {detector->step, range.smallest, range.largest};
    const struct mien_box *found;
    forget_other_sizes(detector, gray);
    int count = full_scan_find(&detector->full_scan, detector->scan, gray, &sizes,
                               detector->neighbours, from, to, &found, error);
    return count < 0 ? count : (int)collect(found, count, &range.region, boxes, capacity);
}
