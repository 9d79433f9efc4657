/* OpenCV beside our own: the same numbers from the same file, and faces where only it searches. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faces/vision_config.h"
#include "mien/detector.h"
#include "opencv.h"
#include "opencv/numbers.h"
#include "portrait.h"
#include "rival.h"
#include "runner.h"

#define FOLDER MIEN_CASCADE_FOLDER

static int is_the_same(const struct cascade *a, const struct cascade *b)
{
    return a->width == b->width && a->height == b->height && a->stage_count == b->stage_count &&
           a->stump_count == b->stump_count &&
           !memcmp(a->stages, b->stages, (size_t)a->stage_count * sizeof *a->stages) &&
           !memcmp(a->stumps, b->stumps, (size_t)a->stump_count * sizeof *a->stumps);
}

/* Returns whether both readers can do with the file. */
static int compare(const char *path)
{
    struct cascade own, other;
    struct mien_error error = {""};
    int status = own_read(&own, path, &error), expected = opencv_read_numbers(&other, path, NULL);
    CU_ASSERT_EQUAL(status == 0, expected == 0);
    if (status == 0 && expected == 0)
        CU_ASSERT(is_the_same(&own, &other));
    if ((status == 0) != (expected == 0))
        printf("# %s: %d, OpenCV %d: %s\n", path, status, expected, error.text);
    if (status == 0)
        cascade_free(&own);
    if (expected == 0)
        cascade_free(&other);
    return status == 0;
}

static void both_read_the_same_numbers(void)
{
    DIR *folder = opendir(FOLDER);
    int same = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", FOLDER, entry->d_name);
        if (strstr(entry->d_name, ".xml"))
            same += compare(path);
    }
    closedir(folder);
    printf("# %d cascades of upright stumps\n", same);
    CU_ASSERT(same >= 5);
}

static void finds_faces(const char *file, enum mien_detector_engine engine)
{
    struct mien_detector *detector = NULL;
    struct mien_picture gray;
    struct mien_box box;
    struct mien_error error = {""};
    struct mien_detector_options options = mien_detector_defaults();
    options.cascade = file;
    options.engine = engine;
    options.load_opencv = opencv_load;
    if (mien_detector_create(&detector, &options, &error) < 0)
        printf("# %s\n", error.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(detector);
    portrait_load(&portrait_hopper, &gray);
    CU_ASSERT_EQUAL(mien_detector_find(detector, &gray, &box, 1, &error), 1);
    mien_picture_free(&gray);
    mien_detector_destroy(&detector);
}

/* Trees and LBP features go to the module as we printed them. */
static void opencv_searches_what_we_cannot(void)
{
    finds_faces(FOLDER "/haarcascade_frontalface_alt2.xml", MIEN_DETECTOR_AUTO);
    finds_faces(FOLDER "/../lbpcascades/lbpcascade_frontalface_improved.xml", MIEN_DETECTOR_AUTO);
    finds_faces(FOLDER "/haarcascade_frontalface_default.xml", MIEN_DETECTOR_OPENCV);
}

static void refuses(struct mien_detector_options options, const char *word)
{
    struct mien_detector *detector = NULL;
    struct mien_error error = {""};
    options.cascade = FOLDER "/haarcascade_frontalface_alt2.xml";
    CU_ASSERT_EQUAL(mien_detector_create(&detector, &options, &error), -ENOTSUP);
    CU_ASSERT_PTR_NULL(detector);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, word));
}

static void says_when_only_opencv_could(void)
{
    struct mien_detector_options options = mien_detector_defaults();
    refuses(options, "only OpenCV searches with it");
    options.engine = MIEN_DETECTOR_MIEN;
    options.load_opencv = opencv_load;
    refuses(options,
            "alt2.xml cannot be used: tree 0 is not one question about upright rectangles");
}

/* OpenCV cannot search a part: it does all at the end of a round. */
static void searches_once_a_round(void)
{
    struct mien_detector *detector = NULL;
    struct mien_detector_options options = mien_detector_defaults();
    options.engine = MIEN_DETECTOR_OPENCV;
    options.load_opencv = opencv_load;
    struct mien_picture gray;
    struct mien_box boxes[8];
    CU_ASSERT_EQUAL_FATAL(mien_detector_create(&detector, &options, NULL), 0);
    portrait_load(&portrait_hopper, &gray);
    CU_ASSERT_EQUAL(mien_detector_find_part(detector, &gray, 0, 0.9, boxes, 8, NULL), 0);
    CU_ASSERT(mien_detector_find_part(detector, &gray, 0.9, 1, boxes, 8, NULL) > 0);
    mien_picture_free(&gray);
    mien_detector_destroy(&detector);
}

int main(void)
{
    const struct test tests[] = {
        {"both read the same numbers", both_read_the_same_numbers},
        {"OpenCV searches what we cannot", opencv_searches_what_we_cannot},
        {"says when only OpenCV could", says_when_only_opencv_could},
        {"searches once a round", searches_once_a_round},
        {NULL, NULL},
    };
    return run_tests("opencv", tests);
}
