/* How well does a model read faces as cameras give them? Its accuracy on pictures that are moved,
 * scaled, blurred, darkened, noisy or compressed, as a Markdown table.
 *
 *     robustness MODEL IMAGES LABELS [PRECISION]
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>
#include <unistd.h>

#include "mien/crop.h"
#include "score/dataset.h"
#include "score/metrics.h"

enum { SIDE_MAX = 512, TAPS = 8, JPEG_QUALITY = 30 };

struct bench {
    struct dataset set;
    struct mien_model *model;
    struct mien_network *network;
    float *probabilities;
};

/* Changes one picture in place; `value` says how much. */
typedef void change_fn(struct mien_picture *picture, double value);

static struct mien_picture copy_of(const struct mien_picture *picture)
{
    struct mien_picture copy = {0};
    if (mien_picture_copy(&copy, picture, NULL))
        abort();
    return copy;
}

static void crop_moved(struct mien_picture *picture, float dx, float dy, float scale)
{
    struct mien_picture copy = copy_of(picture);
    float side = (float)picture->width * scale;
    struct mien_box box = {((float)picture->width - side) / 2 + dx * (float)picture->width,
                           ((float)picture->height - side) / 2 + dy * (float)picture->height, side,
                           side};
    mien_crop(&copy, &box, picture->data, picture->width, picture->height);
    mien_picture_free(&copy);
}

static void shift_right(struct mien_picture *picture, double share)
{
    crop_moved(picture, (float)share, 0, 1);
}

static void shift_down(struct mien_picture *picture, double share)
{
    crop_moved(picture, 0, (float)share, 1);
}

static void scale(struct mien_picture *picture, double factor)
{
    crop_moved(picture, 0, 0, (float)factor);
}

static int clamp(int value, int high)
{
    return value < 0 ? 0 : value > high ? high : value;
}

/* One axis of a Gaussian blur; edges are repeated. */
static void blur_axis(struct mien_picture *picture, double sigma, int dx, int dy)
{
    struct mien_picture copy = copy_of(picture);
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++) {
            double sum = 0, weights = 0;
            for (int i = -TAPS; i <= TAPS; i++) {
                int from_x = clamp(x + i * dx, picture->width - 1);
                int from_y = clamp(y + i * dy, picture->height - 1);
                double weight = exp(-0.5 * i * i / (sigma * sigma));
                sum += weight * copy.data[from_y * copy.stride + from_x];
                weights += weight;
            }
            picture->data[y * picture->stride + x] = (uint8_t)lrint(sum / weights);
        }
    mien_picture_free(&copy);
}

static void blur(struct mien_picture *picture, double sigma)
{
    blur_axis(picture, sigma, 1, 0);
    blur_axis(picture, sigma, 0, 1);
}

static void darken(struct mien_picture *picture, double factor)
{
    for (int i = 0; i < picture->height * picture->width; i++)
        picture->data[i] = (uint8_t)lrint(picture->data[i] * factor);
}

static void rotate(struct mien_picture *picture, double degrees)
{
    struct mien_picture copy = copy_of(picture);
    double c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);
    double middle_x = (picture->width - 1) / 2.0, middle_y = (picture->height - 1) / 2.0;
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++) {
            double from_x = middle_x + c * (x - middle_x) - s * (y - middle_y);
            double from_y = middle_y + s * (x - middle_x) + c * (y - middle_y);
            int left = (int)floor(from_x), top = (int)floor(from_y);
            double u = from_x - left, v = from_y - top, sum = 0;
            for (int corner = 0; corner < 4; corner++) {
                int at_x = clamp(left + corner % 2, picture->width - 1);
                int at_y = clamp(top + corner / 2, picture->height - 1);
                sum += (corner % 2 ? u : 1 - u) * (corner / 2 ? v : 1 - v) *
                       copy.data[at_y * copy.stride + at_x];
            }
            picture->data[y * picture->stride + x] = (uint8_t)lrint(sum);
        }
    mien_picture_free(&copy);
}

/* Noise of a fixed sequence, so that every run sees the same. */
static void add_noise(struct mien_picture *picture, double sigma)
{
    uint32_t state = picture->data[0] + 256u * picture->data[picture->stride / 2] + 1;
    for (int i = 0; i < picture->height * picture->width; i++) {
        double sum = -6; /* of twelve uniform numbers: about normal */
        for (int k = 0; k < 12; k++) {
            state = state * 1664525u + 1013904223u;
            sum += (state >> 8) / 16777216.0;
        }
        picture->data[i] = (uint8_t)clamp((int)lrint(picture->data[i] + sigma * sum), 255);
    }
}

