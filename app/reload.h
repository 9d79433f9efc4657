/* When to read the configuration again: on SIGHUP, and when one of its files changes. */
#ifndef APP_RELOAD_H
#define APP_RELOAD_H

#include <stdbool.h>

struct reload;

/* Watches the files of mien_config_load(…, path, …), where their folders exist; `path` must outlive
 * it. Returns NULL where the system cannot watch files: SIGHUP still works. */
struct reload *reload_open(const char *path);
void reload_close(struct reload **reload);

/* Whether there is a reason that was not told yet (signals.h: signals_catch). NULL is fine. */
bool reload_due(struct reload *reload);

#endif
