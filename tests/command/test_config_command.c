/* mien config, run as a user runs it. */
#include "media.h"
#include "program.h"
#include "runner.h"

#include <stdlib.h>
#include <string.h>

static struct run run;

static void takes_what_it_prints(void)
{
    media_shell(
        &run,
        "mien config --print-defaults >a.json && mien config --check a.json && "
        "env -u MIEN_MODEL mien config >b.json && cmp a.json b.json && mien config --print-schema");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "a.json: fine"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "json-schema.org"));
}

static void tells_wrong_settings_from_lost_output(void)
{
    static const char *const printing[] = {"", "--print-defaults", "--print-schema"};
    media_write("wrong.json", "{", 1);
    media_shell(&run, "mien config --check wrong.json");
    CU_ASSERT_EQUAL(run.code, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "wrong.json:1:"));
    media_shell(&run, "MIEN_CAMERA_WIDTH=wide mien config");
    CU_ASSERT_EQUAL(run.code, 1);
    for (int i = 0; i < 3; i++) {
        media_shell(&run, "mien config %s >/dev/full", printing[i]);
        CU_ASSERT_EQUAL(run.code, 3);
        CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "standard output cannot be written"));
    }
}

static void warns_of_variables_that_name_nothing(void)
{
    media_shell(&run, "MIEN_CAMERA_WIDHT=3 mien config >out");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "$MIEN_CAMERA_WIDHT names no setting; the nearest is "
                                           "$MIEN_CAMERA_WIDTH"));
    media_shell(&run, "MIEN_TRACKING_PERSIST=4 mien config | grep min_hits");
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "4"));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "is now called $MIEN_TRACKING_MIN_HITS"));
    media_shell(&run, "mien config >out"); /* $MIEN_MODEL is one that there is */
    CU_ASSERT_STRING_EQUAL(run.err, "");
}

static void prints_no_password(void)
{
    static const char settings[] = "{\"mqtt\": {\"password\": \"hunter2\"}}";
    media_write("secret.json", settings, sizeof settings - 1);
    media_shell(&run, "MIEN_MQTT_PASSWORD=hunter2 mien config; mkdir -p home/mien && "
                      "cp secret.json home/mien/config.json && XDG_CONFIG_HOME=home mien config");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_PTR_NULL(strstr(run.out, "hunter2"));
    CU_ASSERT_PTR_NULL(strstr(run.err, "hunter2"));
    media_shell(&run, "MIEN_MQTT_PASSWORD=$(printf 'hunter2%%600s') mien config");
    CU_ASSERT_EQUAL(run.code, 1);
    CU_ASSERT_PTR_NULL(strstr(run.err, "hunter2"));
}

int main(void)
{
    const struct test tests[] = {
        {"takes what it prints", takes_what_it_prints},
        {"tells wrong settings from lost output", tells_wrong_settings_from_lost_output},
        {"warns of variables that name nothing", warns_of_variables_that_name_nothing},
        {"prints no password", prints_no_password},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("config_command", tests);
}
