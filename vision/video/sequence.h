/* Films whose frames are picture files: numbered by a pattern (img%03d.png), or those of a folder.
 */
#ifndef VISION_SEQUENCE_H
#define VISION_SEQUENCE_H

#include <glob.h>
#include <libavformat/avformat.h>
#include <stddef.h>
#include <stdint.h>

#include "mien/error.h"

struct sequence {
    char *pattern; /* of numbered files, without the folder; NULL: those of a folder */
    int64_t first; /* number */
    glob_t files;  /* of a folder */
};

/* Where FFmpeg finds them: a name for its image2, to be freed with av_free, and options for it,
 * which are added to *options. `path` has one %d or %0Nd in its last part, or is a folder.
 * `sequence` is zeroed before, and to be freed in any case. Returns 0, -ENOENT (there is none),
 * -EINVAL (a number is missing, which the message names) or -ENOMEM. */
int sequence_find(struct sequence *sequence, const char *path, double fps, char **name,
                  AVDictionary **options, struct mien_error *error);
void sequence_free(struct sequence *sequence);

/* The file of the frame at this place, from 0, without its folder; "": none. */
void sequence_file(const struct sequence *sequence, int64_t place, char *name, size_t size);

#endif
