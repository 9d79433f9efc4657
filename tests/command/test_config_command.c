/* mien config, run as a user runs it. */
#include "media.h"
#include "program.h"
#include "runner.h"

#include <stdlib.h>
#include <string.h>

static struct run run;

static void takes_what_it_prints(void)
{
    media_shell(&run, "mien config --print-defaults >a.json && mien config --check a.json && "
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

int main(void)
{
    const struct test tests[] = {
        {"takes what it prints", takes_what_it_prints},
        {"tells wrong settings from lost output", tells_wrong_settings_from_lost_output},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("config_command", tests);
}
