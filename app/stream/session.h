/* Live pictures and what is seen in them: a source, the recogniser on its own thread, and how both
 * keep up. What live and kiosk share. */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include "draw/overlay.h"
#include "meter.h"
#include "recognise/analysis.h"
#include "sinks/rows.h"
#include "source.h"

/* A picture with the faces that were found in it: what they express is what was last read. */
struct session_picture {
    struct mien_frame frame; /* no gray.data: there is none */
    struct mien_faces faces;
};

/* A zeroed one is closed. Main thread. Fields are for reading. */
struct session {
    struct mien_recogniser *recogniser;
    struct rows *rows; /* NULL: nobody wants any */
    struct analysis *analysis;
    struct source *source;         /* NULL: not connected */
    double retry_at;               /* of session_await, seconds */
    int retry_ms;                  /* between its tries */
    unsigned place;                /* of a list of cameras, where the next try begins */
    struct mien_frame waiting;     /* the recogniser has it, and has not said anything yet */
    struct session_picture seen;   /* what session_next came with */
    struct session_picture shown;  /* what is on the screen */
    struct analysis_result result; /* the newest faces */
    uint64_t pictures;             /* taken from all sources so far */
    uint64_t first_number;         /* of the source there is, and of the next one */
    uint64_t next_number;
    int64_t first_ns;             /* when the very first picture was captured */
    struct meter shows, analysed; /* values: ms from capture to display, and to the faces found */
};

/* Opens the recogniser. session_close is due in any case. Returns 0 or an error of
 * recogniser_open. */
int session_open(struct session *session, const struct mien_recogniser_options *recogniser,
                 struct mien_error *error);

/* Before session_start: `wanted` tells where the faces of every look go. Returns 0 or an error of
 * rows_open. */
int session_write(struct session *session, const struct rows_options *wanted,
                  struct mien_error *error);

/* Starts the recogniser's threads. Returns 0 or an error of analysis_start. */
int session_start(struct session *session, struct mien_error *error);

/* Recognises with another recogniser, which becomes the session's; the old one, and its model, are
 * gone after this. */
void session_use(struct session *session, struct mien_recogniser *recogniser);

/* Opens the source: as source_open, whose errors it returns. */
int session_connect(struct session *session, const char *video,
                    const struct mien_camera_options *camera, struct mien_error *error);

/* Opens a camera; only without a source. One that does not open is told of, and tried again by
 * calls from 1, 2, 4, … 30 s later on. */
void session_await(struct session *session, const struct mien_camera_options *camera);

/* Lets go of the picture shown and closes the source; fine when there is none. */
void session_disconnect(struct session *session);

/* As source_status; without a source it is lost. */
struct mien_camera_status session_status(const struct session *session);

/* Waits up to `timeout_ms` for a picture, and as long again for the recogniser to find its faces.
 * On success session->seen has both until the next call; pictures that come in the meantime are
 * dropped, but for the newest. Numbers and times go on from source to source. What is shown learns
 * what its faces express as soon as it has been read, and is gone when the source is lost. Returns
 * 0, -ETIMEDOUT (also without a source), or with its message what ended the source (-ENODATA: it
 * was standard input, and that has ended), the recogniser or the records (-EPIPE: whoever reads
 * them has had enough). */
int session_next(struct session *session, int timeout_ms, struct mien_error *error);

/* What was seen is shown from now on. */
void session_show(struct session *session);

/* Notes that what is shown just came on the screen for the first time. */
void session_presented(struct session *session);

/* Fills in the figures of a status line; its texts are the caller's. */
void session_figures(struct session *session, double now, struct overlay_status *status);

/* Stops and closes all. Returns 0, or −errno if the last rows may not be safe. */
int session_close(struct session *session, struct mien_error *error);

#endif
