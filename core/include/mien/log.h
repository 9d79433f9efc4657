/* Messages for a person, on stderr: "mien: text"; or, where systemd connected stderr to the
 * journal, with their priority before them. Data never goes through here. */
#ifndef MIEN_LOG_H
#define MIEN_LOG_H

#ifdef __cplusplus
extern "C" {
#endif

enum mien_log_level {
    MIEN_LOG_ERROR,
    MIEN_LOG_WARNING,
    MIEN_LOG_INFO,
    MIEN_LOG_DEBUG,
};

/* Messages above this level are dropped; MIEN_LOG_INFO at start. Any thread. */
void mien_log_set_level(enum mien_log_level level);

/* Writes one line in one call, so that lines of several threads do not mix. Any thread. */
void mien_log(enum mien_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif
#endif
