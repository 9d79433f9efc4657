/* mien evaluate, run as a user runs it. */
#include "media.h"
#include "program.h"
#include "runner.h"

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 48, PICTURES = 20, CLASSES = 7, IMAGES_HEADER = 16, LABELS_HEADER = 8 };

static struct run run;

/* set-images.idx3-ubyte and NAME-labels.idx1-ubyte, all with the same label. */
static void write_data(const char *name, int label)
{
    uint8_t images[IMAGES_HEADER + PICTURES * SIDE * SIDE] = {0, 0, 8, 3,    0, 0, 0, PICTURES,
                                                              0, 0, 0, SIDE, 0, 0, 0, SIDE};
    uint8_t labels[LABELS_HEADER + PICTURES] = {0, 0, 8, 1, 0, 0, 0, PICTURES};
    char path[64];
    uint32_t state = 1;
    for (size_t i = IMAGES_HEADER; i < sizeof images; i++) {
        state = state * 1664525u + 1013904223u;
        images[i] = (uint8_t)(state >> 24) / (1 + (i / (SIDE * SIDE)) % 5);
    }
    memset(labels + LABELS_HEADER, label, PICTURES);
    snprintf(path, sizeof path, "%s-images.idx3-ubyte", name);
    media_write(path, images, sizeof images);
    snprintf(path, sizeof path, "%s-labels.idx1-ubyte", name);
    media_write(path, labels, sizeof labels);
}

static double number(const cJSON *json, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(json, key);
    CU_ASSERT_FATAL(cJSON_IsNumber(item));
    return item->valuedouble;
}

/* How often the model answers each class, from a run in which all pictures had one label. */
static void count_answers(int label, int answers[CLASSES])
{
    write_data("set", label);
    media_shell(&run, "mien evaluate --model model.safetensors --data set --json");
    CU_ASSERT_EQUAL_FATAL(run.code, 0);
    cJSON *json = cJSON_Parse(run.out);
    CU_ASSERT_PTR_NOT_NULL_FATAL(json);
    CU_ASSERT_EQUAL(number(json, "count"), PICTURES);
    const cJSON *row = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "confusion"), label);
    CU_ASSERT_EQUAL_FATAL(cJSON_GetArraySize(row), CLASSES);
    for (int c = 0; c < CLASSES; c++)
        answers[c] = cJSON_GetArrayItem(row, c)->valueint;
    CU_ASSERT_DOUBLE_EQUAL(number(json, "accuracy"), (double)answers[label] / PICTURES, 1e-9);
    CU_ASSERT(number(json, "ece") >= 0 && number(json, "ece") <= 1);
    cJSON_Delete(json);
}

static void counts_right_answers(void)
{
    int answers[CLASSES], same[CLASSES], right = 0;
    count_answers(0, answers);
    for (int label = 0; label < CLASSES; label++) {
        count_answers(label, same);
        CU_ASSERT_EQUAL(memcmp(answers, same, sizeof same), 0);
        right += same[label];
    }
    CU_ASSERT_EQUAL(right, PICTURES);
}

/* Of the seven classes only those count that occur, in all three columns alike. */
static void averages_what_occurs(void)
{
    int answers[CLASSES], label = 0, occurring = 0;
    double precision, recall, f1;
    count_answers(0, answers);
    for (int c = 0; c < CLASSES; c++) {
        occurring += answers[c] > 0;
        label = answers[c] > answers[label] ? c : label;
    }
    CU_ASSERT_FATAL(occurring < CLASSES);
    write_data("set", label);
    media_shell(&run, "mien evaluate --model model.safetensors --data set | grep ^macro");
    CU_ASSERT_EQUAL_FATAL(sscanf(run.out, "macro %lf %lf %lf", &precision, &recall, &f1), 3);
    CU_ASSERT_DOUBLE_EQUAL(precision, 1.0 / occurring, 6e-4);
    CU_ASSERT_DOUBLE_EQUAL(recall, (double)answers[label] / PICTURES / occurring, 6e-4);
    CU_ASSERT_DOUBLE_EQUAL(f1, 2.0 * answers[label] / (PICTURES + answers[label]) / occurring,
                           6e-4);
}

static void begins_with(const char *path, const char *expected)
{
    char start[16] = {0};
    FILE *file = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT(fread(start, 1, sizeof start - 1, file) > 8);
    fclose(file);
    CU_ASSERT_EQUAL(memcmp(start, expected, strlen(expected)), 0);
}

static void draws_its_pictures(void)
{
    write_data("set", 3);
    media_shell(&run, "mien evaluate --model model.safetensors --images set-images.idx3-ubyte "
                      "--labels set-labels.idx1-ubyte --confusion c.svg --reliability r.png");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "expected calibration error"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "surprise"));
    begins_with("c.svg", "<?xml");
    begins_with("r.png", "\x89PNG");
}

