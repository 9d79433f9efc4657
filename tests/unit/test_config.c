#include "mien/command_line.h"
#include "mien/config.h"
#include "mien/log.h"
#include "runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int parse(struct mien_config *config, const char *text, struct mien_error *error)
{
    mien_config_defaults(config);
    return mien_config_parse(config, text, strlen(text), "my.json", error);
}

static void lays_values_over_defaults(void)
{
    struct mien_config config;
    struct mien_error error = {""};
    const char *text =
        "{\"camera\": {\"width\": 1280, \"mirror\": false, \"device\": \"/dev/video2\"},"
        " \"$schema\": \"x\", \"emotion\": {\"smoothing\": 0.5}}";
    CU_ASSERT_EQUAL_FATAL(parse(&config, text, &error), 0);
    CU_ASSERT_EQUAL(config.camera.width, 1280);
    CU_ASSERT_EQUAL(config.camera.height, 480);
    CU_ASSERT_FALSE(config.camera.mirror);
    CU_ASSERT_STRING_EQUAL(config.camera.device, "/dev/video2");
    CU_ASSERT_DOUBLE_EQUAL(config.emotion.smoothing, 0.5, 0);
}

static void refuses(const char *text, const char *message)
{
    struct mien_config config, before;
    struct mien_error error = {""};
    mien_config_defaults(&before);
    CU_ASSERT_EQUAL(parse(&config, text, &error), -EINVAL);
    CU_ASSERT_STRING_EQUAL(error.text, message);
    CU_ASSERT_EQUAL(memcmp(&config, &before, sizeof config), 0);
}

static void tells_the_place_of_errors(void)
{
    refuses("{\n  \"camera\": {\n    \"widht\": 640\n  }\n}",
            "my.json:3:5: camera.widht: unknown key; the nearest known one is width");
    refuses("{\"camra\": {}}", "my.json:1:2: camra: unknown key; the nearest known one is camera");
    refuses("{\"camera\": {\"fps\": 30, \"width\": 12.5}}",
            "my.json:1:33: camera.width: wrong value; allowed is a whole number from 16 to 16384");
    refuses("{\"camera\": {\"device\": \"a}\\\"{\", \"fps\":\n-3}}",
            "my.json:2:1: camera.fps: wrong value; allowed is a number from 1 to 1000");
    refuses("{\"camera\": {\"mirror\": 1}}",
            "my.json:1:23: camera.mirror: wrong value; allowed is true or false");
    refuses("{\"camera\": {\"device\": 7}}",
            "my.json:1:23: camera.device: wrong value; allowed is a text");
    refuses("{\"camera\": {\"fps\": 7, \"fps\": 8}}",
            "my.json:1:23: camera.fps: stands here a second time");
    refuses("{\"camera\": 3}", "my.json:1:12: camera: wrong value; allowed is an object {…}");
    refuses("{\"cam\\nra\\u001b\\u007f\": {}}",
            "my.json:1:2: cam?ra??: unknown key; the nearest known one is camera");
    refuses("[]", "my.json:1:1: the file must hold one object {…}");
}

