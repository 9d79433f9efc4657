/* The configuration read again while the program runs: on SIGHUP, and when one of its files
 * changes. What live and kiosk share. */
#ifndef APP_RELOAD_H
#define APP_RELOAD_H

#include <stdint.h>

#include "draw/window.h"
#include "mien/command_line.h"
#include "mien/config.h"
#include "stream/session.h"

struct reload {
    const struct mien_command_line *line; /* has to outlive this */
    uint64_t read, seen; /* stand for the files as last read, and as last looked at */
    double next_look;
};

/* Notes how the files are; to be called before they are read. */
void reload_init(struct reload *reload, const struct mien_command_line *line);

/* When there is a reason to, reads the configuration; settings of faces that changed give the
 * session another recogniser, and the window, if there is one, its labels. The rest of *config is
 * for the caller to put into force. Returns 1 when *config is a new one, 0 when there was no
 * reason, or −errno: all is as before. */
int reload_run(struct reload *reload, struct mien_config *config, struct session *session,
               struct window *window, struct mien_error *error);

#endif
