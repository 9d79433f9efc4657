#include "scan.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "group.h"
#include "integral.h"
#include "scan_kernels.h"
#include "scan_layout.h"

enum { SCALES_MAX = 1024 };

struct scan {
    struct cascade cascade;
    const char *cpu;
    scan_row_function *row;
    struct integral integral;
    struct scan_layout layout;
    int stride; /* of the integral pictures: the largest one needed so far */
    int *found; /* windows of one row */
    int found_capacity;
    struct mien_box *hits;
    double *places; /* of the hits */
    struct group_work *work;
    int hit_count, hit_capacity;
};

/* One size of faces. */
struct scale {
    float factor;        /* from the window to the picture */
    int width, height;   /* of the picture made small */
    int step;            /* from one window to the next */
    int columns, rows;   /* window corners lie in 0…columns-1, 0…rows-1 */
    double begin, share; /* of the whole search, in work */
};

static int no_memory(struct mien_error *error)
{
    return mien_error_set(error, ENOMEM, "no memory to search faces");
}

int scan_create(struct scan **scan, struct cascade *cascade, const char *cpu,
                struct mien_error *error)
{
    if (!cascade_is_sound(cascade))
        return mien_error_set(error, EINVAL, "the face cascade makes no sense");
    const char *name = "";
    scan_row_function *row = scan_choose_row(cpu, &name);
    if (!row)
        return mien_error_set(error, EINVAL, "this CPU has no level '%s' to search faces", cpu);
    struct scan *created = calloc(1, sizeof *created);
    if (!created)
        return no_memory(error);
    created->cascade = *cascade;
    created->row = row;
    created->cpu = name;
    int status = scan_layout_init(&created->layout, &created->cascade);
    if (status < 0) {
        scan_layout_finish(&created->layout);
        free(created);
        return status == -ENOMEM ? no_memory(error)
                                 : mien_error_set(error, ENOTSUP,
                                                  "the face cascade has features of unknown shape");
    }
    *cascade = (struct cascade){0};
    *scan = created;
    return 0;
}

void scan_destroy(struct scan **scan)
{
    struct scan *s = *scan;
    if (!s)
        return;
    cascade_free(&s->cascade);
    integral_free(&s->integral);
    scan_layout_finish(&s->layout);
    free(s->found);
    free(s->hits);
    free(s->places);
    free(s->work);
    free(s);
    *scan = NULL;
}

const char *scan_cpu(const struct scan *scan)
{
    return scan->cpu;
}

/* ---- which sizes ---- */

static int side_at(int side, float factor)
{
    return (int)lrintf((float)side * factor);
}

/* Every factor by which the window still fits into the picture. */
static int list_factors(const struct scan *scan, const struct mien_picture *gray, double step,
                        float *factors)
{
    int count = 0;
    for (double factor = 1; count < SCALES_MAX; factor *= step) {
        if (lrint(scan->cascade.width * factor) > gray->width ||
            lrint(scan->cascade.height * factor) > gray->height)
            break;
        factors[count++] = (float)factor;
    }
    return count;
}

static double misfit(const struct scan *scan, float factor, int wished)
{
    double dx = wished - side_at(scan->cascade.width, factor);
    double dy = wished - side_at(scan->cascade.height, factor);
    return dx * dx + dy * dy;
}

/* Where no factor gives an allowed size, the one that comes nearest to the smallest is taken. */
static int take_nearest(const struct scan *scan, float *factors, int count, int smallest)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (misfit(scan, factors[i], smallest) < misfit(scan, factors[best], smallest))
            best = i;
    factors[0] = factors[best];
    return count > 0;
}

static int choose_factors(const struct scan *scan, const struct mien_picture *gray,
                          const struct scan_sizes *sizes, float *factors)
{
    int widest = sizes->largest ? sizes->largest : gray->width;
    int highest = sizes->largest ? sizes->largest : gray->height;
    int count = list_factors(scan, gray, sizes->step, factors), first = 0, end = 0;
    for (; end < count; end++) {
        int width = side_at(scan->cascade.width, factors[end]);
        int height = side_at(scan->cascade.height, factors[end]);
        if (width > widest || height > highest)
            break;
        if (width < sizes->smallest || height < sizes->smallest)
            first = end + 1;
    }
    if (first == end)
        return take_nearest(scan, factors, count, sizes->smallest);
    for (int i = first; i < end; i++)
        factors[i - first] = factors[i];
    return end - first;
}

