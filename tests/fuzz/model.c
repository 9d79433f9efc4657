/* Model files made up by libFuzzer: what mien_model_parse takes, networks must be able to run. */
#include <stdlib.h>

#include "mien/model.h"
#include "mien/network.h"

enum { PIXELS_MAX = 100 * 100, BYTES_MAX = 20000 }; /* larger ones would only be slow */

static void run_network(const struct mien_model *model, const char *cpu, const char *precision,
                        const uint8_t *gray)
{
    const struct mien_model_info *info = mien_model_info(model);
    struct mien_network_options options = {cpu, precision, 1, 1};
    struct mien_network *network = NULL;
    struct mien_context *context = NULL;
    float logits[MIEN_LABELS_MAX], probabilities[MIEN_LABELS_MAX];
    if (!mien_network_create(&network, model, &options, NULL) &&
        !mien_context_create(&context, network, NULL)) {
        mien_context_run(context, gray, info->width, logits);
        mien_softmax(logits, probabilities, info->label_count, info->temperature);
    }
    mien_context_destroy(&context);
    mien_network_destroy(&network);
}

static void run_networks(const struct mien_model *model)
{
    static const char *const levels[] = {"c", NULL};
    const struct mien_model_info *info = mien_model_info(model);
    uint8_t *gray = calloc((size_t)info->width, (size_t)info->height);
    for (int level = 0; gray && level < 2; level++)
        for (int i = 0; mien_precision(i); i++)
            run_network(model, levels[level], mien_precision(i), gray);
    free(gray);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct mien_model *model = NULL;
    if (mien_model_parse(&model, bytes, size, "made up", NULL))
        return 0;
    const struct mien_model_info *info = mien_model_info(model);
    if (size <= BYTES_MAX && (long)info->width * info->height <= PIXELS_MAX)
        run_networks(model);
    mien_model_close(&model);
    return 0;
}
