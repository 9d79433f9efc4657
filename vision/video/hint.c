/* The way out, where a file cannot be read. */
#include "private.h"

#include <libavutil/avstring.h>
#include <stdio.h>
#include <string.h>

enum { HEAD = 32 };

/* Returns how many bytes there are. */
static size_t read_head(const char *path, char head[HEAD])
{
    FILE *file = fopen(path, "re");
    size_t size = file ? fread(head, 1, HEAD, file) : 0;
    if (file)
        fclose(file);
    return size;
}

static bool is_heic(const char head[HEAD])
{
    static const char *const brands[] = {"heic", "heix", "heim", "heis", "mif1", "msf1", "hevc"};
    for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
        if (!memcmp(head + 8, brands[i], 4))
            return !memcmp(head + 4, "ftyp", 4);
    return false;
}

static bool is_animated_webp(const char head[HEAD])
{
    return !memcmp(head, "RIFF", 4) && !memcmp(head + 8, "WEBPVP8X", 8) && head[20] & 2;
}

static const char *hint_of_file(const char *path)
{
    char head[HEAD] = "";
    if (read_head(path, head) < HEAD)
        return NULL;
    if (is_heic(head))
        return "it is HEIC, which this FFmpeg does not read; make it a JPEG first, as with "
               "heif-convert (Debian: libheif-examples)";
    if (is_animated_webp(head))
        return "it is an animated WebP, which this FFmpeg does not read; make it a GIF first, as "
               "with ImageMagick: convert IN.webp OUT.gif";
    return NULL;
}

/* MP4 and MOV have their index at the end unless told otherwise. */
static const char *hint_of_pipe(const char *said)
{
    bool lacks_index = strstr(said, "moov atom not found") || strstr(said, "partial file");
    return lacks_index ? "an MP4 whose index is at its end cannot come through a pipe; name the "
                         "file, or make a copy with: ffmpeg -i IN -c copy -movflags +faststart OUT"
                       : NULL;
}

const char *video_hint(const char *path, const char *said)
{
    if (video_is_pipe(path))
        return hint_of_pipe(said);
    if (strstr(path, "://"))
        return "only mien annotate and mien live open addresses, of http, https and rtsp";
    return hint_of_file(path);
}