static void compress_jpeg(struct mien_picture *picture, double quality)
{
    tjhandle encoder = tjInitCompress(), decoder = tjInitDecompress();
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    if (!encoder || !decoder ||
        tjCompress2(encoder, picture->data, picture->width, (int)picture->stride, picture->height,
                    TJPF_GRAY, &bytes, &size, TJSAMP_GRAY, (int)quality, 0) ||
        tjDecompress2(decoder, bytes, size, picture->data, picture->width, (int)picture->stride,
                      picture->height, TJPF_GRAY, 0))
        abort();
    tjFree(bytes);
    tjDestroy(encoder);
    tjDestroy(decoder);
}

static void dim_webcam(struct mien_picture *picture, double scale_by)
{
    scale(picture, scale_by);
    blur(picture, 1);
    darken(picture, 0.4);
    add_noise(picture, 4);
    compress_jpeg(picture, JPEG_QUALITY);
}

static const struct {
    const char *name;
    change_fn *change;
    double value;
} changes[] = {
    {"none", NULL, 0},
    {"box 10 % to the left", shift_right, -0.1},
    {"box 10 % to the right", shift_right, 0.1},
    {"box 10 % up", shift_down, -0.1},
    {"box 10 % down", shift_down, 0.1},
    {"box 10 % smaller", scale, 0.9},
    {"box 10 % larger", scale, 1.1},
    {"head tilted by 10°", rotate, 10},
    {"head tilted by 20°", rotate, 20},
    {"Gaussian blur, sigma 1 pixel", blur, 1},
    {"Gaussian blur, sigma 1.5 pixels", blur, 1.5},
    {"Gaussian blur, sigma 2 pixels", blur, 2},
    {"light halved", darken, 0.5},
    {"light down to a quarter", darken, 0.25},
    {"light down to an eighth", darken, 0.125},
    {"noise, sigma 8 of 255", add_noise, 8},
    {"JPEG of quality 30", compress_jpeg, JPEG_QUALITY},
    {"a webcam in dim light: all of it, moderately", dim_webcam, 1.05},
};

static int measure(struct bench *b, int index, struct mien_error *error)
{
    struct idx *images = &b->set.images;
    const struct mien_model_info *model = mien_model_info(b->model);
    size_t size = (size_t)images->rows * (size_t)images->columns;
    uint8_t *kept = images->bytes, *changed = malloc(size * (size_t)images->count + 1);
    if (!changed)
        return mien_error_set(error, ENOMEM, "no memory for the changed pictures");
    memcpy(changed, kept, size * (size_t)images->count);
    for (int i = 0; changes[index].change && i < images->count; i++) {
        struct mien_picture picture = {MIEN_GRAY8, images->columns, images->rows, images->columns,
                                       changed + (size_t)i * size};
        changes[index].change(&picture, changes[index].value);
    }
    images->bytes = changed;
    int threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
    int status = dataset_classify(&b->set, b->network, model, threads, b->probabilities, error);
    images->bytes = kept;
    free(changed);
    if (status)
        return status;
    struct metrics metrics;
    metrics_compute(&metrics, model->label_count, images->count, b->set.labels.bytes,
                    b->probabilities);
    printf("| %s | %.1f %% | %.3f |\n", changes[index].name, 100 * metrics.accuracy,
           metrics.macro_f1);
    fflush(stdout);
    return 0;
}

static int open_all(struct bench *b, int count, char **arguments, struct mien_error *error)
{
    struct mien_network_options options = {NULL, count > 4 ? arguments[4] : NULL, 1, 1};
    int status = mien_model_open(&b->model, arguments[1], error);
    if (status)
        return status;
    const struct mien_model_info *model = mien_model_info(b->model);
    status = mien_network_create(&b->network, b->model, &options, error);
    if (!status)
        status = dataset_read(&b->set, arguments[2], arguments[3], model->label_count, error);
    if (!status && (b->set.images.rows > SIDE_MAX || b->set.images.columns > SIDE_MAX))
        status =
            mien_error_set(error, EINVAL, "%s: pictures over %d pixels", arguments[2], SIDE_MAX);
    if (status)
        return status;
    b->probabilities = calloc((size_t)b->set.images.count * (size_t)model->label_count + 1,
                              sizeof *b->probabilities);
    return b->probabilities ? 0 : mien_error_set(error, ENOMEM, "no memory for the answers");
}

int main(int count, char **arguments)
{
    if (count < 4 || count > 5) {
        fprintf(stderr, "usage: robustness MODEL IMAGES LABELS [PRECISION]\n");
        return 1;
    }
    struct bench bench = {0};
    struct mien_error error = {0};
    int status = open_all(&bench, count, arguments, &error);
    if (!status)
        printf("| change | accuracy | macro F1 |\n|---|---|---|\n");
    for (int i = 0; !status && i < (int)(sizeof changes / sizeof *changes); i++)
        status = measure(&bench, i, &error);
    if (status)
        fprintf(stderr, "robustness: %s\n", error.text);
    free(bench.probabilities);
    dataset_free(&bench.set);
    mien_network_destroy(&bench.network);
    mien_model_close(&bench.model);
    return status ? 2 : 0;
}
