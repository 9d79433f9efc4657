#include "reload.h"

#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "mien/log.h"
#include "settings.h"
#include "signals.h"

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

void reload_init(struct reload *reload, const char *path, const char *model, const char *precision)
{
    *reload = (struct reload){.path = path,
                              .model = model,
                              .precision = precision,
                              .fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
    mien_config_files(path, watch, reload);
}

void reload_finish(struct reload *reload)
{
    if (reload->fd >= 0)
        close(reload->fd);
    reload->fd = -1;
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

static int retune(const struct reload *reload, const struct mien_config *old,
                  const struct mien_config *new, struct session *session, struct window *window,
                  struct mien_error *error)
{
    if (mien_config_same(old, new, "detection") && mien_config_same(old, new, "tracking") &&
        mien_config_same(old, new, "emotion"))
        return 0;
    struct recogniser_options options = settings_recogniser(new, reload->model);
    if (reload->precision)
        options.precision = reload->precision;
    struct recogniser *recogniser;
    int result = recogniser_create(&recogniser, &options, error);
    if (result)
        return result;
    if (window)
        window_use(window, recogniser_model(recogniser));
    session_use(session, recogniser);
    return 0;
}

int reload_run(struct reload *reload, struct mien_config *config, struct session *session,
               struct window *window, struct mien_error *error)
{
    bool changed = file_changed(reload), asked = signals_hangup();
    if (!changed && !asked)
        return 0;
    struct mien_config new;
    int result = mien_config_load(&new, reload->path, error);
    if (!result)
        result = retune(reload, config, &new, session, window, error);
    if (result) {
        struct mien_error why = *error;
        mien_error_set(error, 0, "%.440s; the settings stay as they were", why.text);
        mien_log(MIEN_LOG_ERROR, "%s", error->text);
        return result;
    }
    *config = new;
    settings_set_log(config);
    mien_log(MIEN_LOG_INFO, "the settings were read again");
    return 1;
}
