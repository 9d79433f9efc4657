/* What the parts of video reading and writing share with each other only. */
#ifndef VISION_VIDEO_PRIVATE_H
#define VISION_VIDEO_PRIVATE_H

#include <libavformat/avformat.h>
#include <stdbool.h>

#include "base/frame.h"
#include "mien/error.h"
#include "turn.h"
#include "video.h"

/* ---- FFmpeg's words ---- */

/* Sends libav's own lines to mien_log at debug level. Safe to call again. */
void video_log_init(void);

/* Forgets what libav said on this thread so far. */
void video_log_forget(void);

/* "NAME: FFmpeg's words (its last error line on this thread)"; returns −errno. */
int video_error(struct mien_error *error, int code, const char *name);

/* The last error line of libav on this thread; "": none. */
const char *video_log_last(void);

/* What a person can do about `path` (as given to mien_reader_open), which cannot be read; `said`:
 * libav's words. NULL: nothing is known. */
const char *video_hint(const char *path, const char *said);

/* ---- pipes: standard input ("-"), and those that have a name ---- */

struct video_pipe;

bool video_is_pipe(const char *path);

/* Reads end early (AVERROR_EXIT) once `stop_fd`, which has to outlive it, can be read. Returns 0
 * or a libav code, *pipe being NULL. */
int video_pipe_open(struct video_pipe **pipe, const char *path, int stop_fd);
AVIOContext *video_pipe_context(const struct video_pipe *pipe);
void video_pipe_close(struct video_pipe **pipe);

/* ---- an open file to write to ---- */

/* Writes to *fd, which has to outlive it, and seeks in it where it is a file. NULL: no memory. */
AVIOContext *video_output_open(int *fd);

/* Writes what is left, and leaves the file open. Returns 0 or a libav code. NULL is fine. */
int video_output_close(AVIOContext **output);

/* ---- from decoded frames to pictures ---- */

/* What a scaler was made for; another kind of frame needs another one. */
struct video_kind {
    int width, height, format, colorspace, full_range;
};

/* The colour space of the planes that are made from frames. */
struct video_space {
    int matrix; /* enum AVColorSpace */
    int full_range;
};

/* That of the frames themselves; what was RGB becomes BT.709. */
struct video_space video_space_of(const struct video_kind *kind);
struct mien_yuv video_yuv_of(struct video_space space, int height);

bool video_is_rgb(int format);
/* FFmpeg's name for them. */
int video_pixels_of(enum mien_pixels pixels);

struct video_converter {
    struct video_kind kind;
    struct video_space space; /* set by the owner, for good */
    struct SwsContext *to_color, *to_gray;
    struct mien_picture color, gray; /* stored orientation, when it has to be turned */
    struct tone_map *tones;          /* for pictures of high dynamic range */
    bool deinterlace;                /* also in colour, as gray always is; set by the owner */
    bool interlaced, top_first;      /* the last frame */
};

/* Fills the pictures of `out`, of which `color` may have no pixels but is of one kind in every
 * call; a frame of another size is scaled to them. */
int video_convert(struct video_converter *converter, const AVFrame *frame, struct turn turn,
                  struct mien_frame *out, struct mien_error *error);
void video_converter_clear(struct video_converter *converter);

/* Format without the deprecated full-range twins, and the coefficients of its colour space. */
struct video_kind video_kind_of(const AVFrame *frame);

/* False where a JPEG ends before its end marker. */
bool video_jpeg_is_whole(const uint8_t *data, size_t size);

/* ---- what the writer needs from the reader ---- */

/* Takes packets, also those of the video, on the reader's thread; owns none of them. */
struct packet_sink {
    void (*take)(void *user, const AVPacket *packet);
    void *user;
};

/* What was read ahead while opening reaches the sink at once. A sink without `take` detaches. */
void reader_set_sink(struct mien_reader *reader, struct packet_sink sink);

const AVFormatContext *reader_format(const struct mien_reader *reader);
const AVStream *reader_stream(const struct mien_reader *reader);
struct video_kind reader_kind(const struct mien_reader *reader);

/* Whether the first frame is interlaced, and how. */
bool reader_is_interlaced(const struct mien_reader *reader, bool *top_first);

/* Colour pictures to come are deinterlaced too. */
void reader_deinterlace(struct mien_reader *reader);

/* Shape of a pixel as shown, after rotation. */
AVRational reader_pixel_aspect(const struct mien_reader *reader);

/* Which part of it is wanted. */
const struct mien_selection *reader_selection(const struct mien_reader *reader);

/* The presentation time that counts as 0, in the video stream's time base. */
int64_t reader_origin(const struct mien_reader *reader);

/* ---- containers ---- */

/* Whether the container is known to hold such a stream. */
bool video_holds(const AVOutputFormat *format, enum AVCodecID codec);

/* Whether it really takes `stream` beside `video`, a stream of the output: a header is written on
 * trial, since muxers refuse more than their lists say. */
bool video_begins_with(const AVOutputFormat *format, const AVStream *video, const AVStream *stream);

/* Fragments and clusters of a second: that much is lost at most when the run is killed. The
 * delayed moov knows the edit lists that keep all times exact. */
void video_set_container_options(AVDictionary **options);

/* ---- copying what is not the video ---- */

/* Where each stream of the source went, and how its times are counted. */
struct video_route {
    int to; /* stream of the output; -1: left out, or no packets of it are wanted */
    AVRational from_base;
    struct subtitles *text; /* puts its words into another kind; NULL: copied untouched */
    struct sound *sound;    /* encodes it anew; NULL: copied untouched */
};

/* Makes an output stream for each stream of the source beside `video` that the container can hold,
 * maybe in another kind of subtitles or, as `audio` allows, with another codec for the sound;
 * others get a route of -1. Says what is not as it was. Returns how many were left out though
 * wanted or lost their looks, or a libav code. */
int video_copy_streams(AVFormatContext *to, const AVFormatContext *from, const AVStream *video,
                       enum mien_audio audio, struct video_route *routes);
void video_routes_free(struct video_route **routes, unsigned count);

/* Makes an output stream like that of the source. Returns 0 or a libav code. */
int video_copy_stream(AVFormatContext *to, const AVStream *from);

/* Takes a packet of the output, in the time base of `base`. */
typedef int video_emit(void *user, AVPacket *packet, AVRational base);

/* Emits what becomes of a packet, which may be nothing yet; NULL: what is still held back. Returns
 * 0 or a libav code. */
int video_route_take(struct video_route *route, AVPacket *packet, video_emit *emit, void *user);

/* Copies chapters (times minus `origin`, in microseconds) and the metadata of file and video. */
int video_copy_metadata(AVFormatContext *to, const AVFormatContext *from, AVStream *to_video,
                        const AVStream *from_video, int64_t origin);

#endif
