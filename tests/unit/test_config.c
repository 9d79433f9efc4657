#include "mien/config.h"
#include "runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static void refuses_what_is_no_json(void)
{
    struct mien_config config;
    struct mien_error error = {""};
    CU_ASSERT_EQUAL(parse(&config, "{\n  \"camera\": {,}\n}", &error), -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "my.json:2:"));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "not JSON"));
    mien_config_defaults(&config);
    CU_ASSERT_EQUAL(mien_config_parse(&config, "{}\0x", 4, "my.json", &error), -EINVAL);
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
    b.tracking.persist++;
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
    CU_ASSERT_EQUAL(mien_config_load(&config, "/nonexistent.json", &error), -ENOENT);
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
    snprintf(path, sizeof path, "%s/config/%s", getenv("MIEN_SOURCE"), name);
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
        {"refuses what is no JSON", refuses_what_is_no_json},
        {"texts have their patterns", texts_have_their_patterns},
        {"tells which groups differ", tells_which_groups_differ},
        {"cut anywhere, it does not crash", cut_anywhere_it_does_not_crash},
        {"environment over user over system", environment_over_user_over_system},
        {"published files are current", published_files_are_current},
        {NULL, NULL},
    };
    return run_tests("config", tests);
}
