/* mien bench: its made-up pictures hold the faces they should, and its tables what they promise;
 * how fast anything is, no test asks. */
#include "bench/stages.h"
#include "media.h"
#include "program.h"
#include "runner.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct mien_picture face;

static void reads_a_face(void)
{
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(scene_read_face(&face, "nowhere.jpg", &error), -ENOENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "nowhere.jpg"));
    CU_ASSERT_EQUAL_FATAL(scene_read_face(&face, NULL, &error), 0);
    CU_ASSERT(face.pixels == MIEN_BGRX32 && face.width == face.height && face.width > 100);
}

static void measure(struct window *window, int faces, bool mjpeg)
{
    struct mien_recogniser_options recogniser = mien_recogniser_defaults();
    recogniser.model = "model.safetensors";
    const struct stages_options options = {&recogniser, NULL, window, 0};
    struct mien_error error = {""};
    struct stages_result row;
    struct scene scene;
    CU_ASSERT_EQUAL_FATAL(scene_init(&scene, &face, 360, faces, mjpeg, &error), 0);
    CU_ASSERT_EQUAL(stages_measure(&row, &options, &scene, faces, &error), 0);
    scene_finish(&scene);
    CU_ASSERT_STRING_EQUAL(error.text, "");
    CU_ASSERT(row.width == 640 && row.height == 360 && row.mjpeg == mjpeg && row.pictures >= 15);
    CU_ASSERT_EQUAL(row.seen, faces);
    CU_ASSERT_EQUAL(row.median[STAGE_CROP] > 0, faces > 0);
    for (int i = 0; i < STAGES; i++)
        CU_ASSERT(row.p95[i] >= row.median[i] && row.median[STAGE_ALL] >= row.median[i]);
}

static void takes_pictures_through_all_stages(void)
{
    const struct window_options analysed = {.title = "test", .width = 640, .height = 360};
    static const char *const labels[] = {"angry", "disgust",  "fear",   "happy",
                                         "sad",   "surprise", "neutral"};
    static const struct mien_model_info model = {.labels = labels, .label_count = 7};
    struct window *window = NULL;
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    CU_ASSERT_EQUAL_FATAL(window_open(&window, &analysed, &model, NULL), 0);
    measure(window, 0, true);
    measure(window, 1, true);
    measure(window, 4, false);
    window_close(&window);
    mien_picture_free(&face);
}

static void prints_the_network_as_json(void)
{
    struct run run;
    media_shell(&run,
                "mien bench --model model.safetensors --only network --cpu c --precision fp32 "
                "--threads 2 --batch 3 --seconds 0.01 --json");
    CU_ASSERT_EQUAL(run.code, 0);
    cJSON *list = cJSON_Parse(run.out);
    CU_ASSERT_EQUAL_FATAL(cJSON_GetArraySize(list), 1);
    const cJSON *row = cJSON_GetArrayItem(list, 0);
    const char *cpu = cJSON_GetStringValue(cJSON_GetObjectItem(row, "cpu"));
    CU_ASSERT(cpu && !strcmp(cpu, "c"));
    CU_ASSERT_EQUAL(cJSON_GetNumberValue(cJSON_GetObjectItem(row, "threads")), 2);
    CU_ASSERT_EQUAL(cJSON_GetNumberValue(cJSON_GetObjectItem(row, "batch")), 3);
    CU_ASSERT(cJSON_GetNumberValue(cJSON_GetObjectItem(row, "median_ms")) > 0);
    cJSON_Delete(list);
}

static void measures_the_model_of_the_settings(void)
{
    static const char *const parts[] = {"network", "frames"};
    static const char settings[] = "{\"emotion\": {\"model\": \"wished.safetensors\"}}";
    struct run run;
    media_shell(&run, "mkdir -p settings/mien");
    media_write("settings/mien/config.json", settings, sizeof settings - 1);
    for (int i = 0; i < 2; i++) {
        media_shell(&run, "XDG_CONFIG_HOME=settings env -u MIEN_MODEL mien bench --only %s",
                    parts[i]);
        CU_ASSERT_EQUAL(run.code, 2);
        CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "wished.safetensors"));
    }
}

static void refuses_what_it_cannot_do(void)
{
    struct run run;
    media_shell(&run, "mien bench --only everything");
    CU_ASSERT_NOT_EQUAL(run.code, 0);
    static const char *const wrong[] = {"network --precision fp64", "frames --precision fp64",
                                        "network --cpu z80", "frames --cpu z80"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        media_shell(&run, "mien bench --model model.safetensors --only %s", wrong[i]);
        CU_ASSERT_EQUAL(run.code, 1);
        CU_ASSERT(strstr(run.err, "--precision: 'fp64'") || strstr(run.err, "--cpu: 'z80'"));
    }
    media_shell(&run, "mien bench --only frames --model model.safetensors --picture nowhere.jpg");
    CU_ASSERT_NOT_EQUAL(run.code, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "nowhere.jpg"));
}

int main(void)
{
    const struct test tests[] = {
        {"reads a face", reads_a_face},
        {"takes pictures through all stages", takes_pictures_through_all_stages},
        {"prints the network as JSON", prints_the_network_as_json},
        {"measures the model of the settings", measures_the_model_of_the_settings},
        {"refuses what it cannot do", refuses_what_it_cannot_do},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("bench", tests);
}
