/* Our logits against PyTorch's (make_golden.py), at every level this CPU has. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generated_model.h"
#include "mien/network.h"
#include "runner.h"

static const double TOLERANCE = 1e-4;

/* The reference kernel is some forty times slower when it is checked for bad addresses. */
#ifdef __SANITIZE_ADDRESS__
enum { PICTURES = 4 };
#else
enum { PICTURES = GOLDEN_PICTURES };
#endif

static cJSON *read_golden(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/%s.json", getenv("MIEN_SOURCE"), name);
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
    struct mien_network_options options = {.cpu = level};
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

/* The largest size of a logit. */
static double largest_of(float (*logits)[MIEN_LABELS_MAX], int count)
{
    double largest = 0;
    for (int picture = 0; picture < PICTURES / 4; picture++)
        for (int i = 0; i < count; i++)
            largest = fmax(largest, fabs(logits[picture][i]));
    return largest;
}

/* How far logits are from the expected ones. */
struct difference {
    double largest, mean; /* root mean square */
};

/* The shipped model, whose batch-norms know its values, at one level in one precision; no
 * difference where this CPU lacks the level. */
static struct difference difference_from(float (*expected)[MIEN_LABELS_MAX],
                                         const struct mien_model *model, const char *level,
                                         const char *precision)
{
    struct mien_network *network = NULL;
    struct mien_context *context = NULL;
    struct mien_network_options options = {.cpu = level, .precision = precision};
    double largest = 0, squares = 0;
    int count = mien_model_info(model)->label_count;
    if (mien_network_create(&network, model, &options, NULL) < 0)
        return (struct difference){0};
    CU_ASSERT_STRING_EQUAL(mien_network_precision(network), precision);
    CU_ASSERT_EQUAL_FATAL(mien_context_create(&context, network, NULL), 0);
    for (int picture = 0; picture < PICTURES / 4; picture++) {
        float values[GOLDEN_SIDE * GOLDEN_SIDE], logits[MIEN_LABELS_MAX];
        generate_picture(picture, values);
        mien_context_run_float(context, values, logits);
        for (int i = 0; i < count; i++) {
            double off = fabs(logits[i] - expected[picture][i]);
            largest = fmax(largest, off);
            squares += off * off;
        }
    }
    mien_context_destroy(&context);
    mien_network_destroy(&network);
    double mean = sqrt(squares / (PICTURES / 4 * count));
    printf("# %s %s: largest difference %.2g, mean %.2g\n", level, precision, largest, mean);
    return (struct difference){largest, mean};
}

static void run_reference(const struct mien_model *model, const char *precision,
                          float (*logits)[MIEN_LABELS_MAX])
{
    struct mien_network *network = NULL;
    struct mien_context *context = NULL;
    struct mien_network_options options = {.cpu = "c", .precision = precision};
    CU_ASSERT_EQUAL_FATAL(mien_network_create(&network, model, &options, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(mien_context_create(&context, network, NULL), 0);
    for (int picture = 0; picture < PICTURES / 4; picture++) {
        float values[GOLDEN_SIDE * GOLDEN_SIDE];
        generate_picture(picture, values);
        mien_context_run_float(context, values, logits[picture]);
    }
    mien_context_destroy(&context);
    mien_network_destroy(&network);
}

/* Rounding to 8 bits anew after each of 18 layers costs what it costs, most on pictures of noise
 * as these, where single logits are far off; beyond these shares of the largest logit it would be
 * a mistake. Between levels sums of bytes are exact: what differs is a rounding now and then. */
static void precisions_agree_on_the_shipped_model(void)
{
    static float fp32[PICTURES][MIEN_LABELS_MAX], int8[PICTURES][MIEN_LABELS_MAX];
    char path[4096];
    struct mien_model *model = NULL;
    struct mien_error error = {""};
    snprintf(path, sizeof path, "%s/models/ferplus-residual.safetensors", getenv("MIEN_SOURCE"));
    CU_ASSERT_EQUAL_FATAL(mien_model_open(&model, path, &error), 0);
    run_reference(model, "fp32", fp32);
    run_reference(model, "int8", int8);
    double size = largest_of(fp32, mien_model_info(model)->label_count);
    printf("# logits up to %.2g\n", size);
    for (int i = 0; mien_network_level(i); i++) {
        const char *level = mien_network_level(i);
        CU_ASSERT(difference_from(fp32, model, level, "fp32").largest <= TOLERANCE);
        CU_ASSERT(difference_from(fp32, model, level, "bf16").largest <= 0.05 * size);
        struct difference rounded = difference_from(fp32, model, level, "int8");
        CU_ASSERT(rounded.mean <= 0.1 * size);
        CU_ASSERT(rounded.largest <= 0.4 * size);
        CU_ASSERT(difference_from(int8, model, level, "int8").largest <= 0.1);
    }
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
