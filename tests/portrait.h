/* The two portraits of tests/data, in gray. */
#ifndef TESTS_PORTRAIT_H
#define TESTS_PORTRAIT_H

#include "mien/detector.h"
#include "mien/picture.h"

struct portrait {
    const char *file;
    struct mien_box inside,
        outside; /* by eye: a face's box holds the first and lies in the second */
};

extern const struct portrait portrait_hopper, portrait_collins;

/* Reads the picture (the caller's, to be freed); a failure fails the test. */
void portrait_load(const struct portrait *portrait, struct mien_picture *gray);

#endif