static void names_common_slips(void)
{
    static const char *const slips[][2] = {
        {"{\n  \"camera\": {,}\n}",
         "2:14: not JSON from here on: a key in double quotes is expected"},
        {"{\"camera\": {\"fps\": 30,}}", "1:22: a comma before } is not allowed in JSON"},
        {"{\"camera\": {}, }", "1:14: a comma before } is not allowed in JSON"},
        {"// mine\n{}", "1:1: a comment is not allowed in JSON"},
        {"{} # mine", "1:4: a comment is not allowed in JSON"},
        {"{\"camera\": /* mine */ {}}", "1:12: a comment is not allowed in JSON"},
        {"{'camera': {}}", "1:2: texts are in double quotes in JSON, not in single ones"},
        {"", "1:1: not JSON: the file is empty; without settings it is {}"},
        {" \n", "2:1: not JSON: the file is empty; without settings it is {}"},
        {"{\"camera\": {\"fps\": NaN}}", "1:20: NaN is not a number in JSON"},
        {"{\"camera\": {\"fps\": -Infinity}}", "1:20: -Infinity is not a number in JSON"},
        {"{\"camera\": {\"width\": 0640}}", "1:22: 0640: a number in JSON has no zero before it"},
        {"{\"camera\": {\"width\": 640px}}", "1:22: 640px is not a number as JSON writes it"},
        {"{\"camera\": {\"mirror\": True}}", "1:23: True is not JSON; it is written true"},
        {"{\"camera\": {\"device\": video0}}",
         "1:23: video0 is not JSON; texts are in double quotes"},
        {"{\"camera\": {\"fps\": 7 \"width\": 640}}", "1:22: a comma is missing before this key"},
        {"{\"camera\": {\"device\": \"/dev",
         "1:23: not JSON: this text does not end; a \" is missing"},
        {"{\"camera\": {",
         "1:13: not JSON: the file ends where a key in double quotes is expected"},
        {"{\"camera\": {}", "1:14: not JSON: the file ends where a comma or } is expected"},
        {"{}{", "1:3: not JSON from here on: the end of the file is expected"},
        {"{\"kiosk\": {\"notice\": \"a\nb\"}}",
         "1:24: a control character is not allowed in a text; a line break is \\n, a tab is \\t"},
        {"{\"kiosk\": {\"notice\": \"C:\\mien\"}}",
         "1:25: \\m is not JSON; a backslash is written \\\\"},
        {"{\"kiosk\": {\"notice\": \"\\u00g0\"}}", "1:23: \\u wants four hexadecimal digits"},
        {"{\"kiosk\": {\"notice\": \"\\ud800\"}}", "1:23: this \\u is not a character"},
        {"{\"kiosk\": {\"notice\": \"caf\xe9\"}}", "1:26: not UTF-8; save the file as UTF-8"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        char message[256];
        snprintf(message, sizeof message, "my.json:%s", slips[i][1]);
        refuses(slips[i][0], message);
    }
}

static void refuses_other_encodings(void)
{
    static const char utf16[][5] = {"\xff\xfe{\0", "\xfe\xff\0{", "{\0}\0", "\0{\0}"};
    struct mien_config config;
    struct mien_error error;
    mien_config_defaults(&config);
    for (int i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(mien_config_parse(&config, utf16[i], 4, "my.json", &error), -EINVAL);
        CU_ASSERT_STRING_EQUAL(error.text, "my.json:1:1: this is UTF-16; save the file as UTF-8");
    }
    CU_ASSERT_EQUAL(mien_config_parse(&config, "{}\0x", 4, "my.json", &error), -EINVAL);
    CU_ASSERT_STRING_EQUAL(error.text, "my.json:1:3: a zero byte");
    CU_ASSERT_EQUAL(parse(&config, "\xef\xbb\xbf{}", &error), 0);
}

static void refuses_what_cannot_work(void)
{
    static const char *const wrong[][2] = {
        {"mqtt", "\"topic\": \"\""},           {"mqtt", "\"topic\": \"mien/#\""},
        {"mqtt", "\"topic\": \"+/counts\""},   {"mqtt", "\"host\": \"mqtt://broker\""},
        {"mqtt", "\"host\": \"broker:1883\""}, {"mqtt", "\"host\": \"broker/\""},
        {"mqtt", "\"host\": \" \""},           {"camera", "\"format\": \"XVID\""},
        {"camera", "\"format\": \"mjpg\""},    {"emotion", "\"precision\": \"fp64\""},
        {"kiosk", "\"notice\": null"},         {"kiosk", "\"notice\": [\"a\"]"},
        {"camera", "\"width\": 1e9"},          {"camera", "\"width\": 640.5"},
    };
    static const char *const right[][2] = {
        {"mqtt", "\"host\": \"broker.example.org\""},
        {"mqtt", "\"host\": \"192.168.1.2\""},
        {"mqtt", "\"host\": \"fe80::1%eth0\""},
        {"mqtt", "\"host\": \"::1\""},
        {"mqtt", "\"topic\": \"a/b c\""},
        {"camera", "\"format\": \"MJPG\""},
        {"camera", "\"width\": 6.4e2"},
    };
    struct mien_config config;
    char text[128];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct mien_error error = {""};
        snprintf(text, sizeof text, "{\"%s\": {%s}}", wrong[i][0], wrong[i][1]);
        CU_ASSERT_EQUAL(parse(&config, text, &error), -EINVAL);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, ": wrong value; allowed is "));
    }
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        snprintf(text, sizeof text, "{\"%s\": {%s}}", right[i][0], right[i][1]);
        CU_ASSERT_EQUAL(parse(&config, text, NULL), 0);
    }
    refuses("{\"emotion\": {\"precision\": 5}}",
            "my.json:1:27: emotion.precision: wrong value; allowed is auto, fp32, bf16 or int8");
}

static void reads_texts_as_json_writes_them(void)
{
    struct mien_config config;
    CU_ASSERT_EQUAL_FATAL(
        parse(&config, "{\"kiosk\": {\"notice\": \"a\\n\\\"\\u00e4\\u20AC\\ud83d\\ude00\\/\"}}",
              NULL),
        0);
    CU_ASSERT_STRING_EQUAL(config.kiosk.notice, "a\n\"ä€😀/");
}

