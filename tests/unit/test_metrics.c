#include "runner.h"
#include "score/metrics.h"
#include "score/plot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Six answers over three classes; the last class never occurs. Worked out by hand. */
static const uint8_t truth[] = {0, 0, 0, 1, 1, 1};
static const float answers[] = {0.9f, 0.1f, 0, 0.6f, 0.4f, 0, 0.2f, 0.8f, 0,
                                0.3f, 0.7f, 0, 0.1f, 0.9f, 0, 0.5f, 0.5f, 0};

static void counts_by_hand(void)
{
    struct metrics m;
    metrics_compute(&m, 3, 6, truth, answers);
    CU_ASSERT_DOUBLE_EQUAL(m.accuracy, 4.0 / 6, 1e-12);
    CU_ASSERT_EQUAL(m.confusion[0][0], 2);
    CU_ASSERT_EQUAL(m.confusion[0][1], 1);
    CU_ASSERT_EQUAL(m.confusion[1][0], 1);
    CU_ASSERT_EQUAL(m.confusion[1][1], 2);
    CU_ASSERT_DOUBLE_EQUAL(m.per_class[0].precision, 2.0 / 3, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m.per_class[1].recall, 2.0 / 3, 1e-12);
    CU_ASSERT_EQUAL(m.per_class[0].support, 3);
    CU_ASSERT_EQUAL(m.per_class[2].support, 0);
    CU_ASSERT_DOUBLE_EQUAL(m.per_class[2].f1, 0, 0);
    CU_ASSERT_DOUBLE_EQUAL(m.macro_precision, 2.0 / 3, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m.macro_recall, 2.0 / 3, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m.macro_f1, 2.0 / 3, 1e-12);
}

/* Confidences 0.9 (right), 0.6 (right), 0.8 (wrong), 0.7 (right), 0.9 (right), 0.5 (wrong):
 * bins of a fifteenth: 0.9 → two right of two; the others alone. */
static void calibration_error_by_hand(void)
{
    struct metrics m;
    metrics_compute(&m, 3, 6, truth, answers);
    double expected = (2 * 0.1 + 0.4 + 0.8 + 0.3 + 0.5) / 6;
    CU_ASSERT_DOUBLE_EQUAL(m.ece, expected, 1e-6);
}

static void nothing_gives_zeros(void)
{
    struct metrics m;
    metrics_compute(&m, 7, 0, NULL, NULL);
    CU_ASSERT_DOUBLE_EQUAL(m.accuracy, 0, 0);
    CU_ASSERT_DOUBLE_EQUAL(m.ece, 0, 0);
}

static int starts_with(const char *path, const char *bytes)
{
    char head[8] = {0};
    FILE *file = fopen(path, "rb");
    size_t got = file ? fread(head, 1, sizeof head, file) : 0;
    if (file)
        fclose(file);
    return got == sizeof head && !memcmp(head, bytes, strlen(bytes));
}

/* One of the two: `labels` for the confusion. */
static int draw(const char *path, const struct metrics *m, const char *const *names,
                struct mien_error *error)
{
    struct atomic_files files = {0};
    struct atomic_file *file = NULL;
    int result = atomic_files_open(&files, &file, path, error);
    if (!result)
        result = names ? plot_confusion(file, m, names, error) : plot_reliability(file, m, error);
    if (!result)
        result = atomic_files_commit(&files, error);
    atomic_files_discard(&files);
    return result;
}

static void draws_svg_and_png(void)
{
    char folder[] = "/tmp/mien-test-plot-XXXXXX", path[64];
    const char *const labels[] = {"left", "right", "never"};
    struct metrics m;
    metrics_compute(&m, 3, 6, truth, answers);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/plot.svg", folder);
    CU_ASSERT_EQUAL(draw(path, &m, labels, NULL), 0);
    CU_ASSERT(starts_with(path, "<?xml"));
    unlink(path);
    snprintf(path, sizeof path, "%s/plot.png", folder);
    CU_ASSERT_EQUAL(draw(path, &m, NULL, NULL), 0);
    CU_ASSERT(starts_with(path, "\x89PNG"));
    unlink(path);
    rmdir(folder);
}

static void names_a_plot_it_cannot_write(void)
{
    struct metrics m;
    struct mien_error error = {""};
    metrics_compute(&m, 3, 6, truth, answers);
    CU_ASSERT_EQUAL(draw("plot.gif", &m, NULL, &error), -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "plot.gif"));
    CU_ASSERT_EQUAL(draw("/nonexistent/plot.svg", &m, NULL, &error), -ENOENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/nonexistent/plot.svg"));
    CU_ASSERT(draw("/dev/full", &m, NULL, &error) < 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/dev/full"));
}

int main(void)
{
    const struct test tests[] = {
        {"counts as done by hand", counts_by_hand},
        {"calibration error as done by hand", calibration_error_by_hand},
        {"nothing gives zeros", nothing_gives_zeros},
        {"draws SVG and PNG", draws_svg_and_png},
        {"names a plot it cannot write", names_a_plot_it_cannot_write},
        {NULL, NULL},
    };
    return run_tests("metrics", tests);
}
