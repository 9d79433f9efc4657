#include "mien/model.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "generated_model.h"
#include "runner.h"

static const char architecture[] =
    "[{\"op\":\"conv\",\"name\":\"one\",\"filters\":4,\"kernel\":3},{\"op\":\"relu\"},"
    "{\"op\":\"batch_norm\",\"name\":\"norm\",\"epsilon\":0.001},"
    "{\"op\":\"residual\",\"layers\":["
    "{\"op\":\"conv\",\"name\":\"two\",\"filters\":4,\"kernel\":1}]},"
    "{\"op\":\"max_pool\",\"size\":2},{\"op\":\"dropout\",\"rate\":0.5},"
    "{\"op\":\"global_average_pool\"},{\"op\":\"dense\",\"name\":\"end\",\"units\":3},"
    "{\"op\":\"softmax\"}]";

enum { ONE_WEIGHTS = 4 * 9, NORM = ONE_WEIGHTS + 4 }; /* values before norm.weight */

static struct file_bytes make_file(void)
{
    cJSON *layers = cJSON_Parse(architecture);
    cJSON *labels = cJSON_Parse("[\"yes\",\"no\",\"peut-être\"]");
    struct file_bytes file = generate_model(layers, labels, 6, 0);
    cJSON_Delete(layers);
    cJSON_Delete(labels);
    return file;
}

static int parse(const struct file_bytes *file, struct mien_error *error)
{
    struct mien_model *model = NULL;
    int result = mien_model_parse(&model, file->data, file->size, "some.file", error);
    if (result < 0)
        CU_ASSERT_PTR_NULL(model);
    mien_model_close(&model);
    return result;
}

static void check_refused(const struct file_bytes *file, const char *words)
{
    struct mien_error error = {""};
    int result = parse(file, &error);
    if (result != -EINVAL || !strstr(error.text, words))
        printf("# %d, \"%s\", expected \"%s\"\n", result, error.text, words);
    CU_ASSERT_EQUAL(result, -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, words));
    CU_ASSERT_EQUAL(strncmp(error.text, "some.file: ", 11), 0);
    CU_ASSERT_PTR_NULL(strchr(error.text, '\n'));
}

static void check_edit_refused(const char *from, const char *to, const char *words)
{
    struct file_bytes file = make_file();
    struct file_bytes edited = edit_header(&file, from, to);
    check_refused(&edited, words);
    free(edited.data);
    free(file.data);
}

static float *tensor_values(const struct file_bytes *file)
{
    size_t length = file->data[0] | (size_t)file->data[1] << 8;
    return (float *)(void *)(file->data + 8 + length);
}

static void set_value(const struct file_bytes *file, int index, float value)
{
    memcpy((uint8_t *)tensor_values(file) + 4 * index, &value, sizeof value);
}

static void reads_what_the_file_says(void)
{
    struct file_bytes file = make_file();
    struct mien_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(mien_model_parse(&model, file.data, file.size, "m", NULL), 0);
    free(file.data);
    const struct mien_model_info *info = mien_model_info(model);
    CU_ASSERT_STRING_EQUAL(info->name, "m");
    CU_ASSERT_EQUAL(info->width, 6);
    CU_ASSERT_EQUAL(info->height, 6);
    CU_ASSERT_EQUAL(info->channels, 1);
    CU_ASSERT_EQUAL(info->label_count, 3);
    CU_ASSERT_STRING_EQUAL(info->labels[2], "peut-être");
    CU_ASSERT_EQUAL(info->divide, 255);
    CU_ASSERT_EQUAL(info->mean, 0.5f);
    CU_ASSERT_EQUAL(info->std, 0.25f);
    CU_ASSERT_EQUAL(info->temperature, 1.5f);
    CU_ASSERT_STRING_EQUAL(info->provenance, "{\"data\":\"random\"}");
    CU_ASSERT_EQUAL(info->statistics, 8);
    CU_ASSERT_EQUAL(info->trainable, 40 + 8 + 20 + 15);
    CU_ASSERT_EQUAL(info->parameters, info->trainable + info->statistics);
    mien_model_close(&model);
    CU_ASSERT_PTR_NULL(model);
    mien_model_close(&model);
}

