/* IDX files, MNIST's format of labelled pictures (http://yann.lecun.com/exdb/mnist), gzipped or
 * not: magic 0x803 pictures of bytes, magic 0x801 labels. */
#ifndef APP_IDX_H
#define APP_IDX_H

#include <stdint.h>

#include "mien/error.h"

struct idx {
    int count;
    int rows, columns; /* of one picture; 1 × 1 for labels */
    uint8_t *bytes;    /* count * rows * columns */
};

/* Reads a whole file. The file is hostile: memory grows with what is really read, never with what
 * the header claims. Returns 0, -ENOENT and the like, -EINVAL (no IDX file of bytes, truncated,
 * trailing bytes), -EFBIG or -ENOMEM; *idx is untouched on failure. Free with idx_free. */
int idx_read(struct idx *idx, const char *path, struct mien_error *error);
void idx_free(struct idx *idx);

#endif
