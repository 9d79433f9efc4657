#include "reload.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "common/signals.h"
#include "mien/log.h"
#include "recognise/open.h"
#include "settings.h"

#define LOOK_SECONDS 0.25 /* between looks at the files */

/* Pipes and devices are no files that change. */
static int add_file(void *data, const char *file)
{
    uint64_t *state = data;
    struct stat about;
    if (stat(file, &about) || !S_ISREG(about.st_mode))
        about = (struct stat){0};
    const uint64_t parts[] = {about.st_dev,
                              about.st_ino,
                              (uint64_t)about.st_size,
                              (uint64_t)about.st_mtim.tv_sec,
                              (uint64_t)about.st_mtim.tv_nsec,
                              (uint64_t)about.st_ctim.tv_sec,
                              (uint64_t)about.st_ctim.tv_nsec};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        *state = (*state ^ parts[i]) * 0x100000001b3; /* FNV-1a, by words */
    return 0;
}

static uint64_t state_of_files(const struct mien_command_line *line)
{
    uint64_t state = 0xcbf29ce484222325;
    mien_config_files(line, add_file, &state);
    return state;
}

void reload_init(struct reload *reload, const struct mien_command_line *line)
{
    *reload = (struct reload){.line = line};
    reload->read = reload->seen = state_of_files(line);
}

/* A file that changed is looked at twice: whoever writes it may not be done. Files are looked at,
 * not watched, as folders may be made later and links lead anywhere. */
static bool files_changed(struct reload *reload)
{
    double now = clock_seconds();
    if (now < reload->next_look)
        return false;
    reload->next_look = now + LOOK_SECONDS;
    uint64_t before = reload->seen;
    reload->seen = state_of_files(reload->line);
    if (reload->seen != before || reload->seen == reload->read)
        return false;
    reload->read = reload->seen;
    return true;
}

static int retune(const struct mien_config *old, const struct mien_config *new,
                  struct session *session, struct window *window, struct mien_error *error)
{
    if (mien_config_same(old, new, "detection") && mien_config_same(old, new, "tracking") &&
        mien_config_same(old, new, "emotion"))
        return 0;
    struct mien_recogniser_options options = settings_recogniser(new);
    struct mien_recogniser *recogniser;
    int result = recogniser_open(&recogniser, &options, error);
    if (result)
        return result;
    if (window)
        window_use(window, mien_recogniser_model(recogniser));
    session_use(session, recogniser);
    return 0;
}

int reload_run(struct reload *reload, struct mien_config *config, struct session *session,
               struct window *window, struct mien_error *error)
{
    bool changed = files_changed(reload), asked = signals_hangup();
    if (!changed && !asked)
        return 0;
    struct mien_config new;
    int result = mien_config_load(&new, reload->line, error);
    if (!result)
        result = retune(config, &new, session, window, error);
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
