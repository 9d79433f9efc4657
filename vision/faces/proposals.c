#include "proposals.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"

struct proposals {
    struct scan *scans[PROPOSALS_CASCADES];
    int windows[PROPOSALS_CASCADES]; /* sides */
    struct mien_picture canvas;
    size_t canvas_bytes;
    struct view painted; /* what is on the canvas, of a picture of this size */
    int painted_width, painted_height;
    struct patch *patches;
    int count, capacity;
};

/* ---- making ---- */

static int create_scan(struct proposals *p, int i, const struct proposals_source *source,
                       const char *cpu, struct mien_error *error)
{
    struct cascade first;
    if (cascade_copy(&first, source->cascade, source->stages) < 0)
        return mien_error_set(error, ENOMEM, "no memory to search faces");
    p->windows[i] = first.width;
    int status = cpu ? scan_create(&p->scans[i], &first, cpu, NULL) : -EINVAL;
    if (status < 0) /* a level that only the network has */
        status = scan_create(&p->scans[i], &first, NULL, error);
    cascade_free(&first);
    return status;
}

int proposals_create(struct proposals **proposals, const struct proposals_source *sources,
                     int count, const char *cpu, struct mien_error *error)
{
    struct proposals *p = calloc(1, sizeof *p);
    int status = 0;
    if (!p)
        return mien_error_set(error, ENOMEM, "no memory to search faces");
    for (int i = 0; i < count && status == 0; i++)
        status = create_scan(p, i, &sources[i], cpu, error);
    if (status < 0) {
        proposals_destroy(&p);
        return status;
    }
    *proposals = p;
    return 0;
}

void proposals_destroy(struct proposals **proposals)
{
    struct proposals *p = *proposals;
    if (!p)
        return;
    for (int i = 0; i < PROPOSALS_CASCADES; i++)
        scan_destroy(&p->scans[i]);
    free(p->canvas.data);
    free(p->patches);
    free(p);
    *proposals = NULL;
}

void proposals_clear(struct proposals *proposals)
{
    proposals->count = 0;
}

void proposals_repaint(struct proposals *proposals)
{
    proposals->painted_width = 0;
}

int proposals_list(const struct proposals *proposals, const struct patch **patches)
{
    *patches = proposals->patches;
    return proposals->count;
}

/* ---- the canvas: the picture as a view shows it ---- */

/* From the canvas to the picture. */
struct place {
    int width, height;                              /* of the canvas */
    float canvas_x, canvas_y, picture_x, picture_y; /* the two centres */
    float scale; /* pixels of the picture for one of the canvas */
    float turn;
    int mirrored;
};

static int reserve_canvas(struct proposals *p, int width, int height, struct mien_error *error)
{
    size_t stride = ((size_t)width + 63) / 64 * 64, bytes = stride * (size_t)height;
    if (bytes > p->canvas_bytes) {
        free(p->canvas.data);
        p->canvas.data = malloc(bytes);
        p->canvas_bytes = p->canvas.data ? bytes : 0;
        if (!p->canvas.data)
            return mien_error_set(error, ENOMEM, "no memory to search faces");
    }
    p->canvas.pixels = MIEN_GRAY8;
    p->canvas.width = width;
    p->canvas.height = height;
    p->canvas.stride = (ptrdiff_t)stride;
    return 0;
}

/* The smallest face is brought down to the cascade's window: what is smaller costs most. */
static float scale_of(const struct proposals *p, const struct view *view)
{
    return fmaxf(1, view->smallest / (float)p->windows[view->cascade]);
}

static struct place lay_out(const struct proposals *p, const struct mien_picture *gray,
                            const struct view *view)
{
    float angle = view->turn * (float)M_PI / 180, c = fabsf(cosf(angle)), s = fabsf(sinf(angle));
    float scale = scale_of(p, view), w = (float)gray->width, h = (float)gray->height;
    float margin = 2 * view->margin * fmaxf(w, h);
    int width = (int)ceilf((w * c + h * s + margin) / scale);
    int height = (int)ceilf((w * s + h * c + margin) / scale);
    return (struct place){width, height, (float)width / 2, (float)height / 2, w / 2,
                          h / 2, scale,  view->turn,       view->mirrored};
}

static int is_painted(const struct proposals *p, const struct mien_picture *gray,
                      const struct view *view)
{
    const struct view *on = &p->painted;
    return p->painted_width == gray->width && p->painted_height == gray->height &&
           on->cascade == view->cascade && on->turn == view->turn &&
           on->mirrored == view->mirrored && on->smallest == view->smallest &&
           on->margin == view->margin;
}

static int paint(struct proposals *p, const struct mien_picture *gray, const struct view *view,
                 const struct place *place, struct mien_error *error)
{
    p->painted_width = 0;
    int status = reserve_canvas(p, place->width, place->height, error);
    if (status < 0)
        return status;
    patch_view(gray, view->turn, place->scale, view->mirrored, &p->canvas);
    p->painted = *view;
    p->painted_width = gray->width;
    p->painted_height = gray->height;
    return 0;
}

static struct patch patch_of(const struct mien_box *box, const struct place *place)
{
    float angle = place->turn * (float)M_PI / 180;
    float u = ((float)box->x + (float)box->width / 2 - place->canvas_x) * place->scale;
    float v = ((float)box->y + (float)box->height / 2 - place->canvas_y) * place->scale;
    u = place->mirrored ? -u : u;
    return (struct patch){place->picture_x + u * cosf(angle) - v * sinf(angle),
                          place->picture_y + u * sinf(angle) + v * cosf(angle),
                          (float)box->width * place->scale, place->turn};
}

/* ---- searching ---- */

static int add(struct proposals *p, const struct mien_picture *gray, const struct patch *patch,
               struct mien_error *error)
{
    if (patch->x < 0 || patch->y < 0 || patch->x >= (float)gray->width ||
        patch->y >= (float)gray->height)
        return 0;
    if (p->count == p->capacity) {
        int capacity = p->capacity ? p->capacity * 2 : 256;
        struct patch *patches = realloc(p->patches, (size_t)capacity * sizeof *patches);
        if (!patches)
            return mien_error_set(error, ENOMEM, "no memory to search faces");
        p->patches = patches;
        p->capacity = capacity;
    }
    p->patches[p->count++] = *patch;
    return 0;
}

int proposals_add(struct proposals *p, const struct mien_picture *gray, const struct view *view,
                  double from, double to, struct mien_error *error)
{
    struct place place = lay_out(p, gray, view);
    int status = from > 0 && is_painted(p, gray, view) ? 0 : paint(p, gray, view, &place, error);
    if (status < 0)
        return status;
    struct scan_sizes sizes = {view->step, (int)lrintf(view->smallest / place.scale),
                               (int)(view->largest / place.scale)};
    const struct mien_box *hits;
    int count =
        scan_find_between(p->scans[view->cascade], &p->canvas, &sizes, from, to, 1, &hits, error);
    for (int i = 0; i < count && status == 0; i++) {
        struct patch patch = patch_of(&hits[i], &place);
        status = add(p, gray, &patch, error);
    }
    return count < 0 ? count : status;
}
