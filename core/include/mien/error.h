/* Errors: every function that can fail returns 0 (or a count) on success and a negative errno
 * value on failure, and writes one line for a person into a struct mien_error beside it. */
#ifndef MIEN_ERROR_H
#define MIEN_ERROR_H

#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One line of text without a line break, always terminated. Owned by the caller. */
struct mien_error {
    char text[512]; /* what is wrong, with the name of the file, and what to do about it */
};

/* Formats the message and returns -code, so that a caller can `return mien_error_set(…)`.
 * `error` may be NULL: then only the code is returned. `code` is a positive errno value.
 * Text that does not fit is cut, and control characters become '?'. Safe from any thread (each
 * with its own struct). */
MIEN_API int mien_error_set(struct mien_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#ifdef __cplusplus
}
#endif
#endif
