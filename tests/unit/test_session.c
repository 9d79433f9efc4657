/* What live and kiosk share, over a change of the source. */
#include "command/program.h"
#include "media.h"
#include "reload.h"
#include "runner.h"
#include "stream/session.h"

#include <unistd.h>

enum { PATIENCE = 1800 }; /* pictures of a thirtieth of a second: far more than any machine needs */

static struct session session;
static double last_time;
static uint64_t last_number;

/* Takes pictures for longer than a face that has gone is kept, and until there are faces; checks
 * their order. */
static void take_until_faces(void)
{
    double until = last_time + 1;
    for (int i = 0; i < PATIENCE && (last_time < until || !session.result.faces.count); i++) {
        struct mien_frame frame;
        CU_ASSERT_EQUAL_FATAL(session_next(&session, &frame, 60000, NULL), 0);
        if (session.pictures > 1) {
            CU_ASSERT(frame.time > last_time);
            CU_ASSERT(frame.number > last_number);
        }
        last_time = frame.time;
        last_number = frame.number;
        session_drop(&session, &frame);
        session_analyse(&session);
    }
    CU_ASSERT_EQUAL(session.result.faces.count, 1);
}

/* Faces of the source before do not stay, and time goes on. */
static void another_source_takes_over(void)
{
    struct recogniser_options options = {.tracks = {.max_age = 0.4}};
    struct mien_error error = {""};
    session = (struct session){0};
    CU_ASSERT_EQUAL_FATAL(session_open(&session, &options, NULL, &error), 0);
    static const char *const videos[] = {"portrait.jpg", "other.png", "portrait.jpg"};
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL_FATAL(session_connect(&session, videos[i], NULL, &error), 0);
        take_until_faces();
        session_disconnect(&session);
        session_disconnect(&session); /* does nothing */
    }
    CU_ASSERT_EQUAL(session_close(&session, NULL), 0);
}

static void use_settings(const char *text)
{
    struct run run;
    media_shell(&run, "echo '%s' >settings.json", text);
}

/* What the command line asks for beats the file, also when that changes. */
static void changed_settings_leave_the_precision_asked_for(void)
{
    struct recogniser_options options = {.precision = "bf16"};
    struct mien_error error = {""};
    struct mien_config config;
    struct reload reload;
    use_settings("{}");
    reload_init(&reload, "settings.json", NULL, "bf16");
    CU_ASSERT_EQUAL_FATAL(mien_config_load(&config, "settings.json", NULL), 0);
    session = (struct session){0};
    CU_ASSERT_EQUAL_FATAL(session_open(&session, &options, NULL, &error), 0);
    const struct recogniser *before = session.recogniser;
    use_settings("{\"emotion\": {\"precision\": \"fp32\"}}");
    int result = 0;
    for (int i = 0; i < 600 && !result; i++, usleep(100000))
        result = reload_run(&reload, &config, &session, NULL, &error);
    CU_ASSERT_EQUAL(result, 1);
    CU_ASSERT_PTR_NOT_EQUAL(session.recogniser, before);
    CU_ASSERT_STRING_EQUAL(recogniser_precision(session.recogniser), "bf16");
    CU_ASSERT_EQUAL(session_close(&session, NULL), 0);
}

int main(void)
{
    const struct test tests[] = {
        {"another source takes over", another_source_takes_over},
        {"changed settings leave the precision asked for",
         changed_settings_leave_the_precision_asked_for},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("session", tests);
}
