/* Messages for a person, to a function of the program's. Data never goes through here. */
#ifndef MIEN_LOG_H
#define MIEN_LOG_H

#include "mien/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How much a message matters, the most first. */
enum mien_log_level {
    MIEN_LOG_ERROR,   /* what was asked for cannot be done */
    MIEN_LOG_WARNING, /* it is done, but not as it should be */
    MIEN_LOG_INFO,    /* what is done */
    MIEN_LOG_DEBUG,   /* and how */
};

/* Takes one message: a line without its end, valid during the call. Called from any thread, also
 * from several at once. */
typedef void mien_log_function(void *data, enum mien_log_level level, const char *text);

/* Who gets the messages from now on; NULL, as at start: nobody. Only while no other thread is in
 * the library. This and the level are the library's only global state. */
MIEN_API void mien_log_set_callback(mien_log_function *function, void *data);

/* Messages above this level are dropped; MIEN_LOG_INFO at start. Any thread. */
MIEN_API void mien_log_set_level(enum mien_log_level level);

/* Formats a message and hands it on; what does not fit into 1023 bytes is cut. Bytes
 * that are no UTF-8 and control characters, as a file's name may have, become '?'. Any thread. */
MIEN_API void mien_log(enum mien_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif
#endif