static void refuses_every_truncation(void)
{
    struct file_bytes file = make_file();
    for (size_t size = 0; size < file.size; size++) {
        struct file_bytes cut = {malloc(size + 1), size};
        memcpy(cut.data, file.data, size);
        struct mien_error error = {""};
        CU_ASSERT_EQUAL(parse(&cut, &error), -EINVAL);
        free(cut.data);
    }
    free(file.data);
}

/* A fixed sequence, so that a failure can be repeated. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void survives_changed_bytes(void)
{
    struct file_bytes file = make_file();
    size_t header = file.size - 4 * (NORM + 16 + 20 + 15);
    uint32_t state = 1;
    int refused = 0;
    for (int round = 0; round < 6000; round++) {
        struct file_bytes changed = {malloc(file.size), file.size};
        memcpy(changed.data, file.data, file.size);
        for (int change = round % 3; change >= 0; change--)
            changed.data[next_random(&state) % header] = (uint8_t)next_random(&state);
        struct mien_error error = {""};
        int result = parse(&changed, &error);
        CU_ASSERT(result == 0 || (result == -EINVAL && *error.text));
        refused += result < 0;
        free(changed.data);
    }
    CU_ASSERT(refused > 4000);
    free(file.data);
}

static void refuses_random_bytes(void)
{
    uint32_t state = 2;
    for (int round = 0; round < 500; round++) {
        struct file_bytes noise = {malloc(512), 512};
        for (int i = 0; i < 512; i++)
            noise.data[i] = (uint8_t)next_random(&state);
        if (round % 2) /* a header of plausible length */
            memcpy(noise.data, "\x80\0\0\0\0\0\0\0{\"", 10);
        struct mien_error error;
        CU_ASSERT_EQUAL(parse(&noise, &error), -EINVAL);
        free(noise.data);
    }
}

static void refuses_wrong_containers(void)
{
    struct file_bytes file = make_file();
    memset(file.data, 0xff, 8);
    check_refused(&file, "header");
    free(file.data);
    file = assemble_file("[]", NULL, 0);
    check_refused(&file, "no JSON object");
    free(file.data);
    file = assemble_file("{}", NULL, 0);
    check_refused(&file, "format");
    free(file.data);
    check_edit_refused("\"one.bias\"", "\"one.weight\"", "twice");
    check_edit_refused("\"one.bias\"", "\"one\\nbias\"", "unusable name");
    check_edit_refused("\"F32\"", "\"F64\"", "tensor 'one.weight'");
    check_edit_refused("\"data_offsets\"", "\"offsets\"", "tensor 'one.weight': data_offsets");
    check_edit_refused("[0,144]", "[0,1e15]", "tensor 'one.weight': its data lies outside");
    check_edit_refused("[0,144]", "[-1,144]", "tensor 'one.weight': data_offsets");
    check_edit_refused("[0,144]", "[0.5,144]", "tensor 'one.weight': data_offsets");
    check_edit_refused("[0,144]", "[4,148]", "tensor 'one.weight': its data follows a hole");
    check_edit_refused("[144,160]", "[140,156]", "tensor 'one.bias': its data overlaps");
    check_edit_refused("[4,1,3,3]", "[4,1,3,4294967297]", "tensor 'one.weight': its shape");
    check_edit_refused("[4,1,3,3]", "[4294967296,4294967296,4,4]", "tensor 'one.weight'");
}

static void refuses_holes_and_remains(void)
{
    struct file_bytes file = make_file();
    struct file_bytes longer = {calloc(1, file.size + 4), file.size + 4};
    memcpy(longer.data, file.data, file.size);
    check_refused(&longer, "4 bytes at the end");
    free(longer.data);
    free(file.data);
    const char *tensors = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                          "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}";
    const uint8_t data[12] = {0};
    file = assemble_file(tensors, data, sizeof data);
    check_refused(&file, "tensor 'b': its data follows a hole");
    free(file.data);
}

