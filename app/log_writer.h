/* Where the program's messages go. */
#ifndef APP_LOG_WRITER_H
#define APP_LOG_WRITER_H

/* From now on messages go to stderr: "mien: text"; or, where systemd connected stderr to the
 * journal, with their priority before them. Each is written in one call, so that lines of several
 * threads do not mix. */
void log_writer_install(void);

#endif
