#include "verifier.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mien/model.h"
#include "mien/network.h"

enum { BATCH = 32 };

/* What the network was trained to see of a face's frame, and to tell. */
#define FRAME_SHARE 0.92f
#define TILT_UNIT 45.f /* degrees */
enum { OUT_FACE, OUT_X, OUT_Y, OUT_SIDE, OUT_TILT, OUTPUTS };
static const char *const outputs[OUTPUTS] = {"face", "x", "y", "side", "tilt"};

struct verifier {
    struct mien_model *model;
    struct mien_network *network;
    struct mien_context *context;
    int side; /* of the network's input */
    uint8_t *pixels;
    float answers[BATCH * OUTPUTS];
};

static int check(const struct mien_model_info *info, struct mien_error *error)
{
    int fits = info->width == info->height && info->label_count == OUTPUTS;
    for (int i = 0; fits && i < OUTPUTS; i++)
        fits = !strcmp(info->labels[i], outputs[i]);
    return fits ? 0
                : mien_error_set(error, EINVAL,
                                 "%s is not a network that tells faces: its outputs are to be "
                                 "face, x, y, side, tilt",
                                 info->name);
}

static int open_network(struct verifier *v, const char *model, const char *cpu,
                        struct mien_error *error)
{
    struct mien_network_options options = {cpu, NULL, 1, BATCH};
    int status = mien_model_open(&v->model, model, error);
    if (status == 0)
        status = check(mien_model_info(v->model), error);
    if (status == 0)
        status = mien_network_create(&v->network, v->model, &options, error);
    if (status == 0)
        mien_model_drop_weights(v->model);
    return status == 0 ? mien_context_create(&v->context, v->network, error) : status;
}

int verifier_create(struct verifier **verifier, const char *model, const char *cpu,
                    struct mien_error *error)
{
    struct verifier *v = calloc(1, sizeof *v);
    if (!v)
        return mien_error_set(error, ENOMEM, "no memory for the network that tells faces");
    int status = open_network(v, model, cpu, error);
    if (status == 0) {
        v->side = mien_model_info(v->model)->width;
        v->pixels = malloc((size_t)BATCH * (size_t)v->side * (size_t)v->side);
        if (!v->pixels)
            status = mien_error_set(error, ENOMEM, "no memory for the network that tells faces");
    }
    if (status < 0) {
        verifier_destroy(&v);
        return status;
    }
    *verifier = v;
    return 0;
}

void verifier_destroy(struct verifier **verifier)
{
    struct verifier *v = *verifier;
    if (!v)
        return;
    mien_context_destroy(&v->context);
    mien_network_destroy(&v->network);
    mien_model_close(&v->model);
    free(v->pixels);
    free(v);
    *verifier = NULL;
}

/* The network answers in sides of the window it sees. */
static struct verdict read_answer(const float *answer, const struct patch *window)
{
    float angle = window->tilt * (float)M_PI / 180;
    float x = answer[OUT_X] * window->side, y = answer[OUT_Y] * window->side;
    float side = window->side * expf(fminf(fmaxf(answer[OUT_SIDE], -1), 1));
    return (struct verdict){answer[OUT_FACE],
                            {window->x + x * cosf(angle) - y * sinf(angle),
                             window->y + x * sinf(angle) + y * cosf(angle), side / FRAME_SHARE,
                             window->tilt + answer[OUT_TILT] * TILT_UNIT}};
}

static struct patch window_of(const struct patch *frame)
{
    return (struct patch){frame->x, frame->y, frame->side * FRAME_SHARE, frame->tilt};
}

static void judge_batch(struct verifier *v, const struct mien_picture *gray,
                        const struct patch *patches, int count, struct verdict *verdicts)
{
    int size = v->side * v->side;
    for (int i = 0; i < count; i++) {
        struct patch window = window_of(&patches[i]);
        patch_sample(gray, &window, v->pixels + i * size, v->side);
        patch_normalise(v->pixels + i * size, size);
    }
    mien_context_run_faces(v->context, v->pixels, count, v->answers);
    for (int i = 0; i < count; i++) {
        struct patch window = window_of(&patches[i]);
        verdicts[i] = read_answer(v->answers + i * OUTPUTS, &window);
    }
}

void verifier_judge(struct verifier *verifier, const struct mien_picture *gray,
                    const struct patch *patches, int count, struct verdict *verdicts)
{
    for (int i = 0; i < count; i += BATCH) {
        int some = count - i < BATCH ? count - i : BATCH;
        judge_batch(verifier, gray, patches + i, some, verdicts + i);
    }
}
