/* Temporary folders, child programs and small files for the tests of recorded video. */
#ifndef TESTS_MEDIA_H
#define TESTS_MEDIA_H

#include <libavformat/version.h>
#include <stdbool.h>
#include <stddef.h>

struct run {
    int code;          /* exit code, or 128 + signal */
    char out[1 << 16]; /* what it wrote to stdout, cut */
    char err[1 << 16]; /* what it wrote to stderr, cut */
};

/* Makes a folder that is removed at exit, and goes there. */
void media_enter_folder(void);

/* Runs a shell command line (its %-arguments filled in) in the folder. */
void media_shell(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes a file with the ffmpeg program: `arguments` end with the file's name. False (and the case
 * is skipped) where there is no ffmpeg or it lacks an encoder. */
bool media_make(const char *arguments);

/* Arguments for media_make: copies a file and has players turn it to the left. ffmpeg 6 does it in
 * another way than ffmpeg 5. */
#if LIBAVFORMAT_VERSION_MAJOR >= 60
#define MEDIA_TURN(from, degrees, to) "-display_rotation " #degrees " -i " from " -c copy " to
#else
#define MEDIA_TURN(from, degrees, to) "-i " from " -c copy -metadata:s:v rotate=" #degrees " " to
#endif

/* Writes `size` bytes. */
void media_write(const char *path, const void *data, size_t size);

#endif
