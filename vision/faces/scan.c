#include "scan.h"

#include <errno.h>
#include <stdlib.h>

#include "group.h"
#include "integral.h"
#include "scan_kernels.h"
#include "scan_layout.h"
#include "scan_scales.h"

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

/* ---- memory ---- */

/* Rows that lie a large power of two apart would fall on the same cache lines. */
static void widen(struct scan *scan, int width)
{
    int stride = (width + 2 + 15) / 16 * 16;
    stride = stride % 128 == 0 ? stride + 16 : stride;
    if (stride > scan->stride)
        scan->stride = stride;
}

static int reserve(struct scan *scan, const struct scan_scale *largest, struct mien_error *error)
{
    widen(scan, largest->width);
    int slack = scan->stride + 2 * SCAN_SLACK;
    int status = integral_reserve(&scan->integral, scan->stride, largest->height + 1, slack, error);
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

static int add_hits(struct scan *scan, const struct scan_scale *scale, int y, double place,
                    int count, struct mien_error *error)
{
    int status = reserve_hits(scan, scan->hit_count + count, error);
    float factor = scale->factor;
    for (int i = 0; status == 0 && i < count; i++) {
        scan->places[scan->hit_count] = place;
        scan->hits[scan->hit_count++] = (struct mien_box){
            scan_scale_side(factor, scan->found[i] * scale->step), scan_scale_side(factor, y),
            scan_scale_side(factor, scan->cascade.width),
            scan_scale_side(factor, scan->cascade.height)};
    }
    return status;
}

static struct scan_row lay_out_row(struct scan *scan, const struct scan_scale *scale)
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

static int scan_rows(struct scan *scan, const struct mien_picture *gray,
                     const struct scan_scale *scale, int first, int end, struct mien_error *error)
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
            status = add_hits(scan, scale, i * step, scan_scale_place(scale, i), count, error);
    }
    return status;
}

/* ---- all sizes ---- */

int scan_find_part(struct scan *scan, const struct mien_picture *gray,
                   const struct scan_sizes *sizes, double from, double to,
                   const struct mien_box **hits, const double **places, struct mien_error *error)
{
    struct scan_scale scales[SCAN_SCALES_MAX];
    int count = scan_scales_plan(scales, &scan->cascade, gray, sizes);
    int status = count > 0 ? reserve(scan, &scales[0], error) : 0;
    scan->hit_count = 0;
    for (int i = 0; i < count && status == 0; i++)
        status = scan_rows(scan, gray, &scales[i], scan_scale_row(&scales[i], from),
                           scan_scale_row(&scales[i], to), error);
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
    return scan_find_between(scan, gray, sizes, 0, 2, neighbours, boxes, error);
}

int scan_find_between(struct scan *scan, const struct mien_picture *gray,
                      const struct scan_sizes *sizes, double from, double to, int neighbours,
                      const struct mien_box **boxes, struct mien_error *error)
{
    const double *places;
    int count = scan_find_part(scan, gray, sizes, from, to, boxes, &places, error);
    if (count < 0)
        return count;
    count = group_boxes(scan->hits, count, neighbours, scan->work);
    clip_to(gray, scan->hits, count);
    return count;
}
