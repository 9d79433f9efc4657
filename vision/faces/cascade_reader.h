/* How cascade_xml.c, which knows where in the file it is, and cascade_numbers.c, which knows what
 * stands there, read a cascade together. */
#ifndef VISION_CASCADE_READER_H
#define VISION_CASCADE_READER_H

#include <expat.h>

#include "cascade_file.h"

enum {
    CASCADE_DEPTH = 8,
    CASCADE_TREE_MAX = 255,                                        /* nodes */
    CASCADE_NUMBERS_MAX = CASCADE_TREE_MAX * (3 + CASCADE_SUBSET), /* in one element */
    CASCADE_TEXT_MAX = 16 * CASCADE_NUMBERS_MAX,                   /* bytes of them */
};

/* An element on the way from the root to where the reader is. */
struct cascade_level {
    const struct cascade_element *element;
    const char *name; /* the element's */
    unsigned seen;    /* a bit for each kind of child so far */
    int index;        /* of an element `_` among its like */
    int children;     /* `_` so far */
};

struct cascade_reader {
    XML_Parser parser;
    const char *name; /* of the file, for messages */
    struct mien_error *error;
    int status;
    struct cascade_file file;
    int room[5]; /* of the arrays in it */
    struct cascade_level levels[CASCADE_DEPTH];
    int depth;
    int skipped; /* elements from the one that means nothing to us on; 0: none */
    char text[CASCADE_TEXT_MAX + 1];
    size_t length;
};

/* cascade_refuse.c: stops the reader with the place in the file, and a reason. Returns -code. */
int cascade_refuse(struct cascade_reader *reader, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What the elements mean. Each returns 0, or a negative errno value through cascade_refuse. */
int cascade_take_stage_type(struct cascade_reader *reader);
int cascade_take_feature_type(struct cascade_reader *reader);
int cascade_take_height(struct cascade_reader *reader);
int cascade_take_width(struct cascade_reader *reader);
int cascade_take_categories(struct cascade_reader *reader);
int cascade_begin_stage(struct cascade_reader *reader);
int cascade_take_threshold(struct cascade_reader *reader);
int cascade_begin_tree(struct cascade_reader *reader);
int cascade_take_nodes(struct cascade_reader *reader);
int cascade_take_leaves(struct cascade_reader *reader);
int cascade_end_tree(struct cascade_reader *reader);
int cascade_begin_feature(struct cascade_reader *reader);
int cascade_take_rect(struct cascade_reader *reader);
int cascade_take_tilted(struct cascade_reader *reader);
int cascade_end_feature(struct cascade_reader *reader);
int cascade_end(struct cascade_reader *reader);

#endif
