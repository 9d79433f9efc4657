#include "session.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "mien/log.h"
#include "recognise/open.h"

int session_open(struct session *session, const struct mien_recogniser_options *recogniser,
                 struct mien_error *error)
{
    return recogniser_open(&session->recogniser, recogniser, error);
}

int session_write(struct session *session, const struct rows_options *wanted,
                  struct mien_error *error)
{
    return rows_open(&session->rows, wanted, mien_recogniser_model(session->recogniser), error);
}

int session_start(struct session *session, struct mien_error *error)
{
    return analysis_start(&session->analysis, session->recogniser, session->rows, error);
}

void session_use(struct session *session, struct mien_recogniser *recogniser)
{
    session->recogniser = analysis_use(session->analysis, recogniser);
    analysis_forget_emotions(&session->shown.faces);
    mien_recogniser_destroy(&session->recogniser);
    session->recogniser = recogniser;
    malloc_trim(0); /* the old one's megabytes would stay with the process until the next one */
}

int session_connect(struct session *session, const char *video,
                    const struct mien_camera_options *camera, struct mien_error *error)
{
    int result = source_open(&session->source, video, camera, session->place, error);
    if (result)
        return result;
    char about[192];
    source_describe(session->source, about, sizeof about);
    mien_log(MIEN_LOG_INFO, "%s", about);
    return 0;
}

void session_await(struct session *session, const struct mien_camera_options *camera)
{
    struct mien_error error;
    double now = clock_seconds();
    if (now < session->retry_at || !session_connect(session, NULL, camera, &error))
        return;
    session->retry_ms = backoff_after(session->retry_ms);
    session->retry_at = now + session->retry_ms / 1e3;
    mien_log(MIEN_LOG_WARNING, "%s; next try in %d s", error.text, session->retry_ms / 1000);
}

static void let_go(struct session *session, struct mien_frame *frame)
{
    if (frame->gray.data)
        source_release(session->source, frame);
}

/* Nothing is seen any more, and nobody. */
static void forget_pictures(struct session *session)
{
    let_go(session, &session->waiting);
    let_go(session, &session->seen.frame);
    let_go(session, &session->shown.frame);
    session->shown.faces.count = session->shown.faces.tentative.count = 0;
    session->result.faces.count = session->result.faces.tentative.count = 0;
}

void session_disconnect(struct session *session)
{
    forget_pictures(session);
    session->place = session->source && !source_is_camera(session->source) ? session->place + 1 : 0;
    source_close(&session->source);
    session->first_number = session->next_number;
    session->retry_at = session->retry_ms = 0;
}

struct mien_camera_status session_status(const struct session *session)
{
    struct mien_camera_status status = {.state = MIEN_CAMERA_LOST};
    if (session->source)
        source_status(session->source, &status);
    return status;
}

/* Whoever follows faces over time must not see it begin anew with each source. */
static void place_in_time(struct session *session, struct mien_frame *frame)
{
    if (!session->pictures++)
        session->first_ns = frame->captured_ns;
    frame->number += session->first_number;
    session->next_number = frame->number + 1;
    frame->time = (double)(frame->captured_ns - session->first_ns) / 1e9;
}

/* Hands a picture to the recogniser, which has none. */
static int offer(struct session *session, int timeout_ms, struct mien_error *error)
{
    struct mien_frame frame = {0};
    int result = source_take(session->source, &frame, timeout_ms);
    if (result == -ENODATA)
        return mien_error_set(error, ENODATA, "there are no more pictures");
    if (result == -ECANCELED)
        return source_failure(session->source, error);
    if (result)
        return result;
    place_in_time(session, &frame);
    result = analysis_offer(session->analysis, &frame, error);
    if (result)
        source_release(session->source, &frame);
    else
        session->waiting = frame;
    return result;
}

/* Takes over what the recogniser has to say; true when it is of the picture that waits for it. */
static bool look(struct session *session)
{
    struct session_picture *shown = &session->shown;
    const struct analysis_result *result = &session->result;
    bool newer = analysis_latest(session->analysis, &session->result);
    if (shown->frame.gray.data && shown->frame.number == result->number)
        mien_faces_copy(&shown->faces, &result->faces, NULL);
    return newer && session->waiting.gray.data && session->waiting.number == result->number;
}

static void take_over(struct session *session)
{
    session->seen.frame = session->waiting;
    mien_faces_copy(&session->seen.faces, &session->result.faces, NULL);
    session->waiting = (struct mien_frame){0};
    double now = clock_seconds();
    meter_add(&session->analysed, now, now * 1e3 - (double)session->seen.frame.captured_ns / 1e6);
}

int session_next(struct session *session, int timeout_ms, struct mien_error *error)
{
    int result = 0;
    let_go(session, &session->seen.frame);
    if (session_status(session).state == MIEN_CAMERA_LOST)
        forget_pictures(session);
    if (!session->source) {
        poll(NULL, 0, timeout_ms);
        return -ETIMEDOUT;
    }
    if (!session->waiting.gray.data)
        result = offer(session, timeout_ms, error);
    if (!result)
        analysis_wait(session->analysis, session->waiting.number, timeout_ms);
    bool seen = look(session);
    if (!seen)
        return result ? result : -ETIMEDOUT;
    take_over(session);
    offer(session, 0, NULL); /* whatever is wrong will be told by the next call */
    return 0;
}

void session_show(struct session *session)
{
    let_go(session, &session->shown.frame);
    struct mien_faces before = session->shown.faces;
    session->shown = session->seen;
    session->seen = (struct session_picture){.faces = before};
}

void session_presented(struct session *session)
{
    double now = clock_seconds();
    meter_add(&session->shows, now, now * 1e3 - (double)session->shown.frame.captured_ns / 1e6);
}

void session_figures(struct session *session, double now, struct overlay_status *status)
{
    status->fps = meter_rate(&session->shows, now);
    status->analysed = meter_rate(&session->analysed, now);
    status->latency_p50_ms = meter_percentile(&session->shows, now, 0.5);
    status->latency_p95_ms = meter_percentile(&session->shows, now, 0.95);
    status->drops = session_status(session).dropped;
}

int session_close(struct session *session, struct mien_error *error)
{
    analysis_stop(&session->analysis);
    session_disconnect(session);
    int result = rows_close(&session->rows, error);
    mien_recogniser_destroy(&session->recogniser);
    mien_faces_free(&session->seen.faces);
    mien_faces_free(&session->shown.faces);
    mien_faces_free(&session->result.faces);
    return result;
}