static void refuses_tensors_that_do_not_fit_the_layers(void)
{
    check_edit_refused("[4,1,3,3]", "[4,3,1,3]",
                       "tensor 'one.weight': shape [4, 3, 1, 3] does not match its layer, which "
                       "needs [4, 1, 3, 3]");
    check_edit_refused("[4,1,3,3]", "[36]", "tensor 'one.weight': shape [36]");
    check_edit_refused("\"end.bias\"", "\"other.bias\"", "tensor 'end.bias' is missing");
    check_edit_refused("{\\\"op\\\":\\\"batch_norm\\\",\\\"name\\\":\\\"norm\\\","
                       "\\\"epsilon\\\":0.001},",
                       "", "tensor 'norm.weight' belongs to no layer");
    check_edit_refused("\\\"name\\\":\\\"two\\\"", "\\\"name\\\":\\\"one\\\"", "one.weight");
}

static void refuses_values_that_are_no_numbers(void)
{
    const float bad[] = {__builtin_nanf(""), __builtin_inff(), -__builtin_inff()};
    struct file_bytes file = make_file();
    for (int i = 0; i < 3; i++) {
        set_value(&file, 5, bad[i]);
        check_refused(&file, "tensor 'one.weight': a value is infinite or no number");
    }
    set_value(&file, 5, 1);
    set_value(&file, NORM + 3 * 4 + 2, -0.001f);
    check_refused(&file, "tensor 'norm.running_var': value 2 is negative");
    free(file.data);
}

static void refuses_half_values_that_are_no_numbers(void)
{
    cJSON *layers = cJSON_Parse(architecture);
    cJSON *labels = cJSON_Parse("[\"a\",\"b\",\"c\"]");
    struct file_bytes file = generate_model(layers, labels, 6, 1);
    struct mien_error error;
    CU_ASSERT_EQUAL(parse(&file, &error), 0);
    file.data[file.size - 1] = 0x7c; /* the last value of end.bias */
    check_refused(&file, "tensor 'end.bias': a value is infinite or no number");
    free(file.data);
    cJSON_Delete(layers);
    cJSON_Delete(labels);
}

static void refuses_wrong_layers(void)
{
    check_edit_refused("\\\"max_pool\\\"", "\\\"min_pool\\\"", "layer 6: its 'op' is not known");
    check_edit_refused("\\\"dense\\\"", "\\\"dance\\\"", "layer 9: its 'op' is not known");
    check_edit_refused("\\\"size\\\":2", "\\\"size\\\":3", "max_pool needs 'size' 2");
    check_edit_refused("\\\"kernel\\\":3", "\\\"kernel\\\":4", "odd 'kernel'");
    check_edit_refused("\\\"kernel\\\":3", "\\\"kernel\\\":17", "odd 'kernel'");
    check_edit_refused("\\\"filters\\\":4", "\\\"filters\\\":1e9", "'filters'");
    check_edit_refused("\\\"filters\\\":4", "\\\"filters\\\":-4", "'filters'");
    check_edit_refused("\\\"epsilon\\\":0.001", "\\\"epsilon\\\":0", "'epsilon'");
    check_edit_refused("\\\"epsilon\\\":0.001", "\\\"eps\\\":0.001", "'epsilon'");
    check_edit_refused("\\\"kernel\\\":3", "\\\"kernel\\\":3,\\\"stride\\\":2", "not known");
    check_edit_refused("\\\"filters\\\":4,\\\"kernel\\\":1", "\\\"filters\\\":5,\\\"kernel\\\":1",
                       "layer 4: the residual block changes the number of channels");
    check_edit_refused("{\\\"op\\\":\\\"global_average_pool\\\"},", "", "dense must follow");
    check_edit_refused(",{\\\"op\\\":\\\"softmax\\\"}", "", "must end with dense and softmax");
    check_edit_refused("{\\\"op\\\":\\\"relu\\\"}", "{\\\"op\\\":\\\"softmax\\\"}",
                       "must be the last");
    check_edit_refused("\\\"name\\\":\\\"one\\\"", "\\\"name\\\":\\\"o ne\\\"", "plain 'name'");
    check_edit_refused("{\\\"op\\\":\\\"conv\\\",\\\"name\\\":\\\"two\\\"",
                       "{\\\"op\\\":\\\"residual\\\",\\\"layers\\\":[]},"
                       "{\\\"op\\\":\\\"conv\\\",\\\"name\\\":\\\"two\\\"",
                       "holds only conv, batch_norm and relu");
}

