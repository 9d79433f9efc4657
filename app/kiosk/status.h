/* How a running kiosk is, told to whoever asks: `mien kiosk --status` connects to a socket in the
 * runtime folder, and what comes is one line of JSON. */
#ifndef APP_KIOSK_STATUS_H
#define APP_KIOSK_STATUS_H

#include <stdio.h>

#include "mien/error.h"

struct status;

/* Listens at mien-kiosk.socket in $RUNTIME_DIRECTORY (set by systemd), $XDG_RUNTIME_DIR or
 * /run/mien. Returns 0, -EADDRINUSE when a kiosk listens there already, or what keeps it from
 * listening. */
int status_open(struct status **status, struct mien_error *error);
void status_close(struct status **status);

/* Somebody who waits for an answer, to be written and closed; NULL: nobody. Never waits. */
FILE *status_asked(struct status *status);

/* Asks the running kiosk and copies its answer. Returns 0, -ENOENT or -ECONNREFUSED (none runs),
 * -ETIMEDOUT (it does not answer), -EIO (`out` cannot be written), … */
int status_ask(FILE *out, struct mien_error *error);

#endif
