/* Our logits against PyTorch's (make_golden.py), at every level this CPU has. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generated_model.h"
#include "mien/crop.h"
#include "mien/network.h"
#include "network/kernels.h"
#include "portrait.h"
#include "runner.h"

static const double TOLERANCE = 1e-4;

/* The reference kernel is some forty times slower when it is checked for bad addresses. */
#ifdef __SANITIZE_ADDRESS__
enum { PICTURES = 4, FACES = 2 };
#else
enum { PICTURES = GOLDEN_PICTURES, FACES = 18 };
#endif

static cJSON *read_golden(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/%s.json", getenv("TEST_SOURCE"), name);
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    static char text[1 << 16];
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    cJSON *json = cJSON_Parse(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(json);
    return json;
}

static struct mien_model *make_model(const cJSON *golden)
{
    struct file_bytes file = generate_model(cJSON_GetObjectItem(golden, "architecture"),
                                            cJSON_GetObjectItem(golden, "labels"), GOLDEN_SIDE,
                                            cJSON_IsTrue(cJSON_GetObjectItem(golden, "half")));
    struct mien_model *model = NULL;
    struct mien_error error = {""};
    CU_ASSERT_EQUAL_FATAL(mien_model_parse(&model, file.data, file.size, "golden", &error), 0);
    free(file.data);
    return model;
}

static double largest_difference(const struct mien_network *network, const cJSON *expected,
                                 int labels)
{
    struct mien_context *context = NULL;
    CU_ASSERT_EQUAL_FATAL(mien_context_create(&context, network, NULL), 0);
    double largest = 0;
    for (int picture = 0; picture < PICTURES; picture++) {
        float values[GOLDEN_SIDE * GOLDEN_SIDE], logits[MIEN_LABELS_MAX];
        generate_picture(picture, values);
        mien_context_run_float(context, values, logits);
        const cJSON *row = cJSON_GetArrayItem(expected, picture);
        CU_ASSERT_EQUAL_FATAL(cJSON_GetArraySize(row), labels);
        for (int i = 0; i < labels; i++) {
            double difference = fabs(logits[i] - cJSON_GetArrayItem(row, i)->valuedouble);
            if (!(difference <= largest))
                largest = difference;
        }
    }
    mien_context_destroy(&context);
    return largest;
}

static void compare_at_level(const struct mien_model *model, const cJSON *golden, const char *level)
{
    struct mien_network *network = NULL;
    struct mien_network_options options = {level, NULL, 1, 1};
    struct mien_error error;
    if (mien_network_create(&network, model, &options, &error) < 0) {
        printf("# %s: left out, %s\n", level, error.text);
        return;
    }
    double largest = largest_difference(network, cJSON_GetObjectItem(golden, "logits"),
                                        mien_model_info(model)->label_count);
    printf("# %s: largest difference %.2g\n", level, largest);
    CU_ASSERT(largest <= TOLERANCE);
    mien_network_destroy(&network);
}

static void compare(const char *name)
{
    cJSON *golden = read_golden(name);
    struct mien_model *model = make_model(golden);
    for (int i = 0; mien_network_level(i); i++)
        compare_at_level(model, golden, mien_network_level(i));
    mien_model_close(&model);
    cJSON_Delete(golden);
}

static void residual_agrees(void)
{
    compare("residual");
}

static void basic_agrees(void)
{
    compare("basic");
}

static void other_labels_and_half_precision_agree(void)
{
    compare("half");
}

static void counts_the_papers_parameters(void)
{
    cJSON *golden = read_golden("residual");
    struct mien_model *model = make_model(golden);
    CU_ASSERT_EQUAL(mien_model_info(model)->parameters, 9773111);
    CU_ASSERT_EQUAL(mien_model_info(model)->trainable, 9766391);
    CU_ASSERT_EQUAL(mien_model_info(model)->statistics, 6720);
    mien_model_close(&model);
    cJSON_Delete(golden);
}

/* ---- the shipped model ---- */

/* Faces of the portraits, by turns: the box by eye, and that box shifted and of other sizes. */
static uint8_t faces[FACES][GOLDEN_SIDE * GOLDEN_SIDE];

static void load_faces(void)
{
    static const struct portrait *const portraits[] = {&portrait_hopper, &portrait_collins};
    for (int i = 0; i < 2; i++) {
        struct mien_picture gray;
        portrait_load(portraits[i], &gray);
        for (int face = i; face < FACES; face += 2) {
            struct mien_box box = portraits[i]->inside;
            int step = face / 2, pixel = box.width / 20;
            box.x += (step % 3 - 1) * pixel;
            box.y += (step / 3 - 1) * pixel;
            box.width += box.width / 3 + step * pixel;
            box.x -= box.width / 8 + step * pixel / 2;
            CU_ASSERT_EQUAL_FATAL(mien_crop(&gray, &box, faces[face], GOLDEN_SIDE, GOLDEN_SIDE), 0);
        }
        mien_picture_free(&gray);
    }
}

typedef float face_logits[FACES][MIEN_LABELS_MAX];

/* Returns whether this CPU has the level. */
static int run_faces(const struct mien_model *model, const char *level, const char *precision,
                     face_logits logits)
{
    struct mien_network *network = NULL;
    struct mien_context *context = NULL;
    struct mien_network_options options = {level, precision, 1, 1};
    if (mien_network_create(&network, model, &options, NULL) < 0)
        return 0;
    CU_ASSERT_STRING_EQUAL(mien_network_precision(network), precision);
    CU_ASSERT_EQUAL_FATAL(mien_context_create(&context, network, NULL), 0);
    for (int face = 0; face < FACES; face++)
        mien_context_run(context, faces[face], GOLDEN_SIDE, logits[face]);
    mien_context_destroy(&context);
    mien_network_destroy(&network);
    return 1;
}

static double farthest(face_logits a, face_logits b, int count)
{
    double largest = 0;
    for (int face = 0; face < FACES; face++)
        for (int i = 0; i < count; i++)
            largest = fmax(largest, fabs(a[face][i] - b[face][i]));
    return largest;
}

/* Whether a network in int8 has the same formats at this level as in the reference. */
static int is_all_bytes(const char *level)
{
    struct kernels kernels;
    return kernels_choose(&kernels, level, NULL) == 0 && kernels.tiled == FORMAT_BYTE;
}

/* Against the reference in fp32; int8, where all of it is bytes, also against that in int8. */
static void check_level(const struct mien_model *model, const char *level, face_logits fp32,
                        face_logits int8, double size)
{
    static const double shares[] = {0, 0.01, 0.15};
    int count = mien_model_info(model)->label_count;
    for (int i = 0; mien_precision(i); i++) {
        face_logits logits;
        if (!run_faces(model, level, mien_precision(i), logits))
            return;
        double off = farthest(logits, fp32, count);
        printf("# %s %s: largest difference %.2g\n", level, mien_precision(i), off);
        CU_ASSERT(off <= TOLERANCE + shares[i] * size);
        if (strcmp(mien_precision(i), "int8") || !is_all_bytes(level))
            continue;
        double rounding = farthest(logits, int8, count);
        printf("# %s int8: %.2g from the reference in int8\n", level, rounding);
        CU_ASSERT(rounding <= 0.1);
    }
}

/* Rounding to 8 bits anew after each of 18 layers costs what it costs; beyond these shares of the
 * largest logit it would be a mistake. Between levels sums of bytes are exact: what differs is a
 * rounding now and then. */
static void precisions_agree_on_the_shipped_model(void)
{
    static face_logits fp32, int8, nothing;
    char path[4096];
    struct mien_model *model = NULL;
    struct mien_error error = {""};
    snprintf(path, sizeof path, "%s/models/ferplus-residual.safetensors", getenv("TEST_SOURCE"));
    CU_ASSERT_EQUAL_FATAL(mien_model_open(&model, path, &error), 0);
    load_faces();
    CU_ASSERT(run_faces(model, "c", "fp32", fp32));
    CU_ASSERT(run_faces(model, "c", "int8", int8));
    double size = farthest(fp32, nothing, mien_model_info(model)->label_count);
    printf("# logits up to %.2g\n", size);
    for (int i = 0; mien_network_level(i); i++)
        check_level(model, mien_network_level(i), fp32, int8, size);
    mien_model_close(&model);
}

int main(void)
{
    const struct test tests[] = {
        {"the residual network agrees with PyTorch", residual_agrees},
        {"the basic network agrees with PyTorch", basic_agrees},
        {"five other labels and half-precision weights agree with PyTorch",
         other_labels_and_half_precision_agree},
        {"the residual network has the paper's number of parameters", counts_the_papers_parameters},
        {"bf16 and int8 stay near fp32 with the shipped model",
         precisions_agree_on_the_shipped_model},
        {NULL, NULL},
    };
    return run_tests("golden", tests);
}
