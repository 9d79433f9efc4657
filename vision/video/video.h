/* Recorded pictures and videos in and out, with FFmpeg's libav*. */
#ifndef MIEN_VIDEO_H
#define MIEN_VIDEO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/frame.h"
#include "mien/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- reading: any container, codec or still picture that FFmpeg knows ---- */

struct mien_video_info {
    int width, height;   /* as shown: after rotation */
    double fps;          /* average; 0 when unknown */
    double duration;     /* seconds; 0 when unknown */
    int64_t frames;      /* estimate; 0 when unknown */
    struct mien_yuv yuv; /* of pictures in planes */
};

struct mien_reader; /* one thread at a time */

/* `path` may be "-" (standard input). Returns 0 or -ENOENT, -EACCES, -EINVAL (no video in it; the
 * message names the file and says why), -ENOMEM. */
int mien_reader_open(struct mien_reader **reader, const char *path, struct mien_error *error);

/* The same for what may keep its readers waiting: a pipe, or a stream of the network (rtsp://…,
 * http://…, see url.h), which is read without delay. Opening and reading end once `stop_fd` can be
 * read, as by mien_reader_stop; a network that is silent for 5 s (10 s while opening) is
 * -ETIMEDOUT. */
int mien_reader_open_until(struct mien_reader **reader, const char *path, int stop_fd,
                           struct mien_error *error);
void mien_reader_close(struct mien_reader **reader);

/* Whether the name stands for numbered files, such as img%03d.png. */
bool mien_sequence_is(const char *path);

/* How it is read; zeros: as it is. */
struct mien_reader_options {
    double sequence_fps;  /* `path` names numbered files, or a folder, whose pictures are taken in
                             the order of their names: the frames of a film, so many a second */
    bool network;         /* `path` may be an address (url.h): its server is asked again where it
                             hangs up; silence is -ETIMEDOUT as above */
    const char *hardware; /* decodes on a GPU of this kind ("vaapi", "cuda", …; "auto": any) where
                             there is one, else on the CPU, which is said; NULL: on the CPU */
};

/* The same with options, which may be NULL. */
int mien_reader_open_with(struct mien_reader **reader, const char *path,
                          const struct mien_reader_options *options, struct mien_error *error);

/* The file of the last frame of a film of picture files, without its folder; else NULL. Valid until
 * the next frame. */
const char *mien_reader_file(const struct mien_reader *reader);
const struct mien_video_info *mien_reader_info(const struct mien_reader *reader);

/* Which frames are wanted; zeros: all. */
struct mien_selection {
    int every;  /* each frame whose number this divides; 0 and 1: all */
    double fps; /* at each tick of this rate, from `from` on, the first frame there is; 0: all */
    double from, to; /* seconds; to 0: the end. A frame at `to` is no longer wanted. */
};

/* Leaves frames out; to be called before the first mien_reader_next. Goes to `from` by the index
 * where the input has one. Numbers and times of frames stay those of the whole recording. Returns
 * 0, or -EINVAL where the numbers make no sense. */
int mien_reader_select(struct mien_reader *reader, const struct mien_selection *selection,
                       struct mien_error *error);

/* Decodes the next frame into *frame, whose pictures the reader allocates on the first call and
 * reuses on the next ones (they stay the reader's until the next call or close).
 * Returns 1 for a frame, 0 at the end, or -EIO / -EINVAL when nothing more can be read.
 * Frames that cannot be decoded are skipped and counted. */
int mien_reader_next(struct mien_reader *reader, struct mien_frame *frame,
                     struct mien_error *error);

/* The same into pictures of the caller, who allocated them in the size that the info tells
 * (mien_picture_alloc): for frames that are passed on to another thread. frame->color is
 * MIEN_BGRX32 or MIEN_YUV420 in all calls; most videos have the latter, which is then a mere copy.
 * Where it has no pixels, only gray is made. */
int mien_reader_next_into(struct mien_reader *reader, struct mien_frame *frame,
                          struct mien_error *error);

/* Frames and packets that could not be decoded so far, or that decoded with damage, and packets for
 * a writer that found no room before the first frame; at the end also those that the container
 * lists but a truncated file no longer has. Any thread. */
int64_t mien_reader_losses(const struct mien_reader *reader);

/* Jumps in the times of the recording that were mended so far, as where transport streams were
 * joined: what comes after follows on. Any thread. */
int64_t mien_reader_jumps(const struct mien_reader *reader);

/* Ends the reading: nothing more is read, also by a call that waits for a pipe or network. Calls
 * give the frames that the decoder still has, then 0. Any thread. */
void mien_reader_stop(struct mien_reader *reader);

/* ---- writing ---- */

/* What becomes of the sound. */
enum mien_audio {
    MIEN_AUDIO_AUTO,   /* copied; encoded where the container cannot hold it */
    MIEN_AUDIO_COPY,   /* copied, or left out */
    MIEN_AUDIO_ENCODE, /* encoded with the container's usual codec */
    MIEN_AUDIO_NONE,   /* not wanted */
};

struct mien_writer_options {
    const char *codec;  /* FFmpeg's encoder name; NULL: libx264, or what the container needs */
    const char *preset; /* NULL: a fast one (veryfast) */
    int crf;            /* <0: 20 */
    int width, height;  /* of the pictures, and */
    double fps;         /* their rate (0: unknown), where there is no source to tell */
    enum mien_audio audio;
    const char *marks; /* header of an ASS subtitle track for mien_writer_mark: the source's video
                          is then copied, packet by packet, and takes no pictures; NULL: none */
};

struct mien_writer; /* one thread at a time, which need not be the reader's */

/* Starts a video of the reader's size and time base. Sound, subtitles, further videos, attachments,
 * chapters and metadata of `source` are copied untouched (sound and subtitles in words that the
 * container does not hold become a kind that it does); call it before the first mien_reader_next,
 * and close the reader after the writer. Without a source (NULL: pictures of a camera) the options
 * tell the size, and pictures may come at any time after the last. Pictures with an odd side are
 * made even by repeating the last row or column, since common players know no other H.264. MP4 is
 * fragmented and Matroska written in short clusters, so that a killed run leaves a playable file.
 * It is written to `fd`, which the caller opened and closes after the writer; `path` tells the
 * container by its ending ("-": Matroska) and stands in messages. Returns 0, -ENOSPC and what else
 * a write says, -EINVAL (unknown container or codec, marks into what is not Matroska), -ENOMEM. */
int mien_writer_open(struct mien_writer **writer, const char *path, int fd,
                     struct mien_reader *source, const struct mien_writer_options *options,
                     struct mien_error *error);

/* Encodes frame->color (of the source's size; MIEN_YUV420 in the source's colour space, or
 * MIEN_BGRX32) at frame->time, which has to grow. */
int mien_writer_add(struct mien_writer *writer, const struct mien_frame *frame,
                    struct mien_error *error);

/* Adds a line of the track of marks, from `time` on for `duration` seconds. Times do not run back.
 */
int mien_writer_mark(struct mien_writer *writer, const char *line, double time, double duration,
                     struct mien_error *error);

/* Streams and packets of the source that the container could not take so far. */
int64_t mien_writer_losses(struct mien_writer *writer);

/* Flushes and writes the trailer; frees and sets NULL in any case. */
int mien_writer_finish(struct mien_writer **writer, struct mien_error *error);

#ifdef __cplusplus
}
#endif
#endif
