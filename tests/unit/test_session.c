/* What live and kiosk share, over a change of the source. */
#include "runner.h"
#include "screen/program.h"
#include "stream/session.h"

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
        session_look(&session);
    }
    CU_ASSERT_EQUAL(session.result.faces.count, 1);
}

/* Faces of the source before do not stay, and time goes on. */
static void another_source_takes_over(void)
{
    struct recogniser_options options = {.tracks = {.bridge = 0.4}};
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

int main(void)
{
    const struct test tests[] = {
        {"another source takes over", another_source_takes_over},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("session", tests);
}