static void refuses_wrong_metadata(void)
{
    check_edit_refused("\"format_version\":\"1\"", "\"format_version\":\"2\"", "version");
    check_edit_refused("\"format\":\"mien\"", "\"format\":\"pt\"", "no mien model");
    check_edit_refused("\"format\":\"mien\"", "\"format\":1", "no mien model");
    check_edit_refused("\\\"no\\\"", "\\\"yes\\\"", "label 2");
    check_edit_refused("\\\"no\\\"", "\\\"\\\"", "label 2");
    check_edit_refused("\\\"no\\\"", "\\\"a\\\\u0007b\\\"", "label 2");
    check_edit_refused("\\\"no\\\"", "\\\"\xc3(\\\"", "label 2");
    check_edit_refused("\\\"no\\\"", "\\\"\\\\u0085\\\"", "label 2");    /* C1 control */
    check_edit_refused("\\\"no\\\"", "\\\"\xe0\x80\xaf\\\"", "label 2"); /* overlong */
    check_edit_refused("\\\"no\\\"", "\\\"\xf0\x80\x80\xaf\\\"", "label 2");
    check_edit_refused("\\\"no\\\"", "\\\"\xed\xa0\x80\\\"", "label 2");     /* surrogate */
    check_edit_refused("\\\"no\\\"", "\\\"\xf4\x90\x80\x80\\\"", "label 2"); /* too large */
    check_edit_refused(",\\\"no\\\"", "", "2 labels, but the network has 3 outputs");
    check_edit_refused("\"temperature\":\"1.5\"", "\"temperature\":\"0\"", "'temperature'");
    check_edit_refused("\"temperature\":\"1.5\"", "\"temperature\":\"1e999\"", "'temperature'");
    check_edit_refused("\"temperature\":\"1.5\"", "\"temperature\":\"1.5\",\"accuracy\":7",
                       "'accuracy'");
    check_edit_refused("\"temperature\":\"1.5\"",
                       "\"temperature\":\"1.5\",\"accuracy\":\"{\\\"fp32\\\":0.7}\"", "'accuracy'");
    check_edit_refused("\"temperature\":\"1.5\"",
                       "\"temperature\":\"1.5\",\"accuracy\":\"{\\\"fp32\\\":0.7,\\\"bf16\\\":0.7,"
                       "\\\"int8\\\":70}\"",
                       "'accuracy'");
    check_edit_refused("\\\"width\\\":6", "\\\"width\\\":100000", "width and height");
    check_edit_refused("\\\"std\\\":0.25", "\\\"std\\\":0", "'input'");
    check_edit_refused("\\\"gray\\\"", "\\\"rgb\\\"", "gray");
    check_edit_refused("\"provenance\"", "\"origin\"", "'provenance'");
    check_edit_refused("\"__metadata__\"", "\"metadata\"", "tensor 'metadata'");
}

