#include "reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "mien/config.h"
#include "signals.h"

struct reload {
    int fd;
    char name[256]; /* of the files, in whichever folder */
};

/* Folders are watched, not files: editors put a new file in the place of the old one. */
static int watch(void *data, const char *file)
{
    struct reload *reload = data;
    const char *slash = strrchr(file, '/');
    char folder[4096];
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - file + 1) : 1,
             slash ? file : ".");
    snprintf(reload->name, sizeof reload->name, "%s", slash ? slash + 1 : file);
    inotify_add_watch(reload->fd, folder,
                      IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR);
    return 0;
}

struct reload *reload_open(const char *path)
{
    struct reload *reload = calloc(1, sizeof *reload);
    if (!reload)
        return NULL;
    reload->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (reload->fd < 0) {
        free(reload);
        return NULL;
    }
    mien_config_files(path, watch, reload);
    return reload;
}

void reload_close(struct reload **reload)
{
    if (!*reload)
        return;
    close((*reload)->fd);
    free(*reload);
    *reload = NULL;
}

static bool file_changed(struct reload *reload)
{
    _Alignas(struct inotify_event) char bytes[4096];
    bool changed = false;
    ssize_t size;
    while ((size = read(reload->fd, bytes, sizeof bytes)) > 0)
        for (char *at = bytes; at < bytes + size;) {
            const struct inotify_event *event = (const struct inotify_event *)at;
            changed |= event->len && !strcmp(event->name, reload->name);
            at += sizeof *event + event->len;
        }
    return changed;
}

bool reload_due(struct reload *reload)
{
    bool hung_up = signals_hangup();
    return (reload && file_changed(reload)) || hung_up;
}
