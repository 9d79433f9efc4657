/* What live and kiosk share, over a change of the source. */
#include "command/program.h"
#include "media.h"
#include "reload.h"
#include "runner.h"
#include "stream/session.h"

#include <unistd.h>

enum { PATIENCE = 1800 }; /* pictures of a thirtieth of a second: far more than any machine needs */

static struct session session;
static double last_time = -1;
static int64_t last_number = -1;

/* Takes pictures for longer than a face that has gone is kept, and until there are faces; checks
 * their order. */
static void take_until_faces(void)
{
    double until = last_time + 1;
    for (int i = 0; i < PATIENCE && (last_time < until || !session.result.faces.count); i++) {
        CU_ASSERT_EQUAL_FATAL(session_next(&session, 60000, NULL), 0);
        const struct mien_frame *frame = &session.seen.frame;
        CU_ASSERT(frame->time > last_time);
        CU_ASSERT((int64_t)frame->number > last_number);
        last_time = frame->time;
        last_number = (int64_t)frame->number;
    }
    CU_ASSERT_EQUAL(session.result.faces.count, 1);
}

/* Faces of the source before do not stay, and time goes on. */
static void another_source_takes_over(void)
{
    struct mien_recogniser_options options = mien_recogniser_defaults();
    struct mien_error error = {""};
    options.tracks.max_age = 0.4;
    session = (struct session){0};
    CU_ASSERT_EQUAL_FATAL(session_open(&session, &options, &error), 0);
    CU_ASSERT_EQUAL_FATAL(session_start(&session, &error), 0);
    static const char *const videos[] = {"portrait.jpg", "other.png", "portrait.jpg"};
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL_FATAL(session_connect(&session, videos[i], NULL, &error), 0);
        take_until_faces();
        session_disconnect(&session);
        session_disconnect(&session); /* does nothing */
    }
    CU_ASSERT_EQUAL(session_close(&session, NULL), 0);
}

/* ---- a picture and its own faces ---- */

enum { HALF = 512 }; /* the portrait fills one half of the film, and then the other */

static bool make_film(void)
{
    return media_make("-loop 1 -r 30 -t 0.5 -i portrait.jpg "
                      "-filter_complex \"split[a][b];[a]pad=1024:600:0:0[l];"
                      "[b]pad=1024:600:512:0[r];[l][r]concat\" -c:v ffv1 sides.mkv");
}

static int bright_side(const struct mien_picture *gray)
{
    const uint8_t *row = gray->data + 300 * gray->stride;
    uint64_t sums[2] = {0};
    for (int x = 0; x < 2 * HALF; x++)
        sums[x / HALF] += row[x];
    return sums[1] > sums[0];
}

static int side_of(struct mien_box box)
{
    return box.x + box.width / 2 >= HALF;
}

/* Whether there is a place to be covered on the side where the face is. */
static bool has_own_faces(const struct session_picture *picture)
{
    int side = bright_side(&picture->frame.gray);
    const struct mien_faces *faces = &picture->faces;
    for (int i = 0; i < faces->count; i++)
        if (side_of(faces->list[i].box) == side)
            return true;
    for (int i = 0; i < faces->tentative.count; i++)
        if (side_of(faces->tentative.boxes[i]) == side)
            return true;
    return false;
}

static void open_film(void)
{
    struct mien_recogniser_options options = mien_recogniser_defaults();
    struct mien_error error = {""};
    session = (struct session){0};
    CU_ASSERT_EQUAL_FATAL(session_open(&session, &options, &error), 0);
    CU_ASSERT_EQUAL_FATAL(session_start(&session, &error), 0);
    CU_ASSERT_EQUAL_FATAL(session_connect(&session, "sides.mkv", NULL, &error), 0);
}

/* Also in the first picture of each scene. */
static void each_picture_has_its_own_faces(void)
{
    int sides[2] = {0};
    if (!make_film())
        return;
    open_film();
    for (int i = 0; i < PATIENCE && (sides[0] < 30 || sides[1] < 30); i++) {
        CU_ASSERT_EQUAL_FATAL(session_next(&session, 60000, NULL), 0);
        CU_ASSERT(has_own_faces(&session.seen));
        sides[bright_side(&session.seen.frame.gray)]++;
    }
    CU_ASSERT(sides[0] >= 30 && sides[1] >= 30);
    CU_ASSERT_EQUAL(session_close(&session, NULL), 0);
}

/* As it is while the user has stopped the picture: others come, and their faces are elsewhere. */
static void a_picture_that_stays_keeps_its_faces(void)
{
    if (!make_film())
        return;
    open_film();
    CU_ASSERT_EQUAL_FATAL(session_next(&session, 60000, NULL), 0);
    session_show(&session);
    uint64_t number = session.shown.frame.number;
    int side = bright_side(&session.shown.frame.gray);
    for (int i = 0, others = 0; i < PATIENCE && others < 10; i++) {
        CU_ASSERT_EQUAL_FATAL(session_next(&session, 60000, NULL), 0);
        others += bright_side(&session.seen.frame.gray) != side;
        CU_ASSERT_EQUAL(session.shown.frame.number, number);
        CU_ASSERT(has_own_faces(&session.shown));
    }
    CU_ASSERT_EQUAL(bright_side(&session.shown.frame.gray), side);
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
    struct mien_recogniser_options options = mien_recogniser_defaults();
    struct mien_error error = {""};
    struct mien_config config;
    struct reload reload;
    options.precision = "bf16";
    use_settings("{}");
    char *words[] = {"live", "--config", "settings.json", "--precision=bf16"};
    struct mien_command_line line;
    CU_ASSERT_EQUAL_FATAL(mien_command_line_read(&line, MIEN_LIVE, 4, words, &error), 0);
    reload_init(&reload, &line);
    CU_ASSERT_EQUAL_FATAL(mien_config_load(&config, &line, NULL), 0);
    session = (struct session){0};
    CU_ASSERT_EQUAL_FATAL(session_open(&session, &options, &error), 0);
    CU_ASSERT_EQUAL_FATAL(session_start(&session, &error), 0);
    const struct mien_recogniser *before = session.recogniser;
    use_settings("{\"emotion\": {\"precision\": \"fp32\", \"smoothing\": 1}}");
    int result = 0;
    for (int i = 0; i < 600 && !result; i++, usleep(100000))
        result = reload_run(&reload, &config, &session, NULL, &error);
    CU_ASSERT_EQUAL(result, 1);
    CU_ASSERT_PTR_NOT_EQUAL(session.recogniser, before);
    CU_ASSERT_STRING_EQUAL(mien_recogniser_precision(session.recogniser), "bf16");
    CU_ASSERT_EQUAL(session_close(&session, NULL), 0);
}

int main(void)
{
    const struct test tests[] = {
        {"another source takes over", another_source_takes_over},
        {"each picture has its own faces", each_picture_has_its_own_faces},
        {"a picture that stays keeps its faces", a_picture_that_stays_keeps_its_faces},
        {"changed settings leave the precision asked for",
         changed_settings_leave_the_precision_asked_for},
        {NULL, NULL},
    };
    program_enter();
    return run_tests("session", tests);
}