static int at_least(int value, int least)
{
    return value > least ? value : least;
}

static struct scale scale_of(const struct scan *scan, const struct mien_picture *gray, float factor)
{
    struct scale scale = {.factor = factor, .step = factor >= 2 ? 1 : 2};
    scale.width = (int)lrintf((float)gray->width / factor);
    scale.height = (int)lrintf((float)gray->height / factor);
    scale.columns = at_least(scale.width + 1 - scan->cascade.width, 0);
    scale.rows = at_least(scale.height + 1 - scan->cascade.height, 0);
    return scale;
}

/* OpenCV walks in stripes, as many for every size; their rounding may leave out the last row. */
static void cut_to_stripes(struct scale *scale, int stripes)
{
    int height = at_least((scale->rows / scale->step + stripes - 1) / stripes, 1) * scale->step;
    scale->rows = scale->rows < stripes * height ? scale->rows : stripes * height;
}

/* ---- memory ---- */

/* Rows that lie a large power of two apart would fall on the same cache lines. */
static void widen(struct scan *scan, int width)
{
    int stride = (width + 2 + 15) / 16 * 16;
    stride = stride % 128 == 0 ? stride + 16 : stride;
    if (stride > scan->stride)
        scan->stride = stride;
}

static int reserve(struct scan *scan, const struct scale *largest, int stride,
                   struct mien_error *error)
{
    int slack = stride + 2 * SCAN_SLACK;
    int status = integral_reserve(&scan->integral, stride, largest->height + 1, slack, error);
    if (status == 0 && largest->columns > scan->found_capacity) {
        free(scan->found);
        scan->found_capacity = 0;
        scan->found = calloc((size_t)largest->columns, sizeof *scan->found);
        if (!scan->found)
            return no_memory(error);
        scan->found_capacity = largest->columns;
    }
    return status;
}

static int reserve_hits(struct scan *scan, int count, struct mien_error *error)
{
    if (count <= scan->hit_capacity)
        return 0;
    int capacity = count * 2;
    struct mien_box *hits = realloc(scan->hits, (size_t)capacity * sizeof *hits);
    if (!hits)
        return no_memory(error);
    scan->hits = hits;
    struct group_work *work = realloc(scan->work, (size_t)capacity * sizeof *work);
    if (!work)
        return no_memory(error);
    scan->work = work;
    double *places = realloc(scan->places, (size_t)capacity * sizeof *places);
    if (!places)
        return no_memory(error);
    scan->places = places;
    scan->hit_capacity = capacity;
    return 0;
}

/* ---- the walk ---- */

static int add_hits(struct scan *scan, const struct scale *scale, int y, double place, int count,
                    struct mien_error *error)
{
    int status = reserve_hits(scan, scan->hit_count + count, error);
    for (int i = 0; status == 0 && i < count; i++) {
        scan->places[scan->hit_count] = place;
        scan->hits[scan->hit_count++] = (struct mien_box){
            side_at(scan->found[i] * scale->step, scale->factor), side_at(y, scale->factor),
            side_at(scan->cascade.width, scale->factor),
            side_at(scan->cascade.height, scale->factor)};
    }
    return status;
}

static int rows_of(const struct scale *scale)
{
    return (scale->rows + scale->step - 1) / scale->step;
}

/* Where in the search, 0…1, the walk comes to row number `row`. */
static double place_of(const struct scale *scale, int row)
{
    return scale->begin + scale->share * row / rows_of(scale);
}

/* The first row at or behind `place`. */
static int row_at(const struct scale *scale, double place)
{
    int row = 0;
    while (row < rows_of(scale) && place_of(scale, row) < place)
        row++;
    return row;
}

