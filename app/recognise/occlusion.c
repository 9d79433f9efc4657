#include "recognise/occlusion.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/cpus.h"
#include "common/model_path.h"
#include "mien/crop.h"
#include "mien/network.h"

enum { STEPS = OCCLUSION_SIDE + 1, /* of the patch along a side */ THREADS_MAX = 4 };

#define LEAST_DROP 0.05f /* is drawn faintly, however little the others are */
#define STRONGEST 0.65f  /* of the picture is hidden by the colour */

struct occlusion {
    struct mien_model *model;
    struct mien_network *network;
    struct mien_context *context;
    uint8_t *crops; /* the plain face, then one for each place of the patch */
    float *answers;
};

/* ---- opening ---- */

static int open_network(struct occlusion *o, const struct mien_recogniser_options *options,
                        struct mien_error *error)
{
    const char *path = model_path(options->model, error);
    struct mien_network_options network = mien_network_defaults();
    network.cpu = options->cpu;
    network.precision = options->precision;
    network.threads = cpus_usable(THREADS_MAX);
    network.faces = OCCLUSION_PLACES + 1;
    int result = path ? mien_model_open(&o->model, path, error) : -ENOENT;
    if (!result)
        result = mien_network_create(&o->network, o->model, &network, error);
    return result ? result : mien_context_create(&o->context, o->network, error);
}

int occlusion_open(struct occlusion **occlusion, const struct mien_recogniser_options *options,
                   struct mien_error *error)
{
    struct occlusion *o = calloc(1, sizeof *o);
    if (!o)
        return mien_error_set(error, ENOMEM, "no memory to explain faces");
    int result = open_network(o, options, error);
    if (!result) {
        const struct mien_model_info *info = mien_model_info(o->model);
        size_t pixels = (size_t)info->width * (size_t)info->height;
        o->crops = calloc(OCCLUSION_PLACES + 1, pixels);
        o->answers = calloc(OCCLUSION_PLACES + 1, (size_t)info->label_count * sizeof *o->answers);
        if (!o->crops || !o->answers)
            result = mien_error_set(error, ENOMEM, "no memory to explain faces");
    }
    if (result)
        occlusion_close(&o);
    *occlusion = o;
    return result;
}

void occlusion_close(struct occlusion **occlusion)
{
    struct occlusion *o = *occlusion;
    if (!o)
        return;
    mien_context_destroy(&o->context);
    mien_network_destroy(&o->network);
    mien_model_close(&o->model);
    free(o->crops);
    free(o->answers);
    free(o);
    *occlusion = NULL;
}

/* ---- the map ---- */

static uint8_t mean_of(const uint8_t *crop, size_t pixels)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < pixels; i++)
        sum += crop[i];
    return (uint8_t)(sum / pixels);
}

static void cover(uint8_t *crop, int width, int height, int place, uint8_t gray)
{
    int column = place % OCCLUSION_SIDE, row = place / OCCLUSION_SIDE;
    int left = column * width / STEPS, right = (column + 2) * width / STEPS;
    int top = row * height / STEPS, bottom = (row + 2) * height / STEPS;
    for (int y = top; y < bottom; y++)
        memset(crop + (size_t)y * (size_t)width + left, gray, (size_t)(right - left));
}

int occlusion_find(struct occlusion *occlusion, const struct mien_picture *gray,
                   const struct mien_face *face, struct occlusion_map *map)
{
    const struct mien_model_info *info = mien_model_info(occlusion->model);
    size_t pixels = (size_t)info->width * (size_t)info->height;
    uint8_t *plain = occlusion->crops;
    int labels = info->label_count;
    int result =
        mien_crop_upright(gray, &face->box, face->quality.tilt, plain, info->width, info->height);
    if (result)
        return result;
    uint8_t mean = mean_of(plain, pixels);
    for (int i = 0; i < OCCLUSION_PLACES; i++) {
        uint8_t *crop = plain + (size_t)(i + 1) * pixels;
        memcpy(crop, plain, pixels);
        cover(crop, info->width, info->height, i, mean);
    }
    mien_context_run_faces(occlusion->context, plain, OCCLUSION_PLACES + 1, occlusion->answers);
    for (int i = 0; i <= OCCLUSION_PLACES; i++) {
        float *answer = occlusion->answers + i * labels;
        mien_softmax(answer, answer, labels, info->temperature);
    }
    for (int i = 0; i < OCCLUSION_PLACES; i++)
        map->drop[i] =
            occlusion->answers[face->label] - occlusion->answers[(i + 1) * labels + face->label];
    return 0;
}

/* ---- the picture ---- */

static float most_of(const struct occlusion_map *map)
{
    float most = LEAST_DROP;
    for (int i = 0; i < OCCLUSION_PLACES; i++)
        most = fmaxf(most, fabsf(map->drop[i]));
    return most;
}

/* Between the middles of the places; x and y from 0 to 1 over the face. */
static float value_at(const struct occlusion_map *map, float x, float y)
{
    float column = fminf(fmaxf(x * STEPS - 1, 0), OCCLUSION_SIDE - 1);
    float row = fminf(fmaxf(y * STEPS - 1, 0), OCCLUSION_SIDE - 1);
    int left = (int)fminf(column, OCCLUSION_SIDE - 2), top = (int)fminf(row, OCCLUSION_SIDE - 2);
    const float *drop = map->drop + top * OCCLUSION_SIDE + left;
    float across = column - (float)left, down = row - (float)top;
    float upper = drop[0] + (drop[1] - drop[0]) * across;
    float lower = drop[OCCLUSION_SIDE] + (drop[OCCLUSION_SIDE + 1] - drop[OCCLUSION_SIDE]) * across;
    return upper + (lower - upper) * down;
}

static void tint(uint8_t *pixel, float strength)
{
    static const uint8_t red[] = {0x00, 0x2D, 0xE6}, blue[] = {0xD9, 0x6A, 0x1E};
    const uint8_t *tone = strength > 0 ? red : blue;
    float share = fabsf(strength) * STRONGEST;
    for (int i = 0; i < 3; i++)
        pixel[i] = (uint8_t)lrintf((float)pixel[i] * (1 - share) + (float)tone[i] * share);
}

void occlusion_draw(const struct occlusion_map *map, const struct mien_face *face,
                    const struct mien_picture *color)
{
    const struct mien_box *box = &face->box;
    int side = box->width > box->height ? box->width : box->height;
    int left = box->x + (box->width - side) / 2, top = box->y + (box->height - side) / 2;
    float angle = face->quality.tilt * (float)M_PI / 180, c = cosf(angle), s = sinf(angle);
    float most = most_of(map);
    for (int y = top < 0 ? 0 : top; y < top + side && y < color->height; y++)
        for (int x = left < 0 ? 0 : left; x < left + side && x < color->width; x++) {
            float across = ((float)(x - left) + 0.5f) / (float)side - 0.5f;
            float down = ((float)(y - top) + 0.5f) / (float)side - 0.5f;
            float value = value_at(map, 0.5f + across * c + down * s, 0.5f - across * s + down * c);
            tint(color->data + y * color->stride + 4 * x, value / most);
        }
}
