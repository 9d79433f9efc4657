#include "dataset.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "mien/crop.h"

enum { THREADS_MAX = 64 };

static int check(const struct dataset *set, const char *images, const char *labels, int classes,
                 struct mien_error *error)
{
    if (set->labels.rows * set->labels.columns != 1)
        return mien_error_set(error, EINVAL, "%s: holds pictures, not labels", labels);
    if (set->images.rows * set->images.columns == 1)
        return mien_error_set(error, EINVAL, "%s: holds labels, not pictures", images);
    if (set->images.count != set->labels.count)
        return mien_error_set(error, EINVAL, "%s has %d pictures, but %s has %d labels", images,
                              set->images.count, labels, set->labels.count);
    for (int i = 0; i < set->labels.count; i++)
        if (set->labels.bytes[i] >= classes)
            return mien_error_set(error, EINVAL, "%s: label %d of picture %d; the model has 0…%d",
                                  labels, set->labels.bytes[i], i, classes - 1);
    return 0;
}

int dataset_read(struct dataset *set, const char *images, const char *labels, int classes,
                 struct mien_error *error)
{
    struct dataset read = {0};
    int status = idx_read(&read.images, images, error);
    if (!status)
        status = idx_read(&read.labels, labels, error);
    if (!status)
        status = check(&read, images, labels, classes, error);
    if (status)
        dataset_free(&read);
    else
        *set = read;
    return status;
}

void dataset_free(struct dataset *set)
{
    idx_free(&set->images);
    idx_free(&set->labels);
}

static int compare_pictures(const void *a, const void *b, void *size)
{
    return memcmp(*(const uint8_t *const *)a, *(const uint8_t *const *)b, *(const size_t *)size);
}

static int stands_in(const uint8_t *picture, const uint8_t *const *sorted, size_t count,
                     size_t size)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(picture, sorted[middle], size);
        if (!order)
            return 1;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return 0;
}

int dataset_exclude(struct dataset *set, const struct idx *seen)
{
    size_t size = (size_t)set->images.rows * (size_t)set->images.columns;
    if (seen->rows != set->images.rows || seen->columns != set->images.columns || !seen->count)
        return 0;
    const uint8_t **sorted = malloc((size_t)seen->count * sizeof *sorted);
    if (!sorted)
        return -ENOMEM;
    for (int i = 0; i < seen->count; i++)
        sorted[i] = seen->bytes + (size_t)i * size;
    qsort_r(sorted, (size_t)seen->count, sizeof *sorted, compare_pictures, &size);
    int kept = 0, all = set->images.count;
    for (int i = 0; i < all; i++) {
        const uint8_t *picture = set->images.bytes + (size_t)i * size;
        if (stands_in(picture, sorted, (size_t)seen->count, size))
            continue;
        memmove(set->images.bytes + (size_t)kept * size, picture, size);
        set->labels.bytes[kept++] = set->labels.bytes[i];
    }
    set->images.count = set->labels.count = kept;
    free(sorted);
    return all - kept;
}

struct worker {
    const struct dataset *set;
    const struct mien_model_info *model;
    struct mien_context *context;
    float *probabilities;
    int first, step; /* this worker's pictures: first, first + step, … */
    uint8_t *crop;
};

static void *classify_some(void *argument)
{
    struct worker *w = argument;
    const struct idx *images = &w->set->images;
    size_t size = (size_t)images->rows * (size_t)images->columns;
    int classes = w->model->label_count;
    for (int i = w->first; i < images->count; i += w->step) {
        struct mien_picture picture = {MIEN_GRAY8, images->columns, images->rows, images->columns,
                                       images->bytes + (size_t)i * size};
        struct mien_box whole = {0, 0, images->columns, images->rows};
        float *answer = w->probabilities + (size_t)i * (size_t)classes;
        mien_crop(&picture, &whole, w->crop, w->model->width, w->model->height);
        mien_context_run(w->context, w->crop, w->model->width, answer);
        mien_softmax(answer, answer, classes, w->model->temperature);
    }
    return NULL;
}

static void run_workers(struct worker *workers, int count)
{
    pthread_t threads[THREADS_MAX];
    int started = 1;
    while (started < count &&
           !pthread_create(&threads[started], NULL, classify_some, &workers[started]))
        started++;
    classify_some(&workers[0]);
    for (int i = 1; i < started; i++)
        pthread_join(threads[i], NULL);
    for (int i = started; i < count; i++) /* the system had no thread for these */
        classify_some(&workers[i]);
}

int dataset_classify(const struct dataset *set, const struct mien_network *network,
                     const struct mien_model_info *model, int threads, float *probabilities,
                     struct mien_error *error)
{
    struct worker workers[THREADS_MAX] = {0};
    int count = threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads, status = 0;
    for (int i = 0; i < count && !status; i++) {
        workers[i] = (struct worker){set, model, NULL, probabilities, i, count, NULL};
        workers[i].crop = malloc((size_t)model->width * (size_t)model->height);
        status = workers[i].crop ? mien_context_create(&workers[i].context, network, error)
                                 : mien_error_set(error, ENOMEM, "no memory for a crop");
    }
    if (!status)
        run_workers(workers, count);
    for (int i = 0; i < count; i++) {
        mien_context_destroy(&workers[i].context);
        free(workers[i].crop);
    }
    return status;
}
