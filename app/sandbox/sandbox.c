#include "sandbox.h"

#include <dirent.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app_config.h"
#include "base/url.h"
#include "common/model_path.h"
#include "common/place.h"
#include "files/inputs.h"
#include "rules.h"

/* What libraries read: each other, fonts, the time zone, how many processors there are. */
static const char *const of_the_system[] = {
    "/usr",
    "/lib",
    "/lib64",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/var/cache/fontconfig",
    "/sys/devices/system",
    "/proc",
    "/dev/urandom",
};
static const char *const of_the_user[] = {".fonts", ".local/share/fonts", ".config/fontconfig",
                                          ".cache/fontconfig"};
/* Only where a stream is read from the network: names of hosts, certificates. */
static const char *const of_the_network[] = {"/etc", "/run/systemd/resolve"};

#define ALLOW_ALL(rules, list, access)                                                             \
    for (size_t i_ = 0; i_ < sizeof(list) / sizeof *(list); i_++)                                  \
    files_rules_allow(rules, (list)[i_], access)

/* The folder that a path stands in. */
static void allow_folder_of(struct files_rules *rules, const char *path, enum files_access access)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int length = slash == path ? 1 : slash ? (int)(slash - path) : 0;
    snprintf(folder, sizeof folder, "%.*s", length, path);
    files_rules_allow(rules, length ? folder : ".", access);
}

/* What links in a folder lead to may lie anywhere. */
static void allow_links_in(struct files_rules *rules, const char *path)
{
    char entry_path[PATH_MAX];
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        bool own = entry->d_type == DT_REG || entry->d_type == DT_DIR || entry->d_name[0] == '.';
        if (own || snprintf(entry_path, sizeof entry_path, "%s/%s", path, entry->d_name) >=
                       (int)sizeof entry_path)
            continue;
        files_rules_allow(rules, entry_path, FILES_READ);
    }
    if (folder)
        closedir(folder);
}

static void allow_pattern(struct files_rules *rules, const char *pattern)
{
    glob_t found;
    char literal[PATH_MAX];
    snprintf(literal, sizeof literal, "%.*s", (int)strcspn(pattern, "*?["), pattern);
    allow_folder_of(rules, literal, FILES_LIST);
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            files_rules_allow(rules, found.gl_pathv[i], FILES_READ);
    globfree(&found);
}

/* A file, a folder, a pattern, or the beginning of several names, in whose folder they are. */
static void allow_input(struct files_rules *rules, const char *path)
{
    struct stat is;
    if (stat(path, &is)) {
        if (is_pattern(path))
            allow_pattern(rules, path);
        else
            allow_folder_of(rules, path, FILES_READ);
        return;
    }
    files_rules_allow(rules, path, FILES_READ);
    if (S_ISDIR(is.st_mode))
        allow_links_in(rules, path);
}

/* An output replaces a file in its folder, and a link's target in the target's; a pipe or device
 * is written to as it is. A folder may have to be made. */
static void allow_output(struct files_rules *rules, const char *path)
{
    struct stat is;
    char target[PATH_MAX], folder[PATH_MAX];
    int there = stat(path, &is) == 0;
    size_t length = strlen(path);
    if (!strcmp(path, "-"))
        return;
    if (there && !S_ISREG(is.st_mode)) {
        files_rules_allow(rules, path, FILES_WRITE);
        return;
    }
    while (length > 1 && path[length - 1] == '/')
        length--;
    snprintf(folder, sizeof folder, "%.*s", (int)length, path);
    allow_folder_of(rules, folder, FILES_WRITE);
    if (there && realpath(path, target))
        allow_folder_of(rules, target, FILES_WRITE);
}

static void allow_option(void *rules, const char *path, bool written)
{
    if (written)
        allow_output(rules, path);
    else
        allow_input(rules, path);
}

static void allow_user_files(struct files_rules *rules)
{
    char path[PATH_MAX];
    const char *home = getenv("HOME");
    for (size_t i = 0; home && i < sizeof of_the_user / sizeof *of_the_user; i++) {
        snprintf(path, sizeof path, "%s/%s", home, of_the_user[i]);
        files_rules_allow(rules, path, FILES_READ);
    }
}

/* An installation may lie anywhere; in a build folder they are links. */
static void allow_own_files(struct files_rules *rules)
{
    char modules[PATH_MAX];
    const char *model = model_path(NULL, NULL), *face_model = face_model_path(NULL);
    if (model)
        files_rules_allow(rules, model, FILES_READ);
    if (face_model)
        files_rules_allow(rules, face_model, FILES_READ);
    place_find(modules, sizeof modules, MIEN_MODULES, "");
    files_rules_allow(rules, modules, FILES_READ);
    allow_links_in(rules, modules);
}

void sandbox_enter(const struct mien_command_line *line, const struct mien_config *config)
{
    bool network = false;
    if (!config->run.sandbox)
        return;
    for (int i = 0; i < line->input_count; i++)
        network |= mien_url_is(line->inputs[i]);
    struct files_rules *rules = files_rules_begin(network);
    ALLOW_ALL(rules, of_the_system, FILES_READ);
    files_rules_allow(rules, "/dev/null", FILES_WRITE);
    if (network)
        ALLOW_ALL(rules, of_the_network, FILES_READ);
    if (config->encoding.hwaccel) {
        files_rules_allow(rules, "/dev/dri", FILES_DEVICE);
        files_rules_allow(rules, "/sys", FILES_READ);
    }
    allow_user_files(rules);
    allow_own_files(rules);
    for (int i = 0; i < line->input_count; i++)
        allow_input(rules, line->inputs[i]);
    mien_config_paths(config, line->command, allow_option, rules);
    files_rules_enforce(rules);
    calls_rules_enforce(network);
}