static void overwrites_only_when_told(void)
{
    write_data("set", 3);
    media_shell(&run, "echo mine >old.svg; mien evaluate --model model.safetensors --data set "
                      "--reliability new.svg --confusion old.svg");
    CU_ASSERT_EQUAL(run.code, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "old.svg exists already; -y overwrites it"));
    CU_ASSERT_STRING_EQUAL(run.out, "");
    media_shell(&run, "cat old.svg; ls new*; mien evaluate --model model.safetensors --data set "
                      "-y --confusion old.svg >table && head -c 5 old.svg");
    CU_ASSERT_STRING_EQUAL(run.out, "mine\n<?xml");
    media_shell(&run, "mien evaluate --model model.safetensors --data set -y --confusion old.svg "
                      "--reliability no/such/new.svg");
    CU_ASSERT_EQUAL(run.code, 3);
    CU_ASSERT_STRING_EQUAL(run.out, "");
    media_shell(&run, "ls | grep -e part -e new");
    CU_ASSERT_STRING_EQUAL(run.out, "");
}

static void reads_gzipped_data(void)
{
    write_data("packed", 3);
    media_shell(&run,
                "gzip -f packed-images.idx3-ubyte packed-labels.idx1-ubyte && "
                "mien evaluate --model model.safetensors --data packed --json >packed.json && "
                "mien evaluate --model model.safetensors --data set --json | cmp - packed.json");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void leaves_out_what_was_seen(void)
{
    media_shell(&run, "{ head -c 4 set-images.idx3-ubyte; printf '\\0\\0\\0\\1'; tail -c +9 "
                      "set-images.idx3-ubyte | head -c $((8 + 48 * 48)); } >seen.idx; mien "
                      "evaluate --model model.safetensors --data set "
                      "--exclude seen.idx --json");
    CU_ASSERT_EQUAL(run.code, 0);
    cJSON *json = cJSON_Parse(run.out);
    CU_ASSERT_EQUAL(number(json, "count"), PICTURES - 1);
    cJSON_Delete(json);
    media_shell(&run, "mien evaluate --model model.safetensors --data set "
                      "--exclude set-images.idx3-ubyte --confusion none.svg");
    CU_ASSERT_EQUAL(run.code, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "there is no picture"));
    media_shell(&run, "ls none.svg");
    CU_ASSERT(run.code != 0);
}

/* argp breaks lines that are long for it. */
static void explains_itself_by_lines_to_paste(void)
{
    media_shell(&run, "mien evaluate --help | sed '1,/^Example/d; s/^ *mien/echo/' | sh");
    CU_ASSERT_STRING_EQUAL(run.err, "");
    CU_ASSERT_STRING_EQUAL(run.out, "evaluate --model models/fergit-residual.safetensors "
                                    "--data fer2013/validation\n"
                                    "evaluate --model models/fergit-residual.safetensors "
                                    "--images validation-images.idx3-ubyte.gz "
                                    "--labels validation-labels.idx1-ubyte.gz\n");
}

static void tells_what_is_wrong(void)
{
    static const char *const arguments[] = {"--precision fp64", "--cpu z80", "--confusion c.pdf",
                                            "--reliability r"};
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        media_shell(&run, "mien evaluate --model model.safetensors --data set %s", arguments[i]);
        CU_ASSERT_EQUAL(run.code, 1);
        CU_ASSERT_STRING_EQUAL(run.out, "");
    }
    media_shell(&run, "mien evaluate --model model.safetensors --data nothing");
    CU_ASSERT_EQUAL(run.code, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "nothing-images.idx3-ubyte"));
    write_data("wrong", CLASSES);
    media_shell(&run, "mien evaluate --model model.safetensors --data wrong");
    CU_ASSERT_EQUAL(run.code, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "label 7 of picture 0"));
    media_shell(&run, "mien evaluate --model model.safetensors --data set --images x --labels y");
    CU_ASSERT_EQUAL(run.code, 1);
    media_shell(&run, "mien evaluate --model model.safetensors");
    CU_ASSERT_EQUAL(run.code, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "--data"));
}

int main(void)
{
    const struct test tests[] = {
        {"counts right answers", counts_right_answers},
        {"averages what occurs", averages_what_occurs},
        {"draws its pictures", draws_its_pictures},
        {"overwrites only when told", overwrites_only_when_told},
        {"reads gzipped data", reads_gzipped_data},
        {"leaves out what was seen", leaves_out_what_was_seen},
        {"explains itself by lines to paste", explains_itself_by_lines_to_paste},
        {"tells what is wrong", tells_what_is_wrong},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("evaluate", tests);
}