static struct scan_row lay_out_row(struct scan *scan, const struct scale *scale)
{
    const struct cascade *cascade = &scan->cascade;
    struct cascade_rect inner = {1, 1, cascade->width - 2, cascade->height - 2, 0};
    struct scan_row row = {.count = (scale->columns + scale->step - 1) / scale->step,
                           .stage_count = cascade->stage_count,
                           .stages = cascade->stages,
                           .stumps = scan->layout.stumps,
                           .fast_stages = scan->layout.stages,
                           .features = scan->layout.features,
                           .area = (double)inner.width * inner.height};
    scan_layout_rect(&scan->integral, &inner, row.norm);
    return row;
}

static int scan_rows(struct scan *scan, const struct mien_picture *gray, const struct scale *scale,
                     int first, int end, struct mien_error *error)
{
    int step = scale->step, status = 0;
    if (first >= end)
        return 0;
    struct integral_size size = {scale->width, scale->height, first * step,
                                 (end - 1 - first) * step + scan->cascade.height};
    integral_fill(&scan->integral, gray, &size, scan->stride, step);
    scan_layout_fit(&scan->layout, &scan->integral);
    struct scan_row row = lay_out_row(scan, scale);
    for (int i = first; i < end && status == 0; i++) {
        size_t offset = (size_t)(i - first) * (size_t)step * (size_t)scan->stride;
        row.sum = scan->integral.sum + offset;
        row.squares = scan->integral.squares + offset;
        int count = scan->row(&row, scan->found);
        if (count > 0)
            status = add_hits(scan, scale, i * step, place_of(scale, i), count, error);
    }
    return status;
}

/* ---- all sizes ---- */

/* Sizes in their order, each with its share of the work; returns how many, or -ENOMEM. */
static int plan(struct scan *scan, const struct mien_picture *gray, const struct scan_sizes *sizes,
                struct scale *scales, struct mien_error *error)
{
    float factors[SCALES_MAX];
    int count = choose_factors(scan, gray, sizes, factors);
    if (count == 0)
        return 0;
    scales[0] = scale_of(scan, gray, factors[0]);
    int stripes = (scales[0].columns + 31) / 32;
    if (stripes == 0)
        return 0;
    double work = 0;
    for (int i = 0; i < count; i++) {
        scales[i] = scale_of(scan, gray, factors[i]);
        cut_to_stripes(&scales[i], stripes);
        scales[i].begin = work;
        scales[i].share = (double)scales[i].columns * rows_of(&scales[i]) / scales[i].step;
        work += scales[i].share;
    }
    for (int i = 0; i < count && work > 0; i++) {
        scales[i].begin /= work;
        scales[i].share /= work;
    }
    widen(scan, scales[0].width);
    int status = reserve(scan, &scales[0], scan->stride, error);
    return status < 0 ? status : count;
}

int scan_find_part(struct scan *scan, const struct mien_picture *gray,
                   const struct scan_sizes *sizes, double from, double to,
                   const struct mien_box **hits, const double **places, struct mien_error *error)
{
    struct scale scales[SCALES_MAX];
    int count = plan(scan, gray, sizes, scales, error), status = count < 0 ? count : 0;
    scan->hit_count = 0;
    for (int i = 0; i < count && status == 0; i++)
        status = scan_rows(scan, gray, &scales[i], row_at(&scales[i], from), row_at(&scales[i], to),
                           error);
    *hits = scan->hits;
    *places = scan->places;
    return status < 0 ? status : scan->hit_count;
}

/* Rounding lets hits and averages stand out by a pixel; OpenCV cuts them off at the very end. */
static void clip_to(const struct mien_picture *gray, struct mien_box *boxes, int count)
{
    for (int i = 0; i < count; i++) {
        struct mien_box *box = &boxes[i];
        if (box->width > gray->width - box->x)
            box->width = gray->width - box->x;
        if (box->height > gray->height - box->y)
            box->height = gray->height - box->y;
    }
}

int scan_find(struct scan *scan, const struct mien_picture *gray, const struct scan_sizes *sizes,
              int neighbours, const struct mien_box **boxes, struct mien_error *error)
{
    const double *places;
    int count = scan_find_part(scan, gray, sizes, 0, 2, boxes, &places, error);
    if (count < 0)
        return count;
    count = group_boxes(scan->hits, count, neighbours, scan->work);
    clip_to(gray, scan->hits, count);
    return count;
}
