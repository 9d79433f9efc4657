/* The XML file of a cascade, as opencv-data has them and OpenCV's tools train them. A file is a
 * stranger's until each number in it is checked. Private to vision/faces/. */
#ifndef VISION_CASCADE_FILE_H
#define VISION_CASCADE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "cascade.h"
#include "mien/error.h"

enum cascade_kind { CASCADE_NO_KIND, CASCADE_HAAR, CASCADE_LBP };

enum { CASCADE_SUBSET = 8 }; /* words: a bit for each value of an LBP feature */

/* A child above 0 is that node of the same tree and comes later in it; else −child is a leaf. */
struct cascade_node {
    int left, right, feature;
    float threshold;                /* Haar: left lies below it */
    int32_t subset[CASCADE_SUBSET]; /* LBP: left are the values in it */
};

struct cascade_tree {
    int first_node, node_count; /* and one leaf more than nodes */
    int first_leaf;
};

/* Haar: the sum of `count` weighted rectangles, which lie in the window; LBP: one, the top left of
 * nine cells. */
struct cascade_feature {
    struct cascade_rect rects[CASCADE_RECTS];
    int count, tilted;
};

struct cascade_file {
    enum cascade_kind kind;
    int width, height;            /* of the window, pixels */
    struct cascade_stage *stages; /* of trees; thresholds as they are in the file */
    struct cascade_tree *trees;
    struct cascade_node *nodes;
    float *leaves;
    struct cascade_feature *features;
    int stage_count, tree_count, node_count, leaf_count, feature_count;
};

/* Returns 0, or with a message that tells the place in the file and the reason: -EINVAL, -ENOTSUP
 * (the format of OpenCV 1, or features that OpenCV dropped), -ENOMEM or what reading failed with.
 * `file` is untouched on failure. */
int cascade_file_read(struct cascade_file *file, const char *path, struct mien_error *error);
int cascade_file_parse(struct cascade_file *file, const char *bytes, size_t size, const char *name,
                       struct mien_error *error);
void cascade_file_free(struct cascade_file *file);

/* The same as stumps over upright rectangles, to be released with cascade_free. Returns 0, -ENOTSUP
 * (it has other trees or features; the message tells which) or -ENOMEM. */
int cascade_file_stumps(const struct cascade_file *file, struct cascade *stumps,
                        struct mien_error *error);

/* Writes what was read, and nothing else, as XML: *text is the caller's to free. Returns 0 or
 * -ENOMEM. */
int cascade_file_print(const struct cascade_file *file, char **text, size_t *size,
                       struct mien_error *error);

#endif
