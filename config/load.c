/* Where settings come from: files, the environment, the command line. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mien/log.h"
#include "nearest.h"
#include "options.h"

enum { FILE_MAX = 1 << 20, PATH_SIZE = 4096 };

extern char **environ;

/* Without waiting for a writer, as a pipe is refused. */
static FILE *open_file(const char *path, struct mien_error *error)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file >= 0 && !fstat(file, &about) && S_ISREG(about.st_mode))
        return fdopen(file, "rb");
    int why = file < 0 ? errno : S_ISDIR(about.st_mode) ? EISDIR : EINVAL;
    if (file >= 0)
        close(file);
    mien_error_set(error, why, "%s: %s", path,
                   why == EINVAL ? "not a file; settings are not read from pipes and devices"
                                 : strerror(why));
    errno = why;
    return NULL;
}

int mien_config_read(struct mien_config *config, const char *path, struct mien_error *error)
{
    FILE *file = open_file(path, error);
    if (!file)
        return -errno;
    char *text = malloc(FILE_MAX + 1);
    size_t size = text ? fread(text, 1, FILE_MAX + 1, file) : 0;
    int status = 0;
    if (!text)
        status = mien_error_set(error, ENOMEM, "%s: no memory", path);
    else if (ferror(file))
        status = mien_error_set(error, EIO, "%s: cannot be read", path);
    else if (size > FILE_MAX)
        status = mien_error_set(error, EFBIG, "%s: larger than 1 MiB", path);
    else
        status = mien_config_parse(config, text, size, path, error);
    free(text);
    fclose(file);
    return status;
}

/* What mien_config_files is told to do with each file. */
struct visitor {
    int (*visit)(void *data, const char *file);
    void *data;
};

static int visit_below(const struct visitor *visitor, const char *folder, size_t length,
                       const char *below)
{
    char path[PATH_SIZE];
    if (!length || snprintf(path, sizeof path, "%.*s%s/mien/config.json", (int)length, folder,
                            below) >= (int)sizeof path)
        return 0;
    return visitor->visit(visitor->data, path);
}

/* $XDG_CONFIG_DIRS names folders in falling order of weight, so the last is laid down first. */
static int visit_system(const struct visitor *visitor)
{
    const char *folders = getenv("XDG_CONFIG_DIRS");
    if (!folders || !*folders)
        folders = "/etc/xdg";
    const char *end = folders + strlen(folders);
    int status = 0;
    while (!status && end > folders) {
        const char *start = end;
        while (start > folders && start[-1] != ':')
            start--;
        status = visit_below(visitor, start, (size_t)(end - start), "");
        end = start > folders ? start - 1 : start;
    }
    return status;
}

static int visit_user(const struct visitor *visitor)
{
    const char *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (folder && *folder)
        return visit_below(visitor, folder, strlen(folder), "");
    return home ? visit_below(visitor, home, strlen(home), "/.config") : 0;
}

/* The file of --config; NULL: not given. */
static const char *named_file(const struct mien_command_line *line)
{
    for (size_t i = 0; line && i < option_count; i++)
        if (options[i].offset == offsetof(struct mien_config, run.config))
            return line->values[i];
    return NULL;
}

int mien_config_files(const struct mien_command_line *line,
                      int (*visit)(void *data, const char *file), void *data)
{
    struct visitor visitor = {visit, data};
    if (named_file(line))
        return visit(data, named_file(line));
    int status = visit_system(&visitor);
    return status ? status : visit_user(&visitor);
}

/* ---- the environment ---- */

static int read_variable(struct mien_config *config, const struct option *option, const char *name,
                         struct mien_error *error)
{
    char allowed[OPTION_ALLOWED_MAX];
    const char *value = getenv(name);
    if (!value || (option->type == OPTION_WORD && !*value) || !option_set(option, config, value))
        return 0;
    option_allowed(option, allowed, sizeof allowed);
    return option->secret
               ? mien_error_set(error, EINVAL, "$%s: wrong; allowed is %s", name, allowed)
               : mien_error_set(error, EINVAL, "$%s: '%s' is wrong; allowed is %s", name, value,
                                allowed);
}

/* The names that an option has in the environment, weakest first; returns how many. */
static int names_of(const struct option *option, char names[3][OPTION_NAME_MAX])
{
    int count = 0;
    if (option->variable)
        strcpy(names[count++], option->variable);
    if (is_setting(option) && option->old)
        option_variable(&(struct option){.group = option->group, .name = option->old},
                        names[count++], OPTION_NAME_MAX);
    if (is_setting(option))
        option_variable(option, names[count++], OPTION_NAME_MAX);
    return count;
}

static int read_environment(struct mien_config *config, struct mien_error *error)
{
    char names[3][OPTION_NAME_MAX];
    int status = 0;
    for (size_t i = 0; i < option_count && !status; i++) {
        int count = names_of(&options[i], names);
        for (int j = 0; j < count && !status; j++)
            status = read_variable(config, &options[i], names[j], error);
    }
    return status;
}

/* The option that `name`, of the environment, sets; NULL: none. *is_old: by its old name. */
static const struct option *find_variable(const char *name, bool *is_old)
{
    char names[3][OPTION_NAME_MAX];
    for (size_t i = 0; i < option_count; i++) {
        int count = names_of(&options[i], names);
        for (int j = 0; j < count; j++) {
            *is_old = options[i].old && j < count - 1;
            if (!strcmp(names[j], name))
                return &options[i];
        }
    }
    return NULL;
}

void mien_config_check_environment(void)
{
    char name[OPTION_NAME_MAX], newer[OPTION_NAME_MAX];
    bool is_old;
    for (char **entry = environ; *entry; entry++) {
        size_t length = strcspn(*entry, "=");
        if (strncmp(*entry, "MIEN_", 5) || length >= sizeof name)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)length, *entry);
        const struct option *option = find_variable(name, &is_old);
        if (!option)
            mien_log(MIEN_LOG_WARNING, "$%s names no setting; the nearest is $%s", name,
                     nearest_variable(name));
        else if (is_old) {
            option_variable(option, newer, sizeof newer);
            mien_log(MIEN_LOG_WARNING, "$%s is now called $%s", name, newer);
        }
    }
}

/* ---- all of them ---- */

struct loading {
    struct mien_config config;
    bool named; /* the file has to be there */
    struct mien_error *error;
};

static int load_file(void *data, const char *file)
{
    struct loading *loading = data;
    int status = mien_config_read(&loading->config, file, loading->error);
    return !loading->named && (status == -ENOENT || status == -ENOTDIR) ? 0 : status;
}

int mien_config_load(struct mien_config *config, const struct mien_command_line *line,
                     struct mien_error *error)
{
    struct loading loading = {.named = named_file(line), .error = error};
    mien_config_defaults(&loading.config);
    int status = mien_config_files(line, load_file, &loading);
    if (!status)
        status = read_environment(&loading.config, error);
    if (status)
        return status;
    if (line)
        mien_command_line_apply(line, &loading.config);
    *config = loading.config;
    return 0;
}