static void refuses_what_follows_a_value(void)
{
    check_edit_refused("\"temperature\":\"1.5\"", "\"temperature\":\"1.5 2\"", "'temperature'");
    check_edit_refused("\"temperature\":\"1.5\"",
                       "\"temperature\":\"1.5\",\"accuracy\":\"{\\\"fp32\\\":0.7,\\\"bf16\\\":0.7,"
                       "\\\"int8\\\":0.7}}\"",
                       "'accuracy'");
    check_edit_refused("\\\"peut-être\\\"]", "\\\"peut-être\\\"],", "'labels'");
    check_edit_refused("{\\\"op\\\":\\\"softmax\\\"}]", "{\\\"op\\\":\\\"softmax\\\"}]x",
                       "'architecture'");
}

/* Keys are told apart by case; those of others are nobody's business. */
static void ignores_keys_of_others(void)
{
    struct mien_error error = {""};
    struct file_bytes file = make_file();
    struct file_bytes edited =
        edit_header(&file, "\"temperature\"", "\"Accuracy\":\"good\",\"temperature\"");
    CU_ASSERT_EQUAL(parse(&edited, &error), 0);
    CU_ASSERT_STRING_EQUAL(error.text, "");
    free(edited.data);
    free(file.data);
}

static void refuses_absurd_nesting(void)
{
    enum { DEPTH = 200000 };
    char *header = malloc(DEPTH + 1);
    memset(header, '[', DEPTH);
    header[DEPTH] = '\0';
    struct file_bytes file = assemble_file(header, NULL, 0);
    check_refused(&file, "no JSON object");
    free(file.data);
    free(header);
}

static int open_path(const char *path, struct mien_error *error)
{
    struct mien_model *model = NULL;
    int result = mien_model_open(&model, path, error);
    mien_model_close(&model);
    return result;
}

static void check_path_refused(const char *path, int code)
{
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(open_path(path, &error), -code);
    CU_ASSERT_EQUAL(strncmp(error.text, path, strlen(path)), 0);
}

static void opens_only_regular_files(void)
{
    char folder[] = "/tmp/mien-test-XXXXXX", path[64];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    check_path_refused(folder, EISDIR);
    check_path_refused("/dev/zero", EINVAL);
    snprintf(path, sizeof path, "%s/none", folder);
    check_path_refused(path, ENOENT);
    CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
    check_path_refused(path, EINVAL);
    unlink(path);
    FILE *out = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    fclose(out);
    check_path_refused(path, EINVAL);
    CU_ASSERT_EQUAL(truncate(path, (off_t)1 << 40), 0);
    check_path_refused(path, EFBIG);
    unlink(path);
    rmdir(folder);
}

static void opens_a_file(void)
{
    char path[] = "/tmp/mien-test-XXXXXX";
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    struct file_bytes file = make_file();
    CU_ASSERT_EQUAL(write(fd, file.data, file.size), (ssize_t)file.size);
    close(fd);
    free(file.data);
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(open_path(path, &error), 0);
    unlink(path);
}

int main(void)
{
    const struct test tests[] = {
        {"reads what the file says", reads_what_the_file_says},
        {"opens a file", opens_a_file},
        {"opens only regular files of bearable size", opens_only_regular_files},
        {"refuses every truncation", refuses_every_truncation},
        {"survives changed bytes", survives_changed_bytes},
        {"refuses random bytes", refuses_random_bytes},
        {"refuses wrong containers", refuses_wrong_containers},
        {"refuses holes and remains", refuses_holes_and_remains},
        {"refuses tensors that do not fit the layers", refuses_tensors_that_do_not_fit_the_layers},
        {"refuses values that are no numbers", refuses_values_that_are_no_numbers},
        {"refuses half values that are no numbers", refuses_half_values_that_are_no_numbers},
        {"refuses wrong layers", refuses_wrong_layers},
        {"refuses wrong metadata", refuses_wrong_metadata},
        {"refuses what follows a value", refuses_what_follows_a_value},
        {"ignores keys of others", ignores_keys_of_others},
        {"refuses absurd nesting", refuses_absurd_nesting},
        {NULL, NULL},
    };
    return run_tests("model", tests);
}
