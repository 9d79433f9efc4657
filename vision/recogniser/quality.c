#include "quality.h"

#include <math.h>

/* A sum and one of squares. */
struct spread {
    int64_t sum, squares;
    int count;
};

static void add(struct spread *spread, int value)
{
    spread->sum += value;
    spread->squares += (int64_t)value * value;
    spread->count++;
}

static double mean_of(const struct spread *spread)
{
    return (double)spread->sum / spread->count;
}

static double deviation_of(const struct spread *spread)
{
    double mean = mean_of(spread);
    return sqrt(fmax((double)spread->squares / spread->count - mean * mean, 0));
}

/* The deviation of the Laplacian by that of the pixels: light and contrast make no difference. */
static float sharpness_of(const uint8_t *crop, int side, double contrast)
{
    struct spread edges = {0};
    for (int y = 1; y < side - 1; y++)
        for (int x = 1; x < side - 1; x++) {
            const uint8_t *p = crop + y * side + x;
            add(&edges, 4 * p[0] - p[-1] - p[1] - p[-side] - p[side]);
        }
    return edges.count && contrast > 0 ? (float)(deviation_of(&edges) / contrast) : 0;
}

static int is_cut(const struct mien_box *box, const struct mien_picture *gray)
{
    return box->x <= 0 || box->y <= 0 || box->x + box->width >= gray->width ||
           box->y + box->height >= gray->height;
}

struct mien_quality quality_of(const struct mien_track *track, const struct mien_picture *gray,
                               const uint8_t *crop, int side)
{
    struct spread pixels = {0};
    for (int i = 0; i < side * side; i++)
        add(&pixels, crop[i]);
    return (struct mien_quality){.score = track->score,
                                 .tilt = track->tilt,
                                 .sharpness = sharpness_of(crop, side, deviation_of(&pixels)),
                                 .brightness = (float)(mean_of(&pixels) / 255),
                                 .cut = is_cut(&track->box, gray)};
}