static void old_names_still_work(void)
{
    struct mien_config config;
    struct mien_error error;
    mien_log_set_level(MIEN_LOG_ERROR); /* they warn */
    CU_ASSERT_EQUAL(parse(&config,
                          "{\"detection\": {\"sweep\": 0.2}, \"tracking\": {\"persist\": 3, "
                          "\"bridge\": 0.7, \"slowest_looks\": 2}, \"emotion\": {\"lead\": 0.2, "
                          "\"lead_seconds\": 0.6}}",
                          NULL),
                    0);
    CU_ASSERT_EQUAL(config.detection.full_scan, 0.2);
    CU_ASSERT_EQUAL(config.tracking.min_hits, 3);
    CU_ASSERT_EQUAL(config.tracking.max_age, 0.7);
    CU_ASSERT_EQUAL(config.tracking.slowest_interval, 2);
    CU_ASSERT_EQUAL(config.emotion.hysteresis, 0.2);
    CU_ASSERT_EQUAL(config.emotion.hysteresis_seconds, 0.6);
    CU_ASSERT_EQUAL(parse(&config, "{\"emotion\": {\"lead\": 0.2, \"hysteresis\": 0.2}}", &error),
                    -EINVAL);
    mien_log_set_level(MIEN_LOG_INFO);
}

/* Twenty times what is likely; the time of reading one twice as long is not four times as much. */
static void reads_a_long_file_in_one_pass(void)
{
    enum { SIZE = 840 << 10 };
    char *text = malloc(SIZE + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, ' ', SIZE);
    size_t used = 1;
    text[0] = '{';
    while (used < SIZE - 32)
        used += (size_t)sprintf(text + used, "\"$schema\": \"%d\",\n", (int)used % 1000);
    strcpy(text + used, "\"camera\": {}}");
    struct mien_config config;
    mien_config_defaults(&config);
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    CU_ASSERT_EQUAL(mien_config_parse(&config, text, strlen(text), "my.json", NULL), 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    CU_ASSERT((double)(after.tv_sec - before.tv_sec) +
                  (double)(after.tv_nsec - before.tv_nsec) / 1e9 <
              2); /* 13.8 when it was square */
    free(text);
}

static void reads_files_only(void)
{
    char path[] = "/tmp/mien-test-config-XXXXXX";
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(path));
    struct mien_config config;
    struct mien_error error;
    mien_config_defaults(&config);
    CU_ASSERT_EQUAL(mien_config_read(&config, path, &error), -EISDIR);
    rmdir(path);
    CU_ASSERT_EQUAL_FATAL(mkfifo(path, 0600), 0);
    CU_ASSERT_EQUAL(mien_config_read(&config, path, &error), -EINVAL); /* without waiting */
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, path));
    unlink(path);
}

static void texts_have_their_patterns(void)
{
    static const char *const good[] = {"",          "Q",      "Ctrl+Alt+Q",
                                       "Super+F12", "Escape", "Ctrl+Shift+7"};
    static const char *const bad[] = {"q",   "Ctrl+",  "Ctrl+Q+Q", "Strg+Q",
                                      "F13", "Ctrl Q", "Alt+Alt"};
    struct mien_config config;
    char text[100];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(text, sizeof text, "{\"kiosk\": {\"exit_keys\": \"%s\"}}", good[i]);
        CU_ASSERT_EQUAL(parse(&config, text, NULL), 0);
        CU_ASSERT_STRING_EQUAL(config.kiosk.exit_keys, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, "{\"kiosk\": {\"exit_keys\": \"%s\"}}", bad[i]);
        CU_ASSERT_EQUAL(parse(&config, text, NULL), -EINVAL);
    }
    refuses("{\"log\": {\"level\": \"loud\"}}",
            "my.json:1:19: log.level: wrong value; allowed is error, warning, info or debug");
}

static void tells_which_groups_differ(void)
{
    struct mien_config a, b;
    CU_ASSERT_EQUAL(parse(&a, "{\"camera\": {\"device\": \"/dev/video10\"}}", NULL), 0);
    b = a;
    strcpy(b.camera.device, "/dev/video1"); /* what follows a text's end does not count */
    strcpy(a.camera.device, "/dev/video1");
    CU_ASSERT(mien_config_same(&a, &b, "camera"));
    b.camera.fps = 29;
    b.window.bars = !b.window.bars;
    b.tracking.min_hits++;
    CU_ASSERT_FALSE(mien_config_same(&a, &b, "camera"));
    CU_ASSERT_FALSE(mien_config_same(&a, &b, "window"));
    CU_ASSERT_FALSE(mien_config_same(&a, &b, "tracking"));
    CU_ASSERT(mien_config_same(&a, &b, "kiosk"));
}

static void cut_anywhere_it_does_not_crash(void)
{
    const char *text = "{\"camera\": {\"device\": \"a\\u00e4\", \"fps\": 30.5, \"mirror\": true}}";
    for (size_t size = 0; size < strlen(text); size++) {
        struct mien_config config;
        mien_config_defaults(&config);
        CU_ASSERT_EQUAL(mien_config_parse(&config, text, size, "my.json", NULL), -EINVAL);
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static void environment_over_user_over_system(void)
{
    char folder[] = "/tmp/mien-test-config-XXXXXX", path[128];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    const char *const parts[] = {"/a", "/a/mien", "/b", "/b/mien"};
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s%s", folder, parts[i]);
        mkdir(path, 0700);
    }
    snprintf(path, sizeof path, "%s/a/mien/config.json", folder);
    write_file(path, "{\"camera\": {\"width\": 100, \"height\": 100, \"fps\": 10}}");
    snprintf(path, sizeof path, "%s/b/mien/config.json", folder);
    write_file(path, "{\"camera\": {\"width\": 200, \"height\": 200}}");
    snprintf(path, sizeof path, "%s/a", folder);
    setenv("XDG_CONFIG_DIRS", path, 1);
    snprintf(path, sizeof path, "%s/b", folder);
    setenv("XDG_CONFIG_HOME", path, 1);
    setenv("MIEN_CAMERA_WIDTH", "300", 1);
    struct mien_config config;
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(mien_config_load(&config, NULL, &error), 0);
    CU_ASSERT_EQUAL(config.camera.width, 300);
    CU_ASSERT_EQUAL(config.camera.height, 200);
    CU_ASSERT_DOUBLE_EQUAL(config.camera.fps, 10, 0);
    setenv("MIEN_CAMERA_WIDTH", "wide", 1);
    CU_ASSERT_EQUAL(mien_config_load(&config, NULL, &error), -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "$MIEN_CAMERA_WIDTH: 'wide'"));
    unsetenv("MIEN_CAMERA_WIDTH");
    char *words[] = {"live", "--config", "/nonexistent.json"};
    struct mien_command_line line;
    CU_ASSERT_EQUAL_FATAL(mien_command_line_read(&line, MIEN_LIVE, 3, words, &error), 0);
    CU_ASSERT_EQUAL(mien_config_load(&config, &line, &error), -ENOENT);
    for (int i = 3; i >= 0; i--) {
        snprintf(path, sizeof path, "%s%s/config.json", folder, parts[i]);
        unlink(path);
        snprintf(path, sizeof path, "%s%s", folder, parts[i]);
        rmdir(path);
    }
    rmdir(folder);
}

static void same_as_file(int (*print)(FILE *out), const char *name)
{
    char path[512], *printed = NULL, *kept;
    size_t printed_size = 0;
    FILE *out = open_memstream(&printed, &printed_size);
    CU_ASSERT_EQUAL(print(out), 0);
    fclose(out);
    snprintf(path, sizeof path, "%s/config/%s", getenv("TEST_SOURCE"), name);
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    kept = calloc(1, printed_size + 1);
    CU_ASSERT_EQUAL(fread(kept, 1, printed_size + 1, file), printed_size);
    CU_ASSERT_EQUAL(memcmp(kept, printed, printed_size), 0);
    fclose(file);
    free(kept);
    free(printed);
}

static int print_defaults(FILE *out)
{
    struct mien_config config;
    mien_config_defaults(&config);
    return mien_config_print(&config, out);
}

static void published_files_are_current(void)
{
    same_as_file(print_defaults, "mien.json");
    same_as_file(mien_config_print_schema, "mien.schema.json");
}

int main(void)
{
    const struct test tests[] = {
        {"lays values over defaults", lays_values_over_defaults},
        {"tells the place of errors", tells_the_place_of_errors},
        {"names common slips", names_common_slips},
        {"refuses other encodings", refuses_other_encodings},
        {"refuses what cannot work", refuses_what_cannot_work},
        {"reads texts as JSON writes them", reads_texts_as_json_writes_them},
        {"old names still work", old_names_still_work},
        {"reads a long file in one pass", reads_a_long_file_in_one_pass},
        {"reads files only", reads_files_only},
        {"texts have their patterns", texts_have_their_patterns},
        {"tells which groups differ", tells_which_groups_differ},
        {"cut anywhere, it does not crash", cut_anywhere_it_does_not_crash},
        {"environment over user over system", environment_over_user_over_system},
        {"published files are current", published_files_are_current},
        {NULL, NULL},
    };
    return run_tests("config", tests);
}
